"""Find the accounts in which IAM Identity Center grants a role, by account name or ID."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Callable, Iterator, Mapping, Optional, Sequence, TypeVar

from awscli_assume.aws.accounts import AccountCache
from awscli_assume.aws.optional_call import CallUnavailable
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sso.login import login_hint_added
from awscli_assume.aws.sso.portal import Portal
from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.host import SIGN_IN_ERRORS, SSOTokenLoadError
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import Profile
from awscli_assume.model.accounts import ACCOUNT_ID, several_accounts
from awscli_assume.model.assumable_role import Account
from awscli_assume.model.identity_center import IdentityCenterRole, SsoSession
from awscli_assume.model.request.role_specifier import RoleOptions, similar_names
from awscli_assume.profiles.identity_center import profile_of
from awscli_assume.profiles.include_profile import ResolvedProfiles
from awscli_assume.workflow.credentials.login import signed_in
from awscli_assume.workflow.roles.granted import cached_roles

T = TypeVar("T")
# Up to this number of names, all are printed if none is similar.
_FEW_NAMES = 5
# IAM Identity Center Portal API reference, "ListAccountRoles": no such account for this user.
NOT_GRANTED = ("ForbiddenException", "ResourceNotFoundException")


@dataclass(frozen=True)
class NamedRole:
    """A session, with the account and the permission set as the user typed them."""

    session: SsoSession
    account: str
    name: str

    @property
    def scope(self) -> str:
        """The key of the account cache for this session and permission set."""
        return f"IAM Identity Center\n{self.session.start_url}\n{self.name}"

    @property
    def any_role(self) -> NamedRole:
        """The same account, for any role in it; its name is empty."""
        return replace(self, name="")

    def is_account(self, account: Account) -> bool:
        """Return whether the typed account is this one. The case of names does not matter."""
        typed = self.account.casefold()
        return typed in (account.account_id, account.name.casefold())


def cached_accounts(context: CommandContext, named: NamedRole) -> list[tuple[Account, str]]:
    """Return the accounts in which the caches have the role, with the exact role name."""
    try:
        granted = cached_roles(context, named.session)
    except SSOTokenLoadError:
        granted = None
    if granted is not None:
        found = [
            (Account(str(one.account_id), one.account_name or ""), one.role_name)
            for one in granted.roles
            if named.name.casefold() in ("", one.role_name.casefold())
        ]
        return [one for one in found if named.is_account(one[0])]
    known = AccountCache().load(named.scope, named.account)
    if known is None or not known.is_fresh(context.environment.now()):
        return []
    name = "" if ACCOUNT_ID.fullmatch(named.account) else named.account
    return [(Account(known.account_id, name), named.name)]


def cached_account(context: CommandContext, named: NamedRole) -> Optional[str]:
    """Return the ID of the only account that the caches have by its name; makes no call."""
    for one in (named, named.any_role):
        known = {account.account_id for account, _ in cached_accounts(context, one)}
        if len(known) == 1:
            return known.pop()
    return None


def granted_accounts(
    context: CommandContext, profiles: ResolvedProfiles, named: NamedRole, login: bool
) -> list[tuple[Account, str]]:
    """Return the accounts in which the portal grants the role, with the exact role name.

    Calls ListAccountRoles, and before it ListAccounts if the account is not an ID. Raises
    botocore's SIGN_IN_ERRORS, and InvalidConfiguration if a call fails.
    """

    def look_up() -> list[tuple[Account, str]]:
        portal = Portal(context, named.session)
        accounts = _accounts(context, portal, named)
        granted = [(one, _role_names(portal, one.account_id)) for one in accounts]
        found = [
            (account, own)
            for account, names in granted
            for own in names
            if own.casefold() == named.name.casefold()
        ]
        if accounts and not found:
            names = sorted({own for _, names in granted for own in names})
            # ID/NAME may also be an IAM role in that account, so a note needs a similar name.
            is_wrong = not ACCOUNT_ID.fullmatch(named.account) or similar_names(named.name, names)
            if is_wrong:
                what = f"{named.name!r} in {named.account}"
                _note_other_names(context, what, named.name, names)
        return found

    with _role_of_iam_suggested(named):
        found = _in_session(context, profiles, named, look_up, login)
    if len(found) == 1:
        account, own = found[0]
        scope = replace(named, name=own).scope
        AccountCache().store(scope, named.account, account.account_id, context.environment.now())
    return found


def find_account(
    context: CommandContext, profiles: ResolvedProfiles, named: NamedRole, login: bool
) -> str:
    """Return the ID of an account by its name, from the caches or ListAccounts.

    Raises InvalidRequest if no account or several have the name, and raises what
    ``granted_accounts`` raises.
    """
    known = cached_account(context, named)
    if known is not None:
        return known
    accounts = _in_session(
        context, profiles, named, lambda: Portal(context, named.session).accounts(), login
    )
    ids = sorted({one.account_id for one in accounts if named.is_account(one)})
    if len(ids) > 1:
        raise InvalidRequest(several_accounts(named.account, ids))
    if not ids:
        near = similar_names(named.account, [one.name for one in accounts])
        hint = f" Similar: {', '.join(map(repr, near))}." if near else ""
        raise InvalidRequest(
            f"The SSO session '{named.session.name}' grants no account {named.account!r}.{hint} "
            "To see the roles that it grants: aws assume roles"
        )
    now = context.environment.now()
    AccountCache().store(named.any_role.scope, named.account, ids[0], now)
    return ids[0]


def _accounts(context: CommandContext, portal: Portal, named: NamedRole) -> list[Account]:
    if ACCOUNT_ID.fullmatch(named.account):
        return [Account(named.account, "")]
    accounts = portal.accounts()
    found = [one for one in accounts if named.is_account(one)]
    if not found:
        names = sorted({one.name for one in accounts if one.name})
        _note_other_names(context, f"an account {named.account!r}", named.account, names)
    return found


def _note_other_names(context: CommandContext, what: str, name: str, names: Sequence[str]) -> None:
    """Print what is not granted, with similar names, or with all names if there are few."""
    near = similar_names(name, names)
    if not near and len(names) <= _FEW_NAMES:
        near = list(names)
    others = f", but {', '.join(near)}" if near else ""
    context.environment.notify(f"aws: [NOTE]: IAM Identity Center does not grant {what}{others}\n")


def _role_names(portal: Portal, account_id: str) -> list[str]:
    try:
        return portal.role_names(account_id)
    except CallUnavailable as error:
        if error.code in NOT_GRANTED:
            return []
        raise


@dataclass(frozen=True)
class _CurrentProfile:
    """The profiles with which the session finds the login command."""

    session_profiles: Mapping[str, Profile]

    def used_role(self, result: object) -> Optional[str]:
        """Return None: listing roles does not use one."""
        return None


def _in_session(
    context: CommandContext,
    profiles: ResolvedProfiles,
    named: NamedRole,
    look_up: Callable[[], T],
    login: bool,
) -> T:
    """Call the portal with the client settings of the session's profile.

    Raises botocore's SIGN_IN_ERRORS, which name the login command, and InvalidConfiguration.
    """
    current = context.session.get_config_variable("profile") or "default"
    role = IdentityCenterRole(named.session.name, named.account, named.name)
    settings = profiles.resolve(current) if current in profiles else {}
    seen = _CurrentProfile({current: profile_of(role, named.session, settings)})

    def look_up_redacted() -> T:
        with login_hint_added(context.session), credentials_redacted():
            return look_up()

    try:
        return signed_in(context, seen, look_up_redacted, login)
    except CallUnavailable as error:
        raise InvalidConfiguration(
            f"The portal of the SSO session '{named.session.name}' can't be called: {error}. If "
            f"you know the account's ID: {_with_id(named)}"
        ) from None


def _with_id(named: NamedRole) -> str:
    account = named.account if ACCOUNT_ID.fullmatch(named.account) else "ID"
    return IdentityCenterRole(named.session.name, account, named.name).options


@contextmanager
def _role_of_iam_suggested(named: NamedRole) -> Iterator[None]:
    """Add the options for an IAM role to the error for an expired sign-in."""
    try:
        yield
    except SIGN_IN_ERRORS as error:
        options = RoleOptions(role_name=named.name, account=named.account)
        error.args = (f"{error.args[0]}\nIf it is a role of IAM: {options}", *error.args[1:])
        raise

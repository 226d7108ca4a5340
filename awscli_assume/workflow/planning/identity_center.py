"""Plan a role of IAM Identity Center that a command line names.

``ACCOUNT/NAME`` may be a permission set in an account, an IAM role in an account, or the path and
name of an IAM role. The configuration and the cached lists of granted roles decide. Only if
neither confirms a meaning, the portal is called.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import Mapping, Optional

from awscli_assume.arguments.assume_role import STS_OPTIONS
from awscli_assume.arguments.identity_provider import IDENTITY_PROVIDER_OPTIONS
from awscli_assume.arguments.options import option_name
from awscli_assume.errors import AmbiguousRole, InvalidRequest
from awscli_assume.host import ProfileNotFound
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.accounts import ACCOUNT_ID, parse_account, several_accounts
from awscli_assume.model.identity_center import (
    IdentityCenterRole,
    SsoSession,
    account_and_permission_set,
    check_permission_set,
)
from awscli_assume.model.printable import option
from awscli_assume.model.request.role_specifier import confirmed_meanings
from awscli_assume.profiles.identity_center import (
    add_source,
    choose_session,
    find_session,
    known_roles,
    role_of_profile,
    sessions_of,
)
from awscli_assume.profiles.include_profile import ResolvedProfiles
from awscli_assume.profiles.known_names import account_ids, accounts_with_role, known_in
from awscli_assume.profiles.ownership import check_profile_name
from awscli_assume.profiles.record import read_record
from awscli_assume.profiles.source import ProfilePair, with_target
from awscli_assume.workflow.planning.granted_account import (
    NamedRole,
    cached_account,
    cached_accounts,
    find_account,
    granted_accounts,
)
from awscli_assume.workflow.planning.identity_provider import GivenIdentityToken
from awscli_assume.workflow.planning.make_plan import make_plan
from awscli_assume.workflow.planning.plan import Plan
from awscli_assume.workflow.planning.role_profile import renews_itself, via_of
from awscli_assume.workflow.planning.source_profile import check_not_narrowed, read_profiles


def plan_identity_center(context: CommandContext, parsed_args: ParsedArgs) -> Plan:
    """Return the plan of a command line that may name a role of IAM Identity Center.

    Raises InvalidRequest and InvalidConfiguration, and botocore's errors if the portal has to be
    called and the sign-in has expired.
    """
    reader = _Reader(context, parsed_args, read_profiles(context))
    via = via_of(parsed_args)
    if via:
        first = reader.first_of_chain(via[0])
        if first is None:
            return make_plan(context, parsed_args)
        others = {"via": [[role] for role in via[1:]] or None, "sso_session": None}
        return make_plan(context, _changed(parsed_args, others), first)
    role = reader.role()
    if role is None:
        return make_plan(context, parsed_args)
    check_no_sts_option(parsed_args)
    # Here, because that module imports this package.
    from awscli_assume.workflow.credentials.copy_source import CopyPlan

    pair = source_pair(reader.profiles, role, getattr(parsed_args, "update_profile", None))
    check_not_narrowed(context, pair, reader.profiles, parsed_args)
    is_renewing = renews_itself(parsed_args, reader.profiles, pair.configuration)
    return CopyPlan(pair, reader.profiles, pair.settings, is_renewing)


def source_pair(
    profiles: ResolvedProfiles,
    role: IdentityCenterRole,
    target: Optional[str],
    named_profile: Optional[str] = None,
    token: Optional[GivenIdentityToken] = None,
) -> ProfilePair:
    """Return a profile pair with a role as the source, and the target of the command line.

    ``named_profile`` is the profile that ROLE names, if any. Raises InvalidRequest for a second
    source.
    """
    if named_profile is not None or token is not None:
        other = "token of an identity provider" if named_profile is None else "profile"
        raise InvalidRequest(
            f"--via {shlex.quote(str(role))} is the source of the credentials, and the {other} is "
            "a second one. Name the role itself: --role-arn ARN"
        )
    if target is not None:
        check_profile_name(target)
    return with_target(profiles, add_source(profiles, role), role.settings or "default", target)


@dataclass(frozen=True)
class _Reader:
    """Reads the role of IAM Identity Center from a command line."""

    context: CommandContext
    parsed_args: ParsedArgs
    profiles: ResolvedProfiles

    def first_of_chain(self, word: str) -> Optional[IdentityCenterRole]:
        """Return the role of the first ``--via``, or None for an IAM role."""
        if self.parsed_args.sso_session is None:
            return self._meaning(word, is_via=True)
        names = account_and_permission_set(word)
        if names is None:
            raise InvalidRequest(
                f"--sso-session goes with the first --via, and {word!r} is not a role of IAM "
                "Identity Center. Try: --via ACCOUNT/NAME"
            )
        return self._explicit(*names)

    def role(self) -> Optional[IdentityCenterRole]:
        """Return the role of the options, or None for an IAM role."""
        given = self.parsed_args
        if given.sso_session is None:
            is_other = given.role_name or given.role_arn or given.account_id
            return None if given.role is None or is_other else self._meaning(given.role)
        if given.role_arn is not None or None not in (given.role, given.role_name):
            raise InvalidRequest(
                "With --sso-session, a role is named by its account and its permission set only. "
                "Try: --sso-session NAME --account-id ACCOUNT --role-name NAME"
            )
        names = account_and_permission_set(given.role) if given.role is not None else None
        if names is not None and given.account_id is not None:
            raise InvalidRequest(
                f"--account-id '{given.account_id}' goes with a role name, and {given.role!r} "
                "already names an account: leave one of them out"
            )
        account, name = names or (given.account_id, given.role or given.role_name)
        if account is None or name is None:
            session = option("--sso-session", given.sso_session)
            raise InvalidRequest(
                "A role of IAM Identity Center has an account and a name. Try: "
                f"{session} --account-id ACCOUNT --role-name NAME"
            )
        return self._explicit(account, check_permission_set(name))

    def _explicit(self, account: str, name: str) -> IdentityCenterRole:
        """Return the role of ``--sso-session``; the account may have to be looked up."""
        given = self.parsed_args.sso_session
        session = find_session(self.profiles, given)
        session = session or choose_session(sessions_of(self.profiles), given)
        _, account_name = parse_account(account)
        ids = [account] if account_name is None else account_ids(self.profiles.written, account)
        if len(ids) > 1:
            raise InvalidRequest(several_accounts(account, ids))
        named = NamedRole(session, account, name)
        account_id: Optional[str] = ids[0] if ids else None
        if not ids and self._is_called:
            account_id = find_account(self.context, self.profiles, named, self._login)
        elif not ids:
            account_id = cached_account(self.context, named)
        return self._role(session, account_id or account, name, account_name)

    def _meaning(self, word: str, is_via: bool = False) -> Optional[IdentityCenterRole]:
        """Return the role that ROLE or the first ``--via`` means, or None for an IAM role.

        Raises InvalidRequest if the word is ambiguous.
        """
        found: dict[IdentityCenterRole, None] = {}
        of_profile = role_of_profile(self.profiles, word)
        if of_profile is not None:
            self._check_one_source(word)
            found[of_profile] = None
        names = account_and_permission_set(word)
        if self.context.parsed_globals.profile is not None:
            # --profile names the source of an IAM role, so ACCOUNT/NAME can only be one.
            names = None
        if names is None and of_profile is None:
            return None
        sessions = sessions_of(self.profiles)
        if names is not None:
            found.update(self._confirmed(sessions, *names))
        others = self._roles_of_iam(word, names, is_via)
        if len(found) + len(others) > 1:
            raise _ambiguous(word, [*(_words(role, is_via) for role in found), *others], is_via)
        if found or others or names is None:
            return next(iter(found), None)
        return self._looked_up(word, sessions, names, is_via)

    def _roles_of_iam(
        self, word: str, names: Optional[tuple[str, str]], is_via: bool
    ) -> list[str]:
        """Return the options for each IAM role with this name in the configuration."""
        known = known_in(self.profiles.written)
        if is_via:
            # --via accepts neither an account nor a profile of an IAM role.
            ways = [one for one in confirmed_meanings(word, known) if one.profile is None]
            return [shlex.join(["--via", f"/{word}"]) for _ in ways]
        accounts = set[str]()
        if names is not None:
            ids = self._ids(names[0])
            accounts = {one for one in accounts_with_role(self.profiles, names[1]) if one in ids}
        return [str(one) for one in confirmed_meanings(word, known, sorted(accounts))]

    def _confirmed(
        self, sessions: list[SsoSession], account: str, name: str
    ) -> Mapping[IdentityCenterRole, None]:
        """Return the roles with these names in the profiles, our records and the caches."""
        ids = self._ids(account)
        found = {
            role: None
            for role in known_roles(self.profiles)
            if role.account_id in ids and role.role_name.casefold() == name.casefold()
        }
        for session in sessions:
            named = NamedRole(session, account, name)
            for one, own in cached_accounts(self.context, named):
                found[self._role(session, one.account_id, own, one.name)] = None
        return {self._with_settings(role): None for role in found}

    def _looked_up(
        self, word: str, sessions: list[SsoSession], names: tuple[str, str], is_via: bool
    ) -> Optional[IdentityCenterRole]:
        """Return the role with these names that the portal grants, or None."""
        if not sessions:
            # A section without a start URL or a region can't be asked.
            return None
        session = self._session_of_profile(sessions)
        if session is None or not self._is_called:
            raise _unknown_meaning(word, sessions, names, is_via)
        named = NamedRole(session, *names)
        granted = granted_accounts(self.context, self.profiles, named, self._login)
        roles = [self._role(session, one.account_id, own, one.name) for one, own in granted]
        if len(roles) > 1:
            why = f": several accounts have the name {names[0]!r}"
            raise _ambiguous(word, [_words(role, is_via) for role in roles], is_via, why)
        return roles[0] if roles else None

    def _session_of_profile(self, sessions: list[SsoSession]) -> Optional[SsoSession]:
        """Return the only session, or the session of the current profile, or None."""
        if len(sessions) == 1:
            return sessions[0]
        current = self.context.session.get_config_variable("profile") or "default"
        profile = self.profiles.resolve(current) if current in self.profiles else {}
        name = profile.get("sso_session") or profile.get("sso_start_url")
        return find_session(self.profiles, name) if name else None

    def _ids(self, account: str) -> set[str]:
        if ACCOUNT_ID.fullmatch(account):
            return {account}
        return set(account_ids(self.profiles.written, account))

    @property
    def _is_called(self) -> bool:
        return not getattr(self.parsed_args, "dry_run", False)

    @property
    def _login(self) -> bool:
        """Whether ``--login`` was given, which ``explain`` does not have."""
        return bool(getattr(self.parsed_args, "login", False))

    def _check_one_source(self, word: str) -> None:
        other = self.context.parsed_globals.profile
        if other not in (None, word):
            raise InvalidRequest(
                f"The role '{word}' is a profile with its own source, and --profile "
                f"'{other}' is a second one. Leave --profile out: aws assume {shlex.quote(word)}"
            )

    def _role(
        self, session: SsoSession, account_id: str, name: str, account_name: Optional[str]
    ) -> IdentityCenterRole:
        role = IdentityCenterRole(session.name, account_id, name, account_name or None)
        return self._with_settings(role)

    def _with_settings(self, role: IdentityCenterRole) -> IdentityCenterRole:
        """Return the role with the profile whose region and client settings apply."""
        current = self.context.session.get_config_variable("profile")
        if current is not None and current not in self.profiles:
            if self.context.parsed_globals.profile is not None:
                raise ProfileNotFound(profile=current)
            # AWS_PROFILE may be the target, which does not exist before the first run.
            current = None
        record = read_record(self.profiles.get(current or ""))
        if record is not None and self.context.parsed_globals.profile is None:
            own = record.identity_center
            current = own.settings if own is not None else record.source_profile
        return replace(role, settings=None if current == "default" else current)


def check_no_sts_option(parsed_args: ParsedArgs) -> None:
    """Raise InvalidRequest for an option that only calls to STS have."""
    for name in (*STS_OPTIONS, *IDENTITY_PROVIDER_OPTIONS):
        if getattr(parsed_args, name, None) is not None:
            raise InvalidRequest(
                f"{option_name(name)} does not go with a role of IAM Identity Center: it is a "
                "parameter of STS, and the permission set determines the session. Leave it out, "
                "or assume an IAM role from this one: --via ACCOUNT/NAME --role-arn ARN"
            )


def _words(role: IdentityCenterRole, is_via: bool) -> str:
    """Return the options that name a role, as ROLE or as the first ``--via``."""
    if not is_via:
        return role.options
    words = ["--sso-session", role.sso_session, "--via", f"{role.account_id}/{role.role_name}"]
    return shlex.join(words)


def _ambiguous(word: str, ways: list[str], is_via: bool, why: str = "") -> InvalidRequest:
    """Return the error that lists the meanings of a word. The user may choose one for ROLE."""
    error = AmbiguousRole(word, ways, why)
    return InvalidRequest(str(error)) if is_via else error


def _unknown_meaning(
    word: str, sessions: list[SsoSession], names: tuple[str, str], is_via: bool
) -> InvalidRequest:
    """Return the error for a word that can't be looked up: a dry run, or several sessions."""
    ways = [_words(IdentityCenterRole(one.name, *names), is_via) for one in sessions]
    several = f"{len(sessions)} SSO sessions are configured"
    why = several if len(sessions) > 1 else "a dry run makes no call"
    account, name = names
    of_iam = ["--via", f"/{word}"] if is_via else ["--role-name", name, "--account-id", account]
    if not is_via or ":" not in word:
        ways.append(shlex.join(of_iam))
    why = f": it may be a role of IAM Identity Center or of IAM, and {why}"
    return _ambiguous(word, ways, is_via, why)


def _changed(parsed_args: ParsedArgs, values: Mapping[str, object]) -> ParsedArgs:
    return type(parsed_args)(**{**vars(parsed_args), **values})

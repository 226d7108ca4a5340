"""List the roles that the user can assume, from all sources."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Iterable, Iterator, Mapping, Optional, Sequence

from awscli_assume.errors import InvalidConfiguration, InvalidRequest, NoTerminal
from awscli_assume.host import (
    CLI_NAME,
    HAS_SIGN_IN,
    SIGN_IN_ERRORS,
    SSOTokenLoadError,
    UnauthorizedSSOTokenError,
)
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import Profile
from awscli_assume.model.accounts import ACCOUNT_ID
from awscli_assume.model.arns import parse_role_arn
from awscli_assume.model.assumable_role import PROFILE, AssumableRole
from awscli_assume.model.identity_center import IdentityCenterRole, SsoSession
from awscli_assume.model.printable import printable
from awscli_assume.profiles.cache.role_usage import Usage, usage
from awscli_assume.profiles.identity_center import choose_session, sso_sessions
from awscli_assume.profiles.include_profile import all_with_inherited
from awscli_assume.profiles.record import Record, read_record
from awscli_assume.workflow.roles.granted import Granted, cached_roles, granted_roles

# The keys of a profile that name a role of IAM Identity Center.
_SSO_ACCOUNT, _SSO_ROLE = "sso_account_id", "sso_role_name"
_ACCOUNT_NAMES = ("account_name", "sso_account_name")


@dataclass(frozen=True)
class RoleList:
    """The roles by account and name, and a sentence for each source that could not be listed."""

    roles: tuple[AssumableRole, ...]
    failures: tuple[str, ...] = ()


@dataclass(frozen=True)
class _SessionQuery:
    """How to list what sessions grant. Without ``use_network``, only caches are read."""

    sso_session: Optional[str]
    no_cache: bool
    use_network: bool
    login: bool


@dataclass
class _Found:
    """The roles of each kind, and what failed."""

    granted: list[AssumableRole] = field(default_factory=list)
    trusting: Sequence[AssumableRole] = ()
    failures: list[str] = field(default_factory=list)


def list_roles(
    context: CommandContext,
    words: Sequence[str] = (),
    trusting_me: bool = False,
    no_cache: bool = False,
    use_network: bool = True,
    sso_session: Optional[str] = None,
    login: bool = False,
) -> RoleList:
    """Return the roles that match all words.

    A role that profiles name is listed once for each profile, and not again from other sources.
    Raises InvalidRequest for an unknown ``sso_session``, and with ``trusting_me`` botocore's
    exceptions if there are no credentials.
    """
    query = _SessionQuery(sso_session, no_cache, use_network, login)
    found = _of_sessions(context, query)
    if trusting_me and use_network:
        # Here, because the evaluator of trust policies is large.
        from awscli_assume.workflow.roles.trusting import trusting_roles

        found.trusting, failures = trusting_roles(context)
        found.failures += failures
    roles = _merged(context, found)
    chosen = [role for role in roles if role.matches(words)]
    return RoleList(tuple(sorted(chosen, key=_order)), tuple(found.failures))


def _of_sessions(context: CommandContext, query: _SessionQuery) -> _Found:
    sessions = sso_sessions(context.session.full_config)
    if query.sso_session is not None:
        sessions = [choose_session(sessions, query.sso_session)]
    found = _Found()
    for sso_session in sessions:
        granted = _of_session(context, sso_session, query)
        found.granted += granted.roles
        name = printable(sso_session.name)
        found.failures += [f"SSO session {name}: {failure}" for failure in granted.failures]
    return found


def _of_session(context: CommandContext, sso_session: SsoSession, query: _SessionQuery) -> Granted:
    """Return what a session grants. An expired login is a failure in the result, not an error."""
    try:
        if not query.use_network:
            return cached_roles(context, sso_session) or Granted(())
        return granted_roles(context, sso_session, query.no_cache, query.login)
    except (InvalidConfiguration, NoTerminal) as error:
        return Granted((), (str(error),))
    except SIGN_IN_ERRORS as error:
        failures = (_login_failure(sso_session, error),) if query.use_network else ()
        return Granted((), failures)


def _login_failure(sso_session: SsoSession, error: Exception) -> str:
    """Return why the roles of a session are not listed, and the command that logs in."""
    # Here, because a failure is rare.
    from awscli_assume.aws.sso.login import login_command
    from awscli_assume.aws.sso.portal import login_region

    reason = str(error)
    if isinstance(error, UnauthorizedSSOTokenError):
        reason = "The login has expired, or the portal does not accept it"
    elif isinstance(error, SSOTokenLoadError) and "does not exist" in reason:
        reason = "There is no login"
    region = login_region(sso_session)
    if region not in (None, sso_session.region):
        reason += f". The login is for {region}, and sso_region is {sso_session.region}"
    command = login_command(sso_session.login_arguments)
    advice = f"Log in: {command}, or add --login"
    if not HAS_SIGN_IN:
        advice = f"{CLI_NAME} can't log in. With AWS CLI version 2, run: {command}"
    return f"{reason}. {advice}"


def _merged(context: CommandContext, found: _Found) -> list[AssumableRole]:
    """Return all roles with account names and uses, without duplicates.

    A profile that names a role takes precedence over other sources of it. A profile that we
    wrote has the lowest precedence.
    """
    names = {one.account_id: one.account_name for one in found.granted if one.account_name}
    profiles = list(roles_of_profiles(context.session.full_config["profiles"]))
    named = [one for one in profiles if not one.is_written]
    keys = {one.key for one in named}
    others: list[AssumableRole] = []
    written = (one for one in profiles if one.is_written)
    for role in (*found.granted, *found.trusting, *written):
        if role.key not in keys:
            keys.add(role.key)
            others.append(role)
    uses = usage()
    return [_completed(role, names, uses) for role in (*named, *others)]


def _completed(
    role: AssumableRole, names: Mapping[Optional[str], Optional[str]], uses: Mapping[str, Usage]
) -> AssumableRole:
    found = uses.get(role.key)
    name = role.account_name or names.get(role.account_id)
    if found is None:
        return role if name == role.account_name else replace(role, account_name=name)
    return replace(role, account_name=name, uses=found.count, last_used=found.last)


def roles_of_profiles(profiles: Mapping[str, Profile]) -> Iterator[AssumableRole]:
    """Yield the role of each profile: one that it names, or that of our record in it."""
    inherited = all_with_inherited(profiles)
    for name in profiles:
        profile = inherited[name]
        record = read_record(profiles[name])
        if record is not None:
            found = _of_record(name, profile, record)
            if found is not None:
                yield found
        elif profile.get("role_arn"):
            found = _of_arn(name, profile, profile["role_arn"])
            if found is not None:
                yield found
        elif profile.get(_SSO_ROLE) and ACCOUNT_ID.fullmatch(str(profile.get(_SSO_ACCOUNT))):
            yield _of_sso_profile(name, profile)


def _of_record(name: str, profile: Profile, record: Record) -> Optional[AssumableRole]:
    """Return the role of a profile that we wrote, or None if it has no role."""
    granted = record.identity_center
    if record.role_arn is None:
        return None if granted is None else _of_granted(name, profile, granted)
    found = _of_arn(name, profile, record.role_arn)
    if found is None:
        return None
    found = replace(found, is_written=True, via=record.via)
    if granted is None:
        return replace(found, source_profile=record.source_profile)
    first = f"{granted.account_id}/{granted.role_name}"
    return replace(found, via=(first, *found.via), via_session=granted.sso_session)


def _of_granted(name: str, profile: Profile, granted: IdentityCenterRole) -> AssumableRole:
    return AssumableRole(
        role_name=printable(granted.role_name),
        account_id=granted.account_id,
        account_name=_account_name(profile),
        source=PROFILE,
        profile=name,
        sso_session=granted.sso_session,
        is_written=True,
    )


def _of_arn(name: str, profile: Profile, arn: object) -> Optional[AssumableRole]:
    """Return the role of an ARN, or None if the ARN is invalid."""
    try:
        role = parse_role_arn(str(arn))
    except InvalidRequest:
        # An invalid profile must not stop the list.
        return None
    return AssumableRole(
        role_name=role.path_and_name,
        account_id=role.account_id,
        account_name=_account_name(profile),
        source=PROFILE,
        role_arn=role.arn,
        profile=name,
    )


def _of_sso_profile(name: str, profile: Profile) -> AssumableRole:
    return AssumableRole(
        role_name=printable(str(profile[_SSO_ROLE])),
        account_id=str(profile[_SSO_ACCOUNT]),
        account_name=_account_name(profile),
        source=PROFILE,
        profile=name,
        sso_session=profile.get("sso_session") or profile.get("sso_start_url"),
    )


def _account_name(profile: Profile) -> Optional[str]:
    names: Iterable[object] = (profile.get(key) for key in _ACCOUNT_NAMES)
    return next((printable(str(name)) for name in names if name), None)


def _order(role: AssumableRole) -> tuple[str, ...]:
    name = role.account_name or ""
    return (name.casefold(), role.account_id or "", role.role_name.casefold(), role.profile or "")

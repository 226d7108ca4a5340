"""The role: whether it exists, and how long its sessions may last."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Callable, Mapping, Optional, Union, cast

from awscli_assume.aws.caller_identity import get_caller_identity
from awscli_assume.aws.iam.roles import KnownRole, find_role, list_role_arns
from awscli_assume.aws.optional_call import CallUnavailable
from awscli_assume.aws.sso.login import login_hint_added
from awscli_assume.aws.sts.client_pool import SourceClients
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import IamClient, Profile
from awscli_assume.model.arns import Role
from awscli_assume.model.diagnosis import DURATION, OK, PROBLEM, ROLE, UNKNOWN, Step, similar_roles
from awscli_assume.model.printable import option_words
from awscli_assume.model.request.limits import CHAINED_DURATION_MAX, MAX_DURATION, longest
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.profiles.known_names import similar_roles_known
from awscli_assume.workflow.explain.caller import (
    CALL_ERRORS,
    IdentifiedCaller,
    SuggestedCommands,
    lines_of,
)

# IAM API reference, "CreateRole": the smallest MaxSessionDuration.
_EVERY_ROLE_ALLOWS_SECONDS = 3600
# In place of a principal: a root user, which can't assume a role.
NO_PRINCIPAL = ""
_UNKNOWN = "cannot tell whether the role exists"


@dataclass(frozen=True)
class RoleLookup:
    """The principal that looks up the role; ``profile`` is None for the caller."""

    iam: IamClient
    partition: str
    account_id: str
    profile: Optional[str] = None

    @property
    def principal(self) -> str:
        """Who calls IAM, for messages."""
        return "the caller" if self.profile is None else f"the profile '{self.profile}'"

    def can_find(self, role: Role) -> bool:
        """Return whether the role is in the account: GetRole takes a name and no account."""
        return (self.partition, self.account_id) == (role.partition, role.account_id)


def find_role_lookup(
    context: CommandContext, caller: Optional[IdentifiedCaller], profile: Optional[str]
) -> Union[RoleLookup, Step, None]:
    """Return the lookup by the caller or by another profile; a step if that profile fails."""
    if profile is None:
        if caller is None:
            return None
        account = caller.identity.caller
        return RoleLookup(caller.iam, account.partition, account.account_id)
    try:
        with login_hint_added(context.session):
            signer = SourceClients(context).get(profile)
        account = get_caller_identity(signer.client).caller
        # Only the signers of unsigned requests have no IAM client.
        create_optional_client = cast(Callable[[], IamClient], signer.iam)
    except CALL_ERRORS as error:
        evidence = (
            f"cannot use the profile '{profile}' of --role-account-profile: {lines_of(error)[0]}"
        )
        command = SuggestedCommands(profile).as_caller("sts", "get-caller-identity")
        return Step(ROLE, UNKNOWN, (evidence,), (command,))
    return RoleLookup(create_optional_client(), account.partition, account.account_id, profile)


def check_role(
    role: Role,
    lookup: Union[RoleLookup, Step, None],
    profiles: Mapping[str, Profile],
    commands: SuggestedCommands,
    trusted_arn: Optional[str],
) -> tuple[Step, Optional[KnownRole]]:
    """Return whether the role exists, and what IAM says about it.

    ``trusted_arn`` is the principal that a new role would have to trust.
    """
    if isinstance(lookup, Step):
        return lookup, None
    if lookup is None or not lookup.can_find(role):
        return _not_visible(role, lookup, profiles, commands), None
    try:
        found = find_role(lookup.iam, role.name, lookup.principal)
    except CallUnavailable as error:
        name = option_words("--role-name", role.name)
        command = commands.in_role_account("iam", "get-role", *name)
        near = _similar(role, profiles)
        return Step(ROLE, UNKNOWN, (f"{_UNKNOWN}: {error}",), (*near, command)), None
    if found is None:
        return _missing(role, lookup, profiles, commands, trusted_arn), None
    if found.arn != role.arn:
        evidence = (
            f"the role {role.arn} does not exist, but {found.arn} does. A role ARN includes the "
            "path and is case-sensitive"
        )
        return Step(ROLE, PROBLEM, (evidence,), (_assume(found.arn, commands),)), found
    return Step(ROLE, OK, (f"{found.arn} exists",)), found


def _missing(
    role: Role,
    lookup: RoleLookup,
    profiles: Mapping[str, Profile],
    commands: SuggestedCommands,
    trusted_arn: Optional[str],
) -> Step:
    evidence = [f"there is no role {role.name} in the account {role.account_id}"]
    near = _similar(role, profiles)
    if near:
        # A mistyped name: to create the role would be wrong.
        evidence.append("profiles or earlier roles have a similar name")
        return Step(ROLE, PROBLEM, tuple(evidence), near)
    similar: list[str] = []
    try:
        similar = similar_roles(role.name, list_role_arns(lookup.iam, lookup.principal))
    except CallUnavailable as error:
        evidence.append(f"cannot list roles with a similar name: {error}")
    evidence += [f"{arn} has a similar name" for arn in similar]
    options = [] if role.path == "/" else ["--path", role.path]
    if lookup.profile is not None and trusted_arn:
        options += ["--trust", trusted_arn]
    create = ("assume", "create-role", *option_words("--role-name", role.name), *options)
    suggested = [_assume(arn, commands) for arn in similar]
    if trusted_arn != NO_PRINCIPAL:
        suggested.append(commands.in_role_account(*create))
    return Step(ROLE, PROBLEM, tuple(evidence), tuple(suggested))


def _similar(role: Role, profiles: Mapping[str, Profile]) -> tuple[str, ...]:
    """Return the commands for profiles and earlier roles with a similar name."""
    words = similar_roles_known(role.name, profiles)
    return tuple(shlex.join(["aws", "assume", *one]) for one in words)


def _assume(arn: str, commands: SuggestedCommands) -> str:
    return commands.as_caller("assume", "--role-arn", arn)


def _not_visible(
    role: Role,
    lookup: Optional[RoleLookup],
    profiles: Mapping[str, Profile],
    commands: SuggestedCommands,
) -> Step:
    account = role.account_id
    if lookup is None:
        reason = "there are no credentials to call IAM"
    elif lookup.partition != role.partition:
        reason = (
            f"the role is in the partition {role.partition}, but {lookup.principal} is in "
            f"{lookup.partition}"
        )
    elif lookup.profile is not None:
        reason = (
            f"{lookup.principal} is in the account {lookup.account_id}, but the role is in "
            f"{account}"
        )
    else:
        reason = (
            f"the role is in the account {account}, but IAM shows the caller only the roles of "
            f"{lookup.account_id}"
        )
    evidence = f"{_UNKNOWN}: {reason}"
    near = _similar(role, profiles)
    if not role.is_complete:
        return Step(ROLE, UNKNOWN, (evidence,), near)
    names = [name for name, profile in profiles.items() if _is_in(account, profile)]
    words = ("assume", "explain", "--role-arn", role.arn)
    looked_up = [option_words("--role-account-profile", name) for name in names or ["NAME"]]
    suggested = [commands.as_caller(*words, *option) for option in looked_up]
    return Step(ROLE, UNKNOWN, (evidence,), (*near, *suggested))


def _is_in(account_id: Optional[str], profile: Profile) -> bool:
    arn = str(profile.get("role_arn", ""))
    accounts = (profile.get("sso_account_id"), profile.get("aws_account_id"))
    return account_id in accounts or f":{account_id}:" in arn


def check_duration(
    request: AssumeRoleRequest,
    role: Optional[KnownRole],
    commands: SuggestedCommands,
    is_explicit: bool,
) -> Step:
    """Return whether the session may last as long as the request asks for.

    ``is_explicit`` is whether --duration-seconds was given. Any other duration is shortened
    without an error.
    """
    seconds, limited_by = request.duration_seconds, "the role's MaxSessionDuration"
    limit = None if role is None else role.max_duration
    if request.is_clamped:
        limit, limited_by = CHAINED_DURATION_MAX, "role chaining"
    status, suggested = OK, MAX_DURATION
    if request.is_clamped and not (is_explicit and isinstance(seconds, int)):
        evidence = f"role chaining limits the session to {limit} seconds"
    elif isinstance(seconds, str):
        most = "" if seconds == MAX_DURATION else f", and at most {longest(seconds)} seconds"
        evidence = f"the session lasts as long as the role allows{most}"
    elif not isinstance(seconds, int) or seconds <= _EVERY_ROLE_ALLOWS_SECONDS:
        evidence = "every role allows a session of an hour"
    elif limit is None and is_explicit:
        status, evidence = UNKNOWN, f"cannot tell whether the role allows {seconds} seconds"
    elif limit is None:
        evidence = f"the session lasts {seconds} seconds, or as long as the role allows"
    elif seconds <= limit:
        evidence = f"the request asks for {seconds} seconds, and {limited_by} allows {limit}"
    elif not is_explicit:
        evidence = f"{limited_by} allows {limit} seconds, which replace the configured {seconds}"
    else:
        status, suggested = PROBLEM, str(limit)
        evidence = f"the request asks for {seconds} seconds, but {limited_by} allows {limit}"
    role_option = option_words("--role-name", request.role.name)
    if request.role.is_complete:
        role_option = ["--role-arn", request.role.arn]
    command = commands.as_caller("assume", *role_option, "--duration-seconds", suggested)
    return Step(DURATION, status, (evidence,), () if status == OK else (command,))

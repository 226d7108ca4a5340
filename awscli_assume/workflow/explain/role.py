"""The role's side: whether it exists, whether it trusts the caller, how long it lasts."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Union

from awscli_assume.aws.iam.roles import KnownRole, find_role, list_role_arns
from awscli_assume.aws.optional_call import CallUnavailable
from awscli_assume.model.arns import Role
from awscli_assume.model.diagnosis import DURATION, OK, PROBLEM, ROLE, UNKNOWN, Step, similar_roles
from awscli_assume.model.request.limits import CHAINED_DURATION_MAX, MAX_DURATION
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.workflow.explain.role_lookup import RoleLookup
from awscli_assume.workflow.explain.suggested_commands import Lines

# IAM API reference, "CreateRole": no role allows less than an hour.
_EVERY_ROLE_ALLOWS = 3600


def look_at_role(
    role: Role,
    role_lookup: Optional[RoleLookup],
    profiles: Mapping[str, Any],
    lines: Lines,
    trusted: Optional[str],
) -> tuple[Step, Optional[KnownRole]]:
    """Return whether the role exists, and the role where that is known.

    ``trusted`` is the ARN that a new role would have to trust.
    """
    if role_lookup is None or not role_lookup.sees(role):
        return _out_of_sight(role, role_lookup, profiles, lines), None
    try:
        found = find_role(role_lookup.iam, role.name, role_lookup.name)
    except CallUnavailable as error:
        evidence = (f"whether the role exists is not known: {error}",)
        command = lines.by_witness("iam", "get-role", "--role-name", role.name)
        return Step(ROLE, UNKNOWN, evidence, (command,)), None
    if found is None:
        return _missing(role, role_lookup, lines, trusted), None
    if found.arn != role.arn:
        evidence = (
            f"there is no {role.arn}, but {found.arn}: path and case are part of a role's ARN",
        )
        return Step(ROLE, PROBLEM, evidence, (_assume(found.arn, lines),)), found
    return Step(ROLE, OK, (f"{found.arn} exists",)), found


def _missing(role: Role, role_lookup: RoleLookup, lines: Lines, trusted: Optional[str]) -> Step:
    evidence = [f"there is no role {role.name} in the account {role.account_id}"]
    try:
        near = similar_roles(role.name, list_role_arns(role_lookup.iam, role_lookup.name))
    except CallUnavailable as error:
        near = []
        evidence.append(f"whether there is one of a name like it is not known: {error}")
    evidence += [f"there is {arn}" for arn in near]
    words = ["assume", "create-role", "--role-name", role.name]
    if role.path != "/":
        words += ["--path", role.path]
    if role_lookup.profile is not None and trusted is not None:
        words += ["--trust", trusted]
    commands = [*(_assume(arn, lines) for arn in near), lines.by_witness(*words)]
    return Step(ROLE, PROBLEM, tuple(evidence), tuple(commands))


def _assume(arn: str, lines: Lines) -> str:
    return lines.by_caller("assume", "--role-arn", arn)


def _out_of_sight(
    role: Role, role_lookup: Optional[RoleLookup], profiles: Mapping[str, Any], lines: Lines
) -> Step:
    account = role.account_id
    if role_lookup is not None and role_lookup.partition != role.partition:
        evidence = (
            f"whether the role exists is not known: it is of the partition {role.partition}, and "
            f"{role_lookup.name} of {role_lookup.partition}"
        )
    elif role_lookup is None:
        evidence = "whether the role exists is not known: there is nobody to ask IAM as"
    elif role_lookup.profile is not None:
        evidence = (
            f"whether the role exists is not known: the profile '{role_lookup.profile}' is of the "
            f"account {role_lookup.account_id}, and the role of {account}"
        )
    else:
        evidence = (
            f"whether the role exists is not known: it is of the account {account}, and IAM "
            f"shows the caller the roles of {role_lookup.account_id} alone"
        )
    names = [name for name, profile in profiles.items() if account and _is_of(profile, account)]
    commands = [
        lines.by_caller(
            "assume", "explain", "--role-arn", role.arn, "--role-account-profile", name
        )
        for name in (names or ["NAME"])
        if role.is_complete
    ]
    return Step(ROLE, UNKNOWN, (evidence,), tuple(commands))


def _is_of(profile: Mapping[str, Any], account_id: str) -> bool:
    arn = str(profile.get("role_arn", ""))
    accounts = (profile.get("sso_account_id"), profile.get("aws_account_id"))
    return account_id in accounts or f":{account_id}:" in arn


def look_at_duration(
    request: AssumeRoleRequest, found: Optional[KnownRole], lines: Lines, has_flag: bool
) -> Step:
    """Return whether the session may last as long as was asked for.

    ``has_flag`` tells that the duration is an option; a default gives way to role chaining.
    """
    asked = request.duration_seconds
    if request.is_clamped and not (has_flag and isinstance(asked, int)):
        evidence = (f"role chaining: {CHAINED_DURATION_MAX} seconds in place of {asked}",)
        return Step(DURATION, OK, evidence)
    if request.is_clamped:
        evidence = (
            f"{asked} seconds, and the source is itself a role session: role chaining gives at "
            f"most {CHAINED_DURATION_MAX}",
        )
        return Step(DURATION, PROBLEM, evidence, (_again(request, CHAINED_DURATION_MAX, lines),))
    if asked is None or asked == MAX_DURATION or (isinstance(asked, int) and _fits_every(asked)):
        what = "the longest that the role allows" if asked == MAX_DURATION else "an hour at most"
        return Step(DURATION, OK, (f"{what}, which every role gives",))
    if found is None or found.max_duration is None:
        evidence = (f"whether the role allows {asked} seconds is not known",)
        return Step(DURATION, UNKNOWN, evidence, (_again(request, MAX_DURATION, lines),))
    most = found.max_duration
    if isinstance(asked, int) and asked > most:
        evidence = (f"{asked} seconds, and the role allows at most {most} (MaxSessionDuration)",)
        return Step(DURATION, PROBLEM, evidence, (_again(request, most, lines),))
    return Step(DURATION, OK, (f"{asked} seconds, and the role allows {most}",))


def _again(request: AssumeRoleRequest, seconds: Union[int, str], lines: Lines) -> str:
    role = request.role
    words = ("--role-arn", role.arn) if role.is_complete else ("--role-name", role.name)
    return lines.by_caller("assume", *words, "--duration-seconds", str(seconds))


def _fits_every(seconds: int) -> bool:
    return seconds <= _EVERY_ROLE_ALLOWS

"""The road from argv to temporary credentials, the same for every verb that assumes."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Mapping, Optional

from awscli_assume.aws.callers import CallerMemory
from awscli_assume.aws.sts import (
    assume_role,
    check_host_knows,
    check_partition,
    complete_role,
    create_sts_client,
    region_of,
)
from awscli_assume.aws.withheld import credentials_withheld
from awscli_assume.commands.arguments import STS_OPTIONS, check_role_choice
from awscli_assume.commands.environment import Environment
from awscli_assume.errors import InvalidConfiguration, InvalidRequest, NoTerminal
from awscli_assume.host import use_profile
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.request import AssumeRoleRequest, build_request
from awscli_assume.model.roles import Role, parse_role_arn, parse_role_name
from awscli_assume.model.session_names import DEFAULT_TEMPLATE, render, session_date
from awscli_assume.profiles.record import record_of
from awscli_assume.profiles.settings import read_settings
from awscli_assume.profiles.source import Ends, choose_ends
from awscli_assume.profiles.state import ProfileState

LOG = logging.getLogger("awscli.assume.road")
# Keys by which a profile names a role (AWS CLI User Guide, "Using an IAM role
# in the AWS CLI"), by the option that they stand in for.
_ROLE_KEYS = {
    "role_session_name": "role_session_name",
    "duration_seconds": "duration_seconds",
    "external_id": "external_id",
    "mfa_serial": "serial_number",
}


@dataclass(frozen=True)
class Plan:
    """What is going to be asked, from where and to where; checked, nothing called yet.

    ``session_name`` is the request's name, or the template that it was made of.
    ``region`` is that of the profile which names the role, where one does.
    """

    request: AssumeRoleRequest
    session_name: str
    ends: Ends
    region: Optional[str] = None

    def with_role(self, role: Role) -> Plan:
        """Answer the plan for a role whose account has become known."""
        return replace(self, request=self.request.with_role(role))


@dataclass(frozen=True)
class Assumed:
    """What STS handed out, for which request, in which region, and when it was asked."""

    request: AssumeRoleRequest
    credentials: TemporaryCredentials
    region: Optional[str]
    at: datetime


def make_plan(
    session: Any, parsed_args: Any, parsed_globals: Any, environment: Environment
) -> Plan:
    """Answer the plan of a command line. Raises InvalidRequest and InvalidConfiguration."""
    check_role_choice(parsed_args)
    profiles = session.full_config["profiles"]
    ends = choose_ends(
        profiles,
        current=session.get_config_variable("profile"),
        is_explicit=parsed_globals.profile is not None,
        has_environment_keys=bool(environment.variables.get("AWS_ACCESS_KEY_ID")),
        explicit_target=getattr(parsed_args, "update_profile", None),
    )
    given = {name: getattr(parsed_args, name) for name in STS_OPTIONS}
    if parsed_args.role_name is None and parsed_args.role_arn is None:
        role_profile, ends = _role_profile(profiles, ends)
    else:
        role_profile = {}
    options = _layered(given, role_profile, read_settings(profiles.get(ends.configuration)))
    role = _role(parsed_args, role_profile, options)
    session_name = options["role_session_name"] or DEFAULT_TEMPLATE
    rendered = session_name
    if given["role_session_name"] is None:
        rendered = _render(session_name, role, environment)
    request = build_request(role, rendered, options)
    return Plan(request, session_name, ends, role_profile.get("region"))


def plan_again(state: ProfileState, environment: Environment) -> Plan:
    """Answer the plan that a profile of ours was made by. Raises as ``make_plan`` does."""
    record = state.record
    role = parse_role_arn(record.role_arn)
    name = record.session_name or DEFAULT_TEMPLATE
    rendered = _render(name, role, environment)
    request = build_request(role, rendered, record.to_options())
    check_terminal(request, environment)
    source = record.source_profile
    return Plan(request, name, Ends(source, state.name, source or "default"))


def check_terminal(request: AssumeRoleRequest, environment: Environment) -> None:
    """Raise NoTerminal where a code has to be typed and nobody can be asked."""
    if request.serial_number and not request.token_code and not environment.has_terminal():
        raise NoTerminal(
            f"The MFA device {request.serial_number} has a code to be typed, and there is no "
            "terminal to ask on. Try: --token-code CODE"
        )


def travel(session: Any, parsed_globals: Any, plan: Plan, environment: Environment) -> Assumed:
    """Assume the role of a plan. Nothing is written."""
    check_terminal(plan.request, environment)
    _use_source(session, plan.ends)
    client = create_sts_client(session, parsed_globals, plan.region)
    check_host_knows(client, plan.request)
    check_partition(client, plan.request)
    with credentials_withheld():
        credentials = session.get_credentials()
    now = environment.now()
    request = complete_role(client, credentials, plan.request, CallerMemory(), now)
    request = with_code(request, environment)
    return assume(client, request, environment)


def assume(client: Any, request: AssumeRoleRequest, environment: Environment) -> Assumed:
    """Assume the role of a complete request with a client."""
    now = environment.now()
    return Assumed(request, assume_role(client, request, now), region_of(client), now)


def is_enough(
    held: Optional[ProfileState], least: Optional[int], plan: Plan, region: Optional[str]
) -> bool:
    """Tell whether a target holds what the plan asks for, with more than so many seconds left.

    ``least`` None asks for it anew in any case. The plan's role has its account
    as far as that is known.
    """
    if held is None or least is None or held.seconds_left <= least:
        return False
    wanted = record_of(plan.request, plan.session_name, plan.ends.source, None)
    return (
        wanted.asks_the_same_as(held.record)
        and region in (None, held.region)
        and held.principal_arn is not None
    )


def with_code(request: AssumeRoleRequest, environment: Environment) -> AssumeRoleRequest:
    """Answer the request with the code of its MFA device, asked for where it has one to ask."""
    if not request.serial_number or request.token_code:
        return request
    code = environment.ask(f"Enter MFA code for {request.serial_number}: ")
    return request.with_token_code(code)


def _use_source(session: Any, ends: Ends) -> None:
    current = session.get_config_variable("profile") or "default"
    if ends.source is not None and ends.source != current:
        LOG.debug("The source profile is %s", ends.source)
        # "default" need not exist: an instance or container role may be the source.
        is_there = ends.source in session.available_profiles or ends.source != "default"
        use_profile(session, ends.source if is_there else None)


def _role_profile(profiles: Mapping[str, Any], ends: Ends) -> tuple[Mapping[str, Any], Ends]:
    """Answer the profile that names the role, and its source in place of itself."""
    profile = profiles.get(ends.source or "", {})
    if "role_arn" not in profile:
        raise InvalidRequest(
            "No role was named. Try: aws assume --role-name my-iam-role, or --role-arn ARN, or "
            "--profile with a profile that has a role_arn"
        )
    source = profile.get("source_profile")
    if source is None:
        raise InvalidConfiguration(
            f"The profile '{ends.source}' names a role and no source_profile. Where the "
            "credentials come from the environment or the instance, leave --profile out: "
            f"aws assume --role-arn {profile['role_arn']}"
        )
    if source not in profiles:
        raise InvalidConfiguration(
            f"The profile '{ends.source}' has source_profile = {source}, and there is no profile "
            "of that name. To see them: aws configure list-profiles"
        )
    return profile, Ends(source, ends.target, ends.configuration)


def _layered(
    given: Mapping[str, Any], role_profile: Mapping[str, Any], settings: Mapping[str, str]
) -> dict[str, Any]:
    """A flag beats the profile that names the role, that one its block, the block the default."""
    options: dict[str, Any] = {"account_id": settings.get("account_id")}
    by_profile = {_ROLE_KEYS[k]: v for k, v in role_profile.items() if k in _ROLE_KEYS}
    for name, value in given.items():
        options[name] = next(
            (v for v in (value, by_profile.get(name), settings.get(name)) if v is not None), None
        )
    return options


def _role(parsed_args: Any, role_profile: Mapping[str, Any], options: Mapping[str, Any]) -> Role:
    if parsed_args.role_name is not None:
        account_id = parsed_args.account_id or options["account_id"]
        return parse_role_name(parsed_args.role_name, account_id)
    return parse_role_arn(parsed_args.role_arn or role_profile["role_arn"])


def _render(template: str, role: Role, environment: Environment) -> str:
    return render(
        template,
        {
            "user": environment.login_name(),
            "host": environment.host_name(),
            "role": role.name,
            "account": role.account_id or "",
            "date": session_date(environment.now().astimezone()),
        },
    )

"""What a command line asks for: the request, checked, and the two ends of the road."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Mapping, Optional

from awscli_assume.commands.arguments import STS_OPTIONS
from awscli_assume.commands.environment import Environment
from awscli_assume.commands.proofs import given_proof, proven_again
from awscli_assume.commands.role_choice import check_role_choice, chosen_role
from awscli_assume.commands.role_profile import layered, role_profile
from awscli_assume.errors import configured_in
from awscli_assume.model import limits
from awscli_assume.model.request import AssumeRoleRequest, build_request
from awscli_assume.model.roles import Role, parse_role_arn
from awscli_assume.model.session_names import DEFAULT_TEMPLATE, render, session_date
from awscli_assume.profiles.source import Ends, choose_ends, is_role_session
from awscli_assume.profiles.state import ProfileState


@dataclass(frozen=True)
class Plan:
    """What is going to be asked, from where and to where; checked, nothing called yet.

    ``session_name`` is the request's name, or the template that it was made of.
    ``region`` is that of the profile which names the role, where one does. With
    ``auto_refresh`` the target gets a program in place of keys. ``has_flag`` tells
    that the duration is that of ``--duration-seconds``.
    """

    request: AssumeRoleRequest
    session_name: str
    ends: Ends
    region: Optional[str] = None
    auto_refresh: bool = False
    has_flag: bool = False

    def with_role(self, role: Role) -> Plan:
        """Answer the plan for a role whose account has become known."""
        return replace(self, request=self.request.with_role(role))

    def chained(self) -> Plan:
        """Answer the plan of a source that is itself a role session. Raises InvalidRequest."""
        return replace(self, request=self.request.chained(self.has_flag))

    def chained_by(self, profiles: Mapping[str, Any]) -> Plan:
        """Answer the plan, chained where the source profile is a role's by its configuration."""
        return self.chained() if is_role_session(profiles.get(self.ends.source or "")) else self


def make_plan(
    session: Any, parsed_args: Any, parsed_globals: Any, environment: Environment
) -> Plan:
    """Answer the plan of a command line. Raises InvalidRequest and InvalidConfiguration."""
    check_role_choice(parsed_args)
    proof = given_proof(parsed_args, environment)
    profiles = session.full_config["profiles"]
    ends = choose_ends(
        profiles,
        current=session.get_config_variable("profile"),
        is_explicit=parsed_globals.profile is not None,
        has_environment_keys=bool(environment.variables.get("AWS_ACCESS_KEY_ID")),
        explicit_target=getattr(parsed_args, "update_profile", None),
        needs_source=proof is None,
    )
    given = {name: getattr(parsed_args, name) for name in STS_OPTIONS}
    named: Mapping[str, Any] = {}
    if proof is not None:
        named = proof.named(parsed_args)
    elif parsed_args.role_name is None and parsed_args.role_arn is None:
        named, ends = role_profile(profiles, ends)
    options = layered(given, named, ends.configuration, profiles)
    role = chosen_role(parsed_args, named, options, ends.configuration)
    session_name = options["role_session_name"]
    if session_name is None:
        session_name = DEFAULT_TEMPLATE
    rendered = session_name
    if given["role_session_name"] is None:
        rendered = _render(session_name, role, environment)
        with configured_in(f"role_session_name of the profile '{ends.configuration}'"):
            limits.session_name(rendered)
    request = build_request(role, rendered, options)
    if proof is not None:
        request = proof.attached(request)
        session_name = session_name if request.role_session_name else ""
    auto_refresh = bool(getattr(parsed_args, "auto_refresh", False))
    has_flag = given["duration_seconds"] is not None
    region = named.get("region")
    plan = Plan(request, session_name, ends, region, auto_refresh, has_flag)
    return plan.chained_by(profiles)


def plan_again(state: ProfileState, environment: Environment) -> Plan:
    """Answer the plan that a profile of ours was made by. Raises as ``make_plan`` does."""
    record = state.record
    role = parse_role_arn(record.role_arn)
    name = record.session_name or DEFAULT_TEMPLATE
    rendered = _render(name, role, environment)
    request = build_request(role, rendered, record.to_options())
    request = proven_again(request, record.web_identity_token_file)
    source = record.source_profile
    ends = Ends(source, state.name, source or "default")
    # Without a source there is no profile of one to name the region.
    region = record.region if record.has_proof else None
    return Plan(request, name, ends, region, record.auto_refresh)


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

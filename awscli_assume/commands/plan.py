"""What a command line asks for: the request, checked, and the two ends of the road."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Mapping, Optional

from awscli_assume.commands.arguments import STS_OPTIONS
from awscli_assume.commands.environment import Environment
from awscli_assume.commands.proofs import is_proven, proven, proven_again
from awscli_assume.errors import InvalidConfiguration, InvalidRequest, configured_in
from awscli_assume.model import limits
from awscli_assume.model.request import AssumeRoleRequest, build_request, check_option
from awscli_assume.model.roles import Role, check_account_id, parse_role_arn, parse_role_name
from awscli_assume.model.session_names import DEFAULT_TEMPLATE, render, session_date
from awscli_assume.profiles.settings import read_settings
from awscli_assume.profiles.source import Ends, choose_ends
from awscli_assume.profiles.state import ProfileState

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
    ``region`` is that of the profile which names the role, where one does. With
    ``auto_refresh`` the target gets a program in place of keys.
    """

    request: AssumeRoleRequest
    session_name: str
    ends: Ends
    region: Optional[str] = None
    auto_refresh: bool = False

    def with_role(self, role: Role) -> Plan:
        """Answer the plan for a role whose account has become known."""
        return replace(self, request=self.request.with_role(role))


def make_plan(
    session: Any, parsed_args: Any, parsed_globals: Any, environment: Environment
) -> Plan:
    """Answer the plan of a command line. Raises InvalidRequest and InvalidConfiguration."""
    _check_role_choice(parsed_args)
    has_proof = is_proven(parsed_args)
    profiles = session.full_config["profiles"]
    ends = choose_ends(
        profiles,
        current=session.get_config_variable("profile"),
        is_explicit=parsed_globals.profile is not None,
        has_environment_keys=bool(environment.variables.get("AWS_ACCESS_KEY_ID")),
        explicit_target=getattr(parsed_args, "update_profile", None),
        needs_source=not has_proof,
    )
    given = {name: getattr(parsed_args, name) for name in STS_OPTIONS}
    if parsed_args.role_name is None and parsed_args.role_arn is None:
        role_profile, ends = _role_profile(profiles, ends)
    else:
        role_profile = {}
    options = _layered(given, role_profile, ends.configuration, profiles)
    role = _role(parsed_args, role_profile, options, ends.configuration)
    session_name = options["role_session_name"]
    if session_name is None:
        session_name = DEFAULT_TEMPLATE
    rendered = session_name
    if given["role_session_name"] is None:
        rendered = _render(session_name, role, environment)
        with configured_in(f"role_session_name of the profile '{ends.configuration}'"):
            limits.session_name(rendered)
    request = build_request(role, rendered, options)
    if has_proof:
        request = proven(request, parsed_args, environment)
        session_name = session_name if request.role_session_name else ""
    auto_refresh = bool(getattr(parsed_args, "auto_refresh", False))
    return Plan(request, session_name, ends, role_profile.get("region"), auto_refresh)


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
    return Plan(request, name, ends, auto_refresh=record.auto_refresh)


def _check_role_choice(parsed_args: Any) -> None:
    """Raise InvalidRequest for options that name two roles, or an account twice."""
    if parsed_args.role_name is not None and parsed_args.role_arn is not None:
        raise InvalidRequest(
            f"--role-name '{parsed_args.role_name}' and --role-arn '{parsed_args.role_arn}' name "
            "two roles: leave one of them out"
        )
    if parsed_args.account_id is not None and parsed_args.role_name is None:
        raise InvalidRequest(
            f"--account-id '{parsed_args.account_id}' goes with --role-name: a role ARN names "
            "its account itself. Try: --account-id ID --role-name NAME"
        )


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
    given: Mapping[str, Any],
    role_profile: Mapping[str, Any],
    configuration: str,
    profiles: Mapping[str, Any],
) -> dict[str, Any]:
    """A flag beats the profile that names the role, that one its block, the block the default."""
    settings = read_settings(profiles.get(configuration), configuration)
    options: dict[str, Any] = {"account_id": settings.get("account_id")}
    by_profile = {_ROLE_KEYS[k]: v for k, v in role_profile.items() if k in _ROLE_KEYS}
    for name, value in given.items():
        options[name] = value
        for place, layer in ((name, by_profile), (f"assume.{name}", settings)):
            if options[name] is None and name in layer:
                options[name] = layer[name]
                with configured_in(f"{place} of the profile '{configuration}'"):
                    check_option(name, layer[name])
    return options


def _role(
    parsed_args: Any,
    role_profile: Mapping[str, Any],
    options: Mapping[str, Any],
    configuration: str,
) -> Role:
    if parsed_args.role_name is not None:
        account_id = parsed_args.account_id
        if account_id is None and options["account_id"] is not None:
            account_id = options["account_id"]
            with configured_in(f"assume.account_id of the profile '{configuration}'"):
                check_account_id(account_id)
        return parse_role_name(parsed_args.role_name, account_id)
    if parsed_args.role_arn is not None:
        return parse_role_arn(parsed_args.role_arn)
    with configured_in(f"role_arn of the profile '{configuration}'"):
        return parse_role_arn(role_profile["role_arn"])


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

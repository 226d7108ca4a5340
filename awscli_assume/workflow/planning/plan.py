"""What a command line asks for: the request, checked, and the two ends of the road."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Mapping, Optional

from awscli_assume.arguments.sts import STS_OPTIONS
from awscli_assume.errors import configured_in
from awscli_assume.host import config_files, use_profile
from awscli_assume.host.environment import Environment
from awscli_assume.model.arns import Role, parse_role_arn
from awscli_assume.model.request import limits
from awscli_assume.model.request.request import AssumeRoleRequest, build_request
from awscli_assume.model.request.session_names import DEFAULT_TEMPLATE, render, session_date
from awscli_assume.profiles.client_settings import lend_client_settings
from awscli_assume.profiles.include_profile import inherit
from awscli_assume.profiles.record import Record, record_of
from awscli_assume.profiles.source import ProfilePair, choose_profile_pair, is_role_session
from awscli_assume.profiles.source_chain import ACCESS_KEYS_ONLY, check_credential_source
from awscli_assume.profiles.state import ProfileState
from awscli_assume.workflow.planning.account import with_known_account
from awscli_assume.workflow.planning.identity_provider import (
    GivenIdentityToken,
    given_identity_token,
    proven_again,
)
from awscli_assume.workflow.planning.role_choice import check_role_choice, chosen_role, via_of
from awscli_assume.workflow.planning.role_profile import layered, role_profile
from awscli_assume.workflow.planning.shorthand import with_shorthand
from awscli_assume.workflow.planning.source_profile import make_ready


@dataclass(frozen=True)
class Plan:
    """What is going to be asked, from where and to where; checked, nothing called yet.

    ``session_name`` is the request's name, or the template that it was made of.
    ``region`` is that of the profile which names the role, where one does. With
    ``auto_refresh`` the target gets a program in place of keys. ``has_flag`` tells
    that the duration is that of ``--duration-seconds``, ``by_profile`` that a profile
    names the role and no option does.
    """

    request: AssumeRoleRequest
    session_name: str
    profile_pair: ProfilePair
    region: Optional[str] = None
    auto_refresh: bool = False
    has_flag: bool = False
    by_profile: bool = False

    def completed(self, partition: str, account_id: str) -> Plan:
        """Return the plan with what its roles lack filled in."""
        return replace(self, request=self.request.completed(partition, account_id))

    def in_account(self, account_id: str, environment: Environment) -> Plan:
        """Return the plan with the id that was found for its account's name."""
        role = self.request.role.in_account(account_id)
        # A template may hold {account}; a name that was given by hand stays what it is.
        name = limits.check("role_session_name", _render(self.session_name, role, environment))
        return replace(self, request=replace(self.request, role=role, role_session_name=name))

    def chained(self) -> Plan:
        """Return the plan of a source that is itself a role session. Raises InvalidRequest."""
        return replace(self, request=self.request.chained(self.has_flag))

    def chained_by(self, profiles: Mapping[str, Any]) -> Plan:
        """Return the plan, chained where it goes by way of a role, or its source profile is one's.

        What the configuration says of the profile counts; nothing is called. With a
        credential_source it is not the profile's role that signs.
        """
        is_source = self.profile_pair.credential_source is None
        source = profiles.get(self.profile_pair.source or "") if is_source else None
        return self.chained() if self.request.via or is_role_session(source) else self

    def record(self, request: AssumeRoleRequest, region: Optional[str]) -> Record:
        """Return the record of the request as it was made; ``region`` is what is written."""
        name, profile_pair = self.session_name, self.profile_pair
        return record_of(
            request,
            name,
            profile_pair.source,
            region,
            self.auto_refresh,
            profile_pair.credential_source,
        )


def make_plan(
    session: Any, parsed_args: Any, parsed_globals: Any, environment: Environment
) -> Plan:
    """Return the plan of a command line. Raises InvalidRequest and InvalidConfiguration."""
    parsed_args, profile_pair, identity_token = _begin(
        session, parsed_args, parsed_globals, environment
    )
    profiles = session.full_config["profiles"]
    given = {name: getattr(parsed_args, name) for name in STS_OPTIONS}
    named: Mapping[str, Any] = {}
    if identity_token is not None:
        named = identity_token.named(parsed_args)
    elif parsed_args.role_name is None and parsed_args.role_arn is None:
        profile = profile_pair.source
        named, profile_pair = role_profile(
            profiles, profile_pair, config_files(environment.variables)
        )
        lend_client_settings(profiles, profile, profile_pair.source)
    options = layered(given, named, profile_pair.configuration, profiles)
    role = chosen_role(parsed_args, named, options, profile_pair.configuration)
    role = with_known_account(role, profile_pair, profiles, environment, identity_token is None)
    session_name = options["role_session_name"]
    if session_name is None:
        session_name = DEFAULT_TEMPLATE
    rendered = session_name
    if given["role_session_name"] is None:
        rendered = _render(session_name, role, environment)
        with configured_in(f"role_session_name of the profile '{profile_pair.configuration}'"):
            limits.check("role_session_name", rendered)
    request = build_request(role, rendered, {**options, "via": via_of(parsed_args)})
    if identity_token is not None:
        request = identity_token.attached(request)
        session_name = session_name if request.role_session_name else ""
    auto_refresh = bool(getattr(parsed_args, "auto_refresh", False))
    has_flag = given["duration_seconds"] is not None
    region = named.get("region")
    plan = Plan(request, session_name, profile_pair, region, auto_refresh, has_flag, bool(named))
    return plan.chained_by(profiles)


def _begin(
    session: Any, parsed_args: Any, parsed_globals: Any, environment: Environment
) -> tuple[Any, ProfilePair, Optional[GivenIdentityToken]]:
    """Return the options with what ROLE stands for, both profiles and the identity token."""
    profiles = session.full_config["profiles"]
    if getattr(parsed_args, "role", None) in profiles:
        # It may have its role from a profile that it includes.
        inherit(profiles, parsed_args.role, config_files(environment.variables))
    parsed_args, named_profile = with_shorthand(parsed_args, parsed_globals.profile, profiles)
    check_role_choice(parsed_args)
    identity_token = given_identity_token(parsed_args, named_profile, environment)
    if named_profile is not None:
        # As --profile would have it: its source comes before keys in the environment.
        use_profile(session, named_profile)
    is_explicit = named_profile is not None or parsed_globals.profile is not None
    make_ready(session, is_explicit, environment, needs_source=identity_token is None)
    profile_pair = choose_profile_pair(
        profiles,
        current=session.get_config_variable("profile"),
        is_explicit=is_explicit,
        has_environment_keys=bool(environment.variables.get("AWS_ACCESS_KEY_ID")),
        explicit_target=getattr(parsed_args, "update_profile", None),
        needs_source=identity_token is None,
    )
    return parsed_args, profile_pair, identity_token


def plan_again(state: ProfileState, environment: Environment) -> Plan:
    """Return the plan that a profile of ours was made by. Raises as ``make_plan`` does."""
    record = state.record
    role = parse_role_arn(str(record.role_arn))
    name = record.session_name or DEFAULT_TEMPLATE
    rendered = _render(name, role, environment)
    request = build_request(role, rendered, record.to_options())
    request = proven_again(request, record.web_identity_token_file)
    source = record.source_profile
    provider = record.credential_source
    if provider not in (None, ACCESS_KEYS_ONLY):
        check_credential_source(provider, f"The record of the profile '{state.name}'")
    profile_pair = ProfilePair(source, state.name, source or "default", provider)
    # Without a source there is no profile of one to name the region.
    region = record.region if record.has_identity_token else None
    return Plan(request, name, profile_pair, region, record.auto_refresh)


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

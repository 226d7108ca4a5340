"""From a command line, or from the record of a profile, to a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Mapping, Optional

from awscli_assume.arguments.assume_role import STS_OPTIONS
from awscli_assume.errors import InvalidRequest, configured_in
from awscli_assume.host import use_profile
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import ParsedArgs, Profile
from awscli_assume.model.arns import Role, parse_role_arn
from awscli_assume.model.coding_agents import agent_session_name, agent_variable
from awscli_assume.model.request import limits
from awscli_assume.model.request.request import AssumeRoleRequest, build_request
from awscli_assume.model.request.session_names import DEFAULT_SESSION_NAME
from awscli_assume.profiles.include_profile import ResolvedProfiles
from awscli_assume.profiles.source import ProfilePair
from awscli_assume.profiles.source_chain import ACCESS_KEYS_ONLY, check_credential_source
from awscli_assume.profiles.state import ProfileState
from awscli_assume.workflow.planning.account import with_known_account
from awscli_assume.workflow.planning.attribution import (
    check_has_caller,
    render_session_name,
    render_source_identity,
)
from awscli_assume.workflow.planning.identity_provider import (
    GivenIdentityToken,
    given_identity_token,
    profile_token,
    with_recorded_token,
)
from awscli_assume.workflow.planning.plan import AssumePlan, Plan
from awscli_assume.workflow.planning.role_profile import (
    check_not_to_choose,
    check_role_choice,
    chosen_role,
    layered,
    renews_itself,
    role_profile,
    via_of,
    with_role_specifier,
)
from awscli_assume.workflow.planning.source_profile import choose_source, has_scope, read_profiles

if TYPE_CHECKING:
    from awscli_assume.model.identity_center import IdentityCenterRole
    from awscli_assume.workflow.planning.session_scope import AgentScope

# The prefix of the IAM roles that Identity Center creates.
RESERVED = "AWSReservedSSO_"


def read_plan(context: CommandContext, parsed_args: ParsedArgs) -> Plan:
    """Return the plan of a command line: to assume a role, or with ``--copy-source`` to copy."""
    if not parsed_args.copy_source:
        return plan_role(context, parsed_args)
    # Here, because most commands assume a role and need nothing of it.
    from awscli_assume.workflow.credentials.copy_source import plan_copy

    return plan_copy(context, parsed_args)


def plan_role(context: CommandContext, parsed_args: ParsedArgs) -> Plan:
    """Return the plan for an IAM role or for a role of IAM Identity Center.

    Raises InvalidRequest and InvalidConfiguration.
    """
    check_not_to_choose(parsed_args)
    if not _may_be_identity_center(context, parsed_args):
        return make_plan(context, parsed_args)
    # Imported here, because most commands don't use Identity Center.
    from awscli_assume.workflow.planning.identity_center import plan_identity_center

    return plan_identity_center(context, parsed_args)


def _may_be_identity_center(context: CommandContext, parsed_args: ParsedArgs) -> bool:
    """Return whether a command line may name a role of IAM Identity Center.

    Such a command line has ``--sso-session``, the name of a profile, or an account and a role.
    """
    if parsed_args.sso_session is not None:
        return True
    config = context.session.full_config
    profiles = config["profiles"]
    words = [parsed_args.role, *via_of(parsed_args)[:1]]
    if not any(word and (word in profiles or "/" in word or ":" in word) for word in words):
        return False
    return bool(config.get("sso_sessions")) or any(
        "sso_start_url" in profile for profile in profiles.values()
    )


def make_plan(
    context: CommandContext, parsed_args: ParsedArgs, source: Optional[IdentityCenterRole] = None
) -> AssumePlan:
    """Return the plan to assume an IAM role. A role chain may begin with ``source``.

    Raises InvalidRequest and InvalidConfiguration.
    """
    profiles = read_profiles(context)
    parsed_args, profile_pair, token = _read_command_line(context, parsed_args, profiles, source)
    return _plan_of(context, parsed_args, profiles, profile_pair, token, source)


def plan_of_profile(
    context: CommandContext, parsed_args: ParsedArgs, profiles: ResolvedProfiles, name: str
) -> AssumePlan:
    """Return the plan to assume the IAM role that a profile names.

    The session keeps its own profile. Raises InvalidRequest and InvalidConfiguration.
    """
    profiles.resolve(name)
    pair = ProfilePair(name, name, name)
    return _plan_of(context, parsed_args, profiles, pair, None)


def _plan_of(
    context: CommandContext,
    parsed_args: ParsedArgs,
    profiles: ResolvedProfiles,
    profile_pair: ProfilePair,
    token: Optional[GivenIdentityToken],
    source: Optional[IdentityCenterRole] = None,
) -> AssumePlan:
    """Return the plan of a command line, whose source profile or role is known."""
    given = {name: getattr(parsed_args, name) for name in STS_OPTIONS}
    named, profile_pair, token = _named_role(parsed_args, profiles, profile_pair, token)
    options = layered(given, named, profile_pair.configuration, profiles)
    role = chosen_role(parsed_args, named, options, profile_pair.configuration)
    role = with_known_account(role, profile_pair, profiles, context.environment, token is None)
    role = source.with_account(role) if source is not None else role
    agent = _narrow(parsed_args, options, profiles, profile_pair, context.environment)
    session_name, rendered = _session_names(given, options, role, profile_pair, context, agent)
    identity = _source_identity(given, options, role, profile_pair, context)
    request = build_request(role, rendered, {**options, "via": via_of(parsed_args)})
    has_flag = given["duration_seconds"] is not None
    request = replace(request, is_duration_configured=not has_flag)
    if token is None:
        _check_not_reserved(request)
    else:
        request = token.attached(request)
        session_name = session_name if request.role_session_name else ""
        check_has_caller(session_name)
    settings = profile_pair.settings
    plan = AssumePlan(
        request,
        session_name,
        profile_pair,
        auto_refresh=renews_itself(parsed_args, profiles, profile_pair.configuration),
        has_flag=has_flag,
        profiles=profiles,
        settings=replace(settings, region=None) if named.get("region") else settings,
        source_identity=identity,
        agent=agent,
    )
    return _with_usable_default(plan, parsed_args).chained_by_profile()


def _with_usable_default(plan: AssumePlan, parsed_args: ParsedArgs) -> AssumePlan:
    """Return the plan with keys if only the setting renews them, and the source can't be kept."""
    if plan.auto_refresh and not parsed_args.auto_refresh:
        try:
            plan.check_can_refresh()
        except InvalidRequest:
            return replace(plan, auto_refresh=False)
    return plan


def _named_role(
    parsed_args: ParsedArgs,
    profiles: ResolvedProfiles,
    profile_pair: ProfilePair,
    token: Optional[GivenIdentityToken],
) -> tuple[Profile, ProfilePair, Optional[GivenIdentityToken]]:
    """Return the keys of the profile that names the role, its source, and its token."""
    if token is not None:
        return token.named(parsed_args), profile_pair, token
    if parsed_args.role_name is not None or parsed_args.role_arn is not None:
        return {}, profile_pair, None
    named, profile_pair = role_profile(
        profiles, profile_pair, can_copy=hasattr(parsed_args, "copy_source")
    )
    return named, profile_pair, profile_token(parsed_args, named, profile_pair.configuration)


def _narrow(
    parsed_args: ParsedArgs,
    options: dict[str, object],
    profiles: ResolvedProfiles,
    profile_pair: ProfilePair,
    environment: Environment,
) -> Optional[AgentScope]:
    """Add the session policies of a scope to the options; return the scope of an agent."""
    if not has_scope(parsed_args) and agent_variable(environment.variables) is None:
        return None
    # Here, because most sessions have no scope.
    from awscli_assume.workflow.planning import session_scope

    agent = session_scope.agent_scope_of(profiles, profile_pair, environment)
    given = session_scope.given_scope(parsed_args)
    scope = session_scope.chosen_scope(given, options, profiles, profile_pair, agent)
    options.update({} if scope is None else scope.options())
    return agent


def _source_identity(
    given: Profile,
    options: dict[str, object],
    role: Role,
    profile_pair: ProfilePair,
    context: CommandContext,
) -> Optional[str]:
    """Return the template of the source identity; the options get what it renders now."""
    template = options["source_identity"]
    if template is None or given["source_identity"] is not None:
        return None
    with configured_in(f"assume.source_identity of the profile '{profile_pair.configuration}'"):
        options["source_identity"] = render_source_identity(
            str(template), role, context.environment
        )
    return str(template) if "{" in str(template) else None


def _session_names(
    given: Profile,
    options: Mapping[str, object],
    role: Role,
    profile_pair: ProfilePair,
    context: CommandContext,
    agent: Optional[AgentScope],
) -> tuple[str, str]:
    """Return the template of the session name, and the rendered name."""
    named = options["role_session_name"]
    session_name = DEFAULT_SESSION_NAME if named is None else str(named)
    if given["role_session_name"] is not None:
        if agent is not None:
            limits.check("role_session_name", session_name)
            session_name = agent_session_name(session_name)[: limits.SESSION_NAME_MAX]
        return session_name, session_name
    if agent is not None:
        session_name = agent_session_name(session_name)
    rendered = render_session_name(session_name, role, context.environment)
    with configured_in(f"role_session_name of the profile '{profile_pair.configuration}'"):
        limits.check("role_session_name", rendered)
    return session_name, rendered


def _check_not_reserved(request: AssumeRoleRequest) -> None:
    """Raise InvalidRequest for the IAM role of a permission set."""
    for role in request.roles:
        if role.name.startswith(RESERVED):
            from awscli_assume.model.identity_center import reserved_role

            raise reserved_role(role)


def _read_command_line(
    context: CommandContext,
    parsed_args: ParsedArgs,
    profiles: ResolvedProfiles,
    first: Optional[IdentityCenterRole],
) -> tuple[ParsedArgs, ProfilePair, Optional[GivenIdentityToken]]:
    """Return the options, with those that ROLE means, the profiles, and the token."""
    if getattr(parsed_args, "role", None) in profiles:
        # It may inherit its role.
        profiles.resolve(parsed_args.role)
    parsed_args, named_profile = with_role_specifier(
        parsed_args, context.parsed_globals.profile, profiles
    )
    check_role_choice(parsed_args)
    token = given_identity_token(parsed_args, named_profile, context.environment)
    target = getattr(parsed_args, "update_profile", None)
    if first is not None:
        from awscli_assume.workflow.planning.identity_center import source_pair

        return parsed_args, source_pair(profiles, first, target, named_profile, token), None
    if named_profile is not None:
        # ROLE is the session's profile as --profile would be: its source comes before keys in
        # the environment.
        use_profile(context.session, named_profile)
    profile_pair = choose_source(
        context,
        profiles,
        is_explicit=named_profile is not None or context.parsed_globals.profile is not None,
        explicit_target=target,
        needs_source=token is None,
    )
    return parsed_args, profile_pair, token


def plan_again(
    state: ProfileState, profiles: ResolvedProfiles, environment: Environment
) -> AssumePlan:
    """Return the plan that a profile of ours was made by. Raises as ``make_plan`` does."""
    record = state.record
    role = parse_role_arn(str(record.role_arn))
    name = record.session_name or DEFAULT_SESSION_NAME
    source = record.source_profile
    provider = record.credential_source
    if provider not in (None, ACCESS_KEYS_ONLY):
        check_credential_source(provider, f"The record of the profile '{state.name}'")
    profile_pair = ProfilePair(source, state.name, source or "default", provider)
    options, agent = record.to_options(), None
    if agent_variable(environment.variables) is not None:
        # Here, because most commands are run by people.
        from awscli_assume.workflow.planning import session_scope

        agent = session_scope.agent_scope_of_record(profiles, profile_pair, record, environment)
        if agent is not None:
            options = session_scope.narrowed(options, agent, state.name)
            name = agent_session_name(name)
    request = build_request(role, render_session_name(name, role, environment), options)
    # The maximum of the role may have been lowered since.
    request = replace(request, is_duration_configured=True)
    request = with_recorded_token(request, record.web_identity_token_file)
    return AssumePlan(
        request,
        name,
        profile_pair,
        auto_refresh=record.auto_refresh,
        profiles=profiles,
        settings=record.request_settings,
        source_identity=record.source_identity_template,
        agent=agent,
    ).chained_by_profile()

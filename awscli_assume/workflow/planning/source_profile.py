"""The source profile of a command line: what it inherits, and the session that has it."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Mapping, Optional, Sequence

from awscli_assume.arguments.identity_provider import has_identity_token
from awscli_assume.aws.sts.source_credentials import use_credential_source, use_role_source
from awscli_assume.host import ENDPOINT_VARIABLES, REGION_VARIABLES, config_files, use_profile
from awscli_assume.host.context import CommandContext, RequestSettings
from awscli_assume.host.protocols import ParsedArgs, Profile, Session
from awscli_assume.model.coding_agents import agent_variable
from awscli_assume.outputs.variables import SOURCE_VARIABLE, exported_role
from awscli_assume.profiles.include_profile import ResolvedProfiles
from awscli_assume.profiles.record import Record, read_record
from awscli_assume.profiles.source import ProfilePair, choose_profile_pair
from awscli_assume.profiles.source_chain import resolve_source_chain

if TYPE_CHECKING:
    from awscli_assume.model.identity_center import IdentityCenterRole

LOG = logging.getLogger("awscli.assume.source")


def read_profiles(context: CommandContext) -> ResolvedProfiles:
    """Return a view of the session's profiles, in which none has been resolved yet."""
    config = context.session.full_config
    return ResolvedProfiles(
        config["profiles"], config_files(context.environment.variables), config.get("sso_sessions")
    )


def has_environment_keys(context: CommandContext) -> bool:
    """Return whether the environment has an access key."""
    return bool(context.environment.variables.get("AWS_ACCESS_KEY_ID"))


def use_exported_source(context: CommandContext, parsed_args: ParsedArgs) -> None:
    """Use the profile that the keys in this environment come from, to renew them.

    That is as if ``--profile`` had named it. ``aws assume export`` and ``exec`` leave its name in
    the environment. Keys of another role are the source, as any other keys (role chaining).
    """
    variables = context.environment.variables
    source, exported = variables.get(SOURCE_VARIABLE), exported_role(variables)
    is_given = context.parsed_globals.profile is not None or not hasattr(parsed_args, "role_arn")
    if not source or exported is None or is_given or has_identity_token(parsed_args):
        return
    if source not in context.session.available_profiles:
        return
    if getattr(parsed_args, "role", None) in context.session.available_profiles:
        return
    if _is_same_role(parsed_args, exported):
        context.parsed_globals.profile = source
        use_profile(context.session, source)


def _is_same_role(parsed_args: ParsedArgs, exported: str) -> bool:
    """Return whether a command line names the role of an ARN, or none."""
    given = next(
        (
            getattr(parsed_args, name, None)
            for name in ("role_arn", "role_name", "role")
            if getattr(parsed_args, name, None)
        ),
        None,
    )
    if given is None or given == exported:
        return True
    _, _, path_and_name = exported.partition(":role/")
    account, colon, name = given.rpartition(":")
    account = account if colon else getattr(parsed_args, "account_id", None)
    is_named = bool(name) and (name == path_and_name or given == path_and_name)
    return is_named and (not account or not account.isdigit() or f":{account}:" in exported)


def choose_source(
    context: CommandContext,
    profiles: ResolvedProfiles,
    is_explicit: bool,
    explicit_target: Optional[str] = None,
    needs_source: bool = True,
) -> ProfilePair:
    """Return source and target of a command line; the source is resolved in ``profiles``.

    ``is_explicit`` is True if the session's profile comes from ``--profile`` or ROLE, and
    ``needs_source`` False for a request with an identity provider's token. Raises
    InvalidConfiguration.
    """
    resolve_source(context, profiles, is_explicit, needs_source)
    pair = choose_profile_pair(
        profiles,
        current=context.session.get_config_variable("profile"),
        is_explicit=is_explicit,
        has_environment_keys=has_environment_keys(context),
        explicit_target=explicit_target,
        needs_source=needs_source,
    )
    source, variables = profiles.get(pair.source or "", {}), context.environment.variables
    return replace(pair, settings=_settings_to_use_again(pair.settings, source, variables))


def _settings_to_use_again(
    recorded: RequestSettings, source: Profile, variables: Mapping[str, str]
) -> RequestSettings:
    """Return what is recorded, where neither the source profile nor a variable says it."""

    def missing(value: Optional[str], key: str, names: Sequence[str]) -> Optional[str]:
        return None if source.get(key) or any(map(variables.get, names)) else value

    return RequestSettings(
        missing(recorded.region, "region", REGION_VARIABLES),
        missing(recorded.endpoint_url, "endpoint_url", ENDPOINT_VARIABLES),
        missing(recorded.ca_bundle, "ca_bundle", ("AWS_CA_BUNDLE",)),
    )


def resolve_source(
    context: CommandContext,
    profiles: ResolvedProfiles,
    is_explicit: bool,
    needs_source: bool = True,
) -> None:
    """Resolve the session's profile, and those that a source may come from."""
    current = context.session.get_config_variable("profile") or "default"
    if not needs_source or (has_environment_keys(context) and not is_explicit):
        # The source is another one; only the settings of the profile count.
        profiles.resolve(current)
        return
    resolve_source_chain(profiles, current)
    record = None if is_explicit else read_record(profiles.get(current))
    if record is not None:
        resolve_recorded_source(profiles, record)


def resolve_recorded_source(profiles: ResolvedProfiles, record: Record) -> None:
    """Resolve the source profile of a record. Raises InvalidConfiguration."""
    name = record.source_profile
    if record.identity_center is not None:
        # Imported here, because other sources don't need it.
        from awscli_assume.profiles.identity_center import add_source

        add_source(profiles, record.identity_center)
        return
    if name is None:
        return
    if record.credential_source is None:
        resolve_source_chain(profiles, name)
    else:
        profiles.resolve(name)


def check_not_narrowed(
    context: CommandContext,
    pair: ProfilePair,
    profiles: ResolvedProfiles,
    parsed_args: Optional[ParsedArgs] = None,
    role: Optional[IdentityCenterRole] = None,
) -> None:
    """Raise InvalidRequest if a scope applies to a source whose own credentials are used.

    ``role`` is a role of IAM Identity Center that is not in the profiles.
    """
    given = has_scope(parsed_args) if parsed_args is not None else False
    if given or agent_variable(context.environment.variables) is not None:
        # Here, because most sessions have no scope.
        from awscli_assume.workflow.planning.session_scope import check_can_narrow

        check_can_narrow(parsed_args, profiles, pair, context.environment, role)


def has_scope(parsed_args: ParsedArgs) -> bool:
    """Return whether a command line has a scope."""
    # An empty name, as of a variable that is not set, is a scope that does not exist.
    scope: Optional[str] = getattr(parsed_args, "scope", None)
    return scope is not None or bool(getattr(parsed_args, "read_only", False))


def use_source(session: Session, profile_pair: ProfilePair) -> None:
    """Let the session sign with the source, as the AWS CLI finds it.

    A profile that names the role stays the session's own, so its region, endpoints and other
    client settings apply. Another source becomes the session's profile.
    """
    current = session.get_config_variable("profile") or "default"
    if profile_pair.is_role:
        LOG.debug("The source is that of the profile %s", profile_pair.configuration)
        use_role_source(session, profile_pair.configuration)
        return
    if profile_pair.source is not None and profile_pair.source != current:
        LOG.debug("The source profile is %s", profile_pair.source)
        # "default" need not exist: an instance or container role may be the source.
        exists = (
            profile_pair.source in session.available_profiles or profile_pair.source != "default"
        )
        use_profile(session, profile_pair.source if exists else None)
    if profile_pair.credential_source is not None:
        use_credential_source(session, profile_pair.credential_source)

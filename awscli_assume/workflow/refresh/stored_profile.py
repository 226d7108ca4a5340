"""The credentials of a profile that we wrote, renewed if it is self-renewing."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import Mapping, Optional

from awscli_assume.arguments.profiles import given_role_option
from awscli_assume.errors import InvalidConfiguration, InvalidRequest, UnusableFile
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import ParsedArgs, Profile
from awscli_assume.model.coding_agents import agent_variable
from awscli_assume.model.credentials import (
    PrincipalCredentials,
    SessionCredentials,
    TemporaryCredentials,
    UsableCredentials,
    read_session,
)
from awscli_assume.model.printable import option
from awscli_assume.profiles.cache.process_cache import ProcessCache
from awscli_assume.profiles.files import locate, merged_profile, parse
from awscli_assume.profiles.include_profile import ResolvedProfiles
from awscli_assume.profiles.record import read_record
from awscli_assume.profiles.source import ProfilePair
from awscli_assume.profiles.state import EXPIRING, UNKNOWN, VALID, ProfileState
from awscli_assume.workflow.planning.make_plan import plan_again
from awscli_assume.workflow.planning.plan import AssumePlan
from awscli_assume.workflow.planning.profile_selection import choose_one
from awscli_assume.workflow.planning.source_profile import (
    check_not_narrowed,
    has_scope,
    read_profiles,
    resolve_recorded_source,
)
from awscli_assume.workflow.refresh.batch import renew_one
from awscli_assume.workflow.refresh.credential_process import narrowed_record, profile_cache

# Set by process/renew.py. An SDK that needs credentials should not print a note each time.
_RENEWING = "_AWSCLI_ASSUME_RENEWING"


@dataclass(frozen=True)
class StoredProfile:
    """A profile that we wrote, as the source of credentials to use.

    ``profiles`` are resolved for its source, from which it may be renewed. ``plan`` is the one
    of a coding agent, if a coding agent runs the command and its sessions are narrowed.
    """

    state: ProfileState
    profiles: ResolvedProfiles
    plan: Optional[AssumePlan] = None

    @property
    def session_profiles(self) -> Mapping[str, Profile]:
        """What the profiles inherit."""
        return self.profiles.resolved

    def used_role(self, result: object) -> Optional[str]:
        """Return None: reading stored credentials does not count as a use of the role."""
        return None

    def obtain_to_use(self, context: CommandContext) -> UsableCredentials:
        """Return the credentials of the profile, renewed if it is self-renewing."""
        state = self.state
        region = context.parsed_globals.region or state.region
        if not state.record.auto_refresh:
            found = _existing_credentials(state, self.profiles.written[state.name])
            return UsableCredentials(found, region, state.role_arn)
        return UsableCredentials(self._fresh(context), region, state.record.role_arn)

    def _fresh(self, context: CommandContext) -> PrincipalCredentials:
        """Return the cached credentials, renewed if they expire soon.

        Of many processes that find them so at once, one assumes the role.
        """
        state = self.state
        narrowed = None if self.plan is None else narrowed_record(self.plan, state.record)
        cache = profile_cache(state.name, state.record, narrowed)
        found = cache.load_fresh(context.environment.now())
        if found is not None:
            return found
        with ExitStack() as stack:
            try:
                stack.enter_context(cache.locked())
            except UnusableFile as error:
                context.environment.notify(f"aws: [WARNING]: {error}\n")
            found = cache.load_fresh(context.environment.now())
            if found is not None:
                return found
            renewed = renew_one(context, state, self.profiles).credentials
            _store(context, cache, renewed, state)
        return renewed


def read_stored_profile(context: CommandContext, parsed_args: ParsedArgs) -> StoredProfile:
    """Return the profile of ``--update-profile``. Raises InvalidRequest and ForeignProfile."""
    if parsed_args.copy_source:
        raise InvalidRequest("--update-profile and --copy-source exclude each other")
    if getattr(parsed_args, "no_cache", False):
        raise InvalidRequest(
            "--update-profile and --no-cache exclude each other: the credentials of a profile are "
            "stored. Name the role in place of its profile"
        )
    option = given_role_option(parsed_args)
    if has_scope(parsed_args):
        option = "--read-only" if parsed_args.read_only else "--scope"
    if option is not None:
        raise InvalidRequest(
            "--update-profile hands out the credentials of a profile, and takes no options of a "
            f"role: leave it out, or {option}"
        )
    state = choose_one(context, parsed_args.update_profile)
    profiles = read_profiles(context)
    if agent_variable(context.environment.variables) is None:
        return StoredProfile(state, profiles)
    return StoredProfile(state, profiles, _plan_of_agent(context, state, profiles))


def _plan_of_agent(
    context: CommandContext, state: ProfileState, profiles: ResolvedProfiles
) -> Optional[AssumePlan]:
    """Return the plan that narrows the profile for a coding agent, None if nothing narrows it.

    Raises InvalidRequest for credentials that can't be narrowed, and InvalidConfiguration for
    keys that were written without the scope.
    """
    record = state.record
    resolve_recorded_source(profiles, record)
    if record.role_arn is None:
        source = record.source_profile
        pair = ProfilePair(source, state.name, source or "default")
        check_not_narrowed(context, pair, profiles)
        return None
    plan = plan_again(state, profiles, context.environment)
    if plan.agent is None:
        return None
    if not record.auto_refresh and record != plan.record_again(record):
        raise InvalidConfiguration(
            f"The profile '{state.name}' has credentials that are not narrowed to "
            f"{plan.agent.scope.name}: {plan.agent.reason}. Try: aws assume export "
            f"--role-arn {record.role_arn}"
        )
    if _RENEWING not in context.environment.variables:
        context.environment.notify(plan.agent.note)
    return plan


def _store(
    context: CommandContext, cache: ProcessCache, found: PrincipalCredentials, state: ProfileState
) -> None:
    """Store renewed credentials, unless the profile has been cleared or changed meanwhile."""
    assert isinstance(found, TemporaryCredentials)  # noqa: S101 - they are a role's
    files = locate(context.session)
    config = parse(files.config, files.config)
    if read_record(merged_profile(config, {}, state.name)) != state.record:
        return
    try:
        cache.store(found, context.environment.now())
    except UnusableFile as error:
        context.environment.notify(f"aws: [WARNING]: {error}\n")


def _existing_credentials(state: ProfileState, profile: Profile) -> SessionCredentials:
    if state.state not in (VALID, EXPIRING, UNKNOWN):
        raise InvalidConfiguration(
            f"The profile '{state.name}' has no credentials of ours that are still valid "
            f"({state.state}). Try: aws assume refresh {option('--update-profile', state.name)}"
        )
    return read_session(
        profile.get("aws_access_key_id", ""),
        profile.get("aws_secret_access_key", ""),
        profile.get("aws_session_token", ""),
        state.expiration,
    )

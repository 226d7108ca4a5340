"""The credentials of a profile that we wrote, renewed where it refreshes by itself."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from awscli_assume.arguments.profiles import given_role_option
from awscli_assume.errors import InvalidConfiguration, InvalidRequest, UnusableFile
from awscli_assume.host.environment import Environment
from awscli_assume.model.credentials import TemporaryCredentials, read_session
from awscli_assume.profiles.cache.process_cache import ProcessCache
from awscli_assume.profiles.files import locate, merged_profile, parse
from awscli_assume.profiles.record import read_record
from awscli_assume.profiles.state import EXPIRING, UNKNOWN, VALID, ProfileState
from awscli_assume.workflow.credentials.assume_role import Assumed
from awscli_assume.workflow.credentials.resolve import Obtained
from awscli_assume.workflow.planning.profile_selection import choose_one
from awscli_assume.workflow.refresh.batch import renew_one


def obtain_recorded(
    session: Any, parsed_args: Any, parsed_globals: Any, environment: Environment
) -> Obtained:
    """Return the credentials of the profile of ``--update-profile``."""
    if parsed_args.copy_source:
        raise InvalidRequest(
            "--update-profile says what to hand out by itself: leave it out, or --copy-source"
        )
    option = given_role_option(parsed_args)
    if option is not None:
        raise InvalidRequest(
            f"--update-profile says what to assume by itself: leave it out, or {option}"
        )
    profiles = session.full_config["profiles"]
    name = parsed_args.update_profile
    state = choose_one(session, profiles, name, environment)
    region = parsed_globals.region or state.region
    if not state.record.auto_refresh:
        found = _held(state, profiles[name])
        return Obtained(found, region, state.role_arn)
    credentials = fresh_credentials(session, parsed_globals, state, environment)
    return Obtained(credentials, region, state.record.role_arn)


def fresh_credentials(
    session: Any, parsed_globals: Any, state: ProfileState, environment: Environment
) -> TemporaryCredentials:
    """Return what is in the cache of a profile, renewed where it nears its end.

    Many processes that find it so at once assume the role once.
    """
    cache = ProcessCache(state.name, state.record.to_block())
    found = cache.load_fresh(environment.now())
    if found is not None:
        return found
    with ExitStack() as stack:
        try:
            stack.enter_context(cache.locked())
        except UnusableFile as error:
            environment.notify(f"aws: [WARNING]: {error}\n")
        found = cache.load_fresh(environment.now())
        if found is None:
            renewed = renew_one(session, parsed_globals, state, environment)
            assert isinstance(renewed, Assumed)  # noqa: S101 - a copy has no program
            found = renewed.credentials
            _keep(session, cache, found, state, environment)
    return found


def _keep(
    session: Any,
    cache: ProcessCache,
    found: TemporaryCredentials,
    state: ProfileState,
    environment: Environment,
) -> None:
    """Store what was renewed, unless the profile has been cleared or changed meanwhile."""
    files = locate(session)
    config = parse(files.config, files.config)
    if read_record(merged_profile(config, {}, state.name)) != state.record:
        return
    try:
        cache.store(found, environment.now())
    except UnusableFile as error:
        environment.notify(f"aws: [WARNING]: {error}\n")


def _held(state: ProfileState, profile: Any) -> Any:
    if state.state not in (VALID, EXPIRING, UNKNOWN):
        raise InvalidConfiguration(
            f"The profile '{state.name}' has no credentials of ours that are still valid "
            f"({state.state}). Try: aws assume refresh --update-profile {state.name}"
        )
    return read_session(
        profile.get("aws_access_key_id", ""),
        profile.get("aws_secret_access_key", ""),
        profile.get("aws_session_token", ""),
        state.expiration,
    )

"""Temporary credentials for the verbs that write no profile: a role's, or the source's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Optional

from awscli_assume.arguments.identity_provider import has_identity_token
from awscli_assume.arguments.profiles import check_no_role, given_role_option
from awscli_assume.aws.sts.client_pool import source_credentials
from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.host.environment import Environment
from awscli_assume.model.credentials import SessionCredentials, format_time
from awscli_assume.profiles.source import choose_profile_pair
from awscli_assume.profiles.state import end_beside
from awscli_assume.workflow.credentials.assume_role import (
    assume_planned_role,
    source_mfa_device_named,
)
from awscli_assume.workflow.planning.plan import Plan, make_plan
from awscli_assume.workflow.planning.source_profile import make_ready, use_source

_NO_ROLE = "Name a role: --role-name my-iam-role, or --role-arn ARN"


@dataclass(frozen=True)
class Obtained:
    """Credentials to hand on, where they are used, and whose they are if that is known."""

    credentials: SessionCredentials
    region: Optional[str]
    role_arn: Optional[str] = None


def credentials_step(
    session: Any, parsed_args: Any, parsed_globals: Any, environment: Environment
) -> Callable[[], Obtained]:
    """Return the step to a command line's credentials: its role's, with none the source's own.

    The step may be taken again after a sign-in. What is to be assumed is settled here,
    for on the way the session's profile becomes the source, which names no such role.
    Raises InvalidRequest and InvalidConfiguration; nothing is called.
    """
    if not has_identity_token(parsed_args):
        make_ready(session, parsed_globals.profile is not None, environment)
    has_keys = bool(environment.variables.get("AWS_ACCESS_KEY_ID"))
    is_environment = has_keys and parsed_globals.profile is None
    if parsed_args.copy_source:
        check_no_role(parsed_args)
        _use_recorded_source(session, parsed_globals, has_keys)
    if parsed_args.copy_source or _names_no_role(session, parsed_args, is_environment):
        return lambda: _as_they_are(session, parsed_globals, environment, is_environment)
    plan = make_plan(session, parsed_args, parsed_globals, environment)
    return lambda: _assumed(session, parsed_globals, plan, environment)


def _assumed(session: Any, parsed_globals: Any, plan: Plan, environment: Environment) -> Obtained:
    assumed = assume_planned_role(session, parsed_globals, plan, environment)
    region = parsed_globals.region or assumed.region
    return Obtained(assumed.credentials, region, assumed.request.role.arn)


def _use_recorded_source(session: Any, parsed_globals: Any, has_keys: bool) -> None:
    """Take the source that ``aws assume --copy-source`` takes, the recorded one in its shell."""
    profile_pair = choose_profile_pair(
        session.full_config["profiles"],
        current=session.get_config_variable("profile"),
        is_explicit=parsed_globals.profile is not None,
        has_environment_keys=has_keys,
        explicit_target=None,
    )
    use_source(session, profile_pair)


def _names_no_role(session: Any, parsed_args: Any, is_environment: bool) -> bool:
    is_without = given_role_option(parsed_args) is None
    # Keys in the environment are the source, whatever a profile names.
    return is_without and (is_environment or "role_arn" not in _current_profile(session))


def _current_profile(session: Any) -> Any:
    name = session.get_config_variable("profile") or "default"
    return session.full_config["profiles"].get(name, {})


def _as_they_are(
    session: Any, parsed_globals: Any, environment: Environment, is_environment: bool
) -> Obtained:
    # As everywhere in the CLI, a profile that was named has to exist.
    session.get_scoped_config()
    with source_mfa_device_named(session):
        credentials = source_credentials(session)
    if credentials is None:
        raise InvalidRequest(
            "No role was named, and the source has long-lived credentials, which are not handed "
            f"on. {_NO_ROLE}"
        )
    written = end_beside(_current_profile(session), credentials.access_key_id)
    expiration = credentials.expiration
    if expiration is None and not is_environment:
        expiration = written
    if expiration is not None and expiration <= environment.now():
        raise InvalidConfiguration(
            f"The credentials of the source have expired at {format_time(expiration)}. Renew "
            "them: aws assume refresh, aws sso login or aws login, whichever they came from"
        )
    region = parsed_globals.region or session.get_config_variable("region")
    return Obtained(replace(credentials, expiration=expiration), region)

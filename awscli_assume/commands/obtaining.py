"""Temporary credentials for the verbs that write no profile: a role's, or the source's own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable, Optional

from awscli_assume.aws.sources import source_credentials
from awscli_assume.commands.arguments import STS_OPTIONS
from awscli_assume.commands.copy_choice import check_no_role
from awscli_assume.commands.environment import Environment
from awscli_assume.commands.plan import Plan, make_plan
from awscli_assume.commands.proof_arguments import PROOF_OPTIONS, has_proof
from awscli_assume.commands.road import device_of_the_source, travel
from awscli_assume.commands.sources_ready import make_ready, use_source
from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.model.credentials import SessionCredentials, format_time
from awscli_assume.profiles.source import choose_ends
from awscli_assume.profiles.state import end_beside

_NO_ROLE = "Name a role: --role-name my-iam-role, or --role-arn ARN"


@dataclass(frozen=True)
class Obtained:
    """Credentials to hand on, where they are used, and whose they are if that is known."""

    credentials: SessionCredentials
    region: Optional[str]
    role_arn: Optional[str] = None


def way_to_credentials(
    session: Any, parsed_args: Any, parsed_globals: Any, environment: Environment
) -> Callable[[], Obtained]:
    """Answer the step to a command line's credentials: its role's, with none the source's own.

    The step may be taken again after a sign-in. What is to be assumed is settled here,
    for on the way the session's profile becomes the source, which names no such role.
    Raises InvalidRequest and InvalidConfiguration; nothing is called.
    """
    if not has_proof(parsed_args):
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
    assumed = travel(session, parsed_globals, plan, environment)
    region = parsed_globals.region or assumed.region
    return Obtained(assumed.credentials, region, assumed.request.role.arn)


def _use_recorded_source(session: Any, parsed_globals: Any, has_keys: bool) -> None:
    """Take the source that ``aws assume --copy-source`` takes, the recorded one in its shell."""
    ends = choose_ends(
        session.full_config["profiles"],
        current=session.get_config_variable("profile"),
        is_explicit=parsed_globals.profile is not None,
        has_environment_keys=has_keys,
        explicit_target=None,
    )
    use_source(session, ends)


def _names_no_role(session: Any, parsed_args: Any, is_environment: bool) -> bool:
    options = ("role", "role_name", "role_arn", "account_id", "via", *STS_OPTIONS, *PROOF_OPTIONS)
    is_bare = all(getattr(parsed_args, name, None) is None for name in options)
    # Keys in the environment are the source, whatever a profile names.
    return is_bare and (is_environment or "role_arn" not in _current_profile(session))


def _current_profile(session: Any) -> Any:
    name = session.get_config_variable("profile") or "default"
    return session.full_config["profiles"].get(name, {})


def _as_they_are(
    session: Any, parsed_globals: Any, environment: Environment, is_environment: bool
) -> Obtained:
    # As everywhere in the CLI, a profile that was named has to exist.
    session.get_scoped_config()
    with device_of_the_source(session):
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

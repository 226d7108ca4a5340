"""``--copy-source``: the source's own temporary credentials, written as they are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Mapping, Optional

from awscli_assume.arguments.profiles import check_no_role
from awscli_assume.aws.sts.client import get_caller, region_of
from awscli_assume.aws.sts.client_pool import SourceClients
from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.host.environment import Environment
from awscli_assume.model.credentials import (
    PrincipalCredentials,
    SessionCredentials,
    format_time,
    read_copy,
)
from awscli_assume.profiles.record import Record
from awscli_assume.profiles.source import ProfilePair, choose_profile_pair
from awscli_assume.profiles.state import ProfileState, end_beside
from awscli_assume.profiles.target import Target
from awscli_assume.workflow.credentials.assume_role import source_mfa_device_named
from awscli_assume.workflow.planning.source_profile import make_ready


@dataclass(frozen=True)
class Copy:
    """What is going to be copied, from where and to where; nothing is called yet."""

    profile_pair: ProfilePair

    def record(self, region: Optional[str] = None) -> Record:
        """Return the record of the copy."""
        return Record(None, "", self.profile_pair.source, region)


@dataclass(frozen=True)
class Copied:
    """A source's own credentials with whose they are, its region, and when that was asked."""

    credentials: PrincipalCredentials
    region: Optional[str]
    at: datetime


def plan_copy(
    session: Any, parsed_args: Any, parsed_globals: Any, environment: Environment
) -> Copy:
    """Return the copy of a command line. Raises InvalidRequest and InvalidConfiguration."""
    check_no_role(parsed_args)
    make_ready(session, parsed_globals.profile is not None, environment)
    profile_pair = choose_profile_pair(
        session.full_config["profiles"],
        current=session.get_config_variable("profile"),
        is_explicit=parsed_globals.profile is not None,
        has_environment_keys=bool(environment.variables.get("AWS_ACCESS_KEY_ID")),
        explicit_target=parsed_args.update_profile,
    )
    return Copy(profile_pair)


def copy_again(state: ProfileState) -> Copy:
    """Return the copy that a profile of ours was made by."""
    source = state.record.source_profile
    return Copy(ProfilePair(source, state.name, source or "default"))


def carry_out_copy(
    session: Any, parsed_globals: Any, copy: Copy, environment: Environment
) -> Copied:
    """Find the source's credentials and ask STS whose they are. Nothing is written."""
    with source_mfa_device_named(session):
        return copied(session, SourceClients(session, parsed_globals), copy, environment)


def copied(
    session: Any,
    clients: SourceClients,
    copy: Copy,
    environment: Environment,
    renewed: Optional[PrincipalCredentials] = None,
) -> Copied:
    """Return a copy by the clients of a run.

    ``renewed`` are the source's credentials where they are newer than its file's.
    Raises what ``SourceClients.own`` does, and InvalidRequest and
    InvalidConfiguration where there is nothing to copy.
    """
    source = copy.profile_pair.source
    found = renewed if renewed is not None else clients.own(source)
    now = environment.now()
    profile = session.full_config["profiles"].get(source or "", {})
    expiration = _end_of(found, profile, now)
    assert found is not None  # noqa: S101 - for the type checker
    client = clients.signed_by(source, found)
    caller = get_caller(client)
    credentials = read_copy(found, expiration, caller.arn, caller.user_id)
    return Copied(credentials, region_of(client), now)


def expected_copy(copy: Copy, region: Optional[str], environment: Environment, new: str) -> Target:
    """Return what the target would hold, with ``new`` for all that is not known yet."""
    unknown = PrincipalCredentials(new, new, new, environment.now(), new, new)
    return Target(copy.profile_pair.target, unknown, copy.record(region), region, expires=new)


def _end_of(
    found: Optional[SessionCredentials], profile: Mapping[str, Any], now: datetime
) -> Optional[datetime]:
    """Return when the credentials of a source end, None where it does not say.

    Raises InvalidRequest and InvalidConfiguration where they can't be copied.
    """
    if found is None:
        raise InvalidRequest(
            "The source has long-lived credentials, and nothing is gained by a copy of those: "
            "every tool can use them where they are. Name a role: --role-name my-iam-role"
        )
    expiration = found.expiration or end_beside(profile, found.access_key_id)
    if expiration is not None and expiration <= now:
        raise InvalidConfiguration(
            f"The credentials of the source have expired at {format_time(expiration)}. Nothing "
            "was written. Renew them where they came from, for example: aws assume refresh"
        )
    return expiration

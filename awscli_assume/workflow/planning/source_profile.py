"""What has to be known of the source profile before anything is read from it."""

from __future__ import annotations

import logging
from typing import Any

from awscli_assume.aws.sts.credential_source import use_credential_source
from awscli_assume.host import config_files, use_profile
from awscli_assume.host.environment import Environment
from awscli_assume.profiles.include_profile import inherit
from awscli_assume.profiles.record import Record, read_record
from awscli_assume.profiles.source import ProfilePair
from awscli_assume.profiles.source_chain import follow

LOG = logging.getLogger("awscli.assume.road")


def make_ready(
    session: Any, is_explicit: bool, environment: Environment, needs_source: bool = True
) -> None:
    """Let the session's profile inherit, and those behind it that a source may come from.

    ``is_explicit`` tells that it comes from ``--profile``; a token of an identity
    provider ``needs_source`` not. Raises InvalidConfiguration.
    """
    profiles, files = session.full_config["profiles"], config_files(environment.variables)
    current = session.get_config_variable("profile") or "default"
    has_keys = bool(environment.variables.get("AWS_ACCESS_KEY_ID"))
    if not needs_source or (has_keys and not is_explicit):
        # The source is another one, and of the profile the settings alone count.
        inherit(profiles, current, files)
        return
    follow(profiles, current, files)
    record = None if is_explicit else read_record(profiles.get(current))
    if record is not None:
        make_recorded_ready(profiles, record, environment)


def make_recorded_ready(profiles: Any, record: Record, environment: Environment) -> None:
    """Let the source profile of a record inherit. Raises InvalidConfiguration."""
    name, files = record.source_profile, config_files(environment.variables)
    if name is None:
        return
    if record.credential_source is None:
        follow(profiles, name, files)
    else:
        inherit(profiles, name, files)


def use_source(session: Any, profile_pair: ProfilePair) -> None:
    """Make the source the session's own: its profile, and where in it the credentials are."""
    current = session.get_config_variable("profile") or "default"
    if profile_pair.source is not None and profile_pair.source != current:
        LOG.debug("The source profile is %s", profile_pair.source)
        # "default" need not exist: an instance or container role may be the source.
        is_there = (
            profile_pair.source in session.available_profiles or profile_pair.source != "default"
        )
        use_profile(session, profile_pair.source if is_there else None)
    if profile_pair.credential_source is not None:
        use_credential_source(session, profile_pair.credential_source)

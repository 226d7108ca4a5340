"""Which profile the credentials come from, and which one they go to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Mapping, Optional

from awscli_assume.errors import InvalidConfiguration, InvalidRequest, configured_in
from awscli_assume.host import ProfileNotFound
from awscli_assume.host.context import NO_SETTINGS, RequestSettings
from awscli_assume.host.protocols import Profile
from awscli_assume.model.printable import option
from awscli_assume.profiles.cache.process_command import is_ours
from awscli_assume.profiles.ownership import (
    AUTO,
    PROFILE_TEMPLATE,
    RESERVED,
    check_name_or_template,
    check_profile_name,
    is_target,
    is_template,
)
from awscli_assume.profiles.record import Record, read_record
from awscli_assume.profiles.settings import read_settings
from awscli_assume.profiles.state import CREDENTIAL_PROCESS, PRINCIPAL_ARN_KEY, WRITTEN_KEY_KEY

DEFAULT_TARGET = "assumed-role"
Profiles = Mapping[str, Profile]


@dataclass(frozen=True)
class ProfilePair:
    """Where credentials come from, and where they go to.

    ``source`` is None if the environment's own keys are the source.
    ``configuration`` is the profile that settings are read from. With ``is_role`` it names the
    role: the session keeps it as its profile, and the source credentials are found through it.
    Else the source is the session's profile. With a ``credential_source`` the credentials come
    from there only (source_chain.py). ``settings`` are those of the record that the source was
    found in.
    """

    source: Optional[str]
    target: str
    configuration: str
    credential_source: Optional[str] = None
    is_role: bool = False
    settings: RequestSettings = field(default=NO_SETTINGS, compare=False)


def choose_profile_pair(
    profiles: Profiles,
    current: Optional[str],
    is_explicit: bool,
    has_environment_keys: bool,
    explicit_target: Optional[str],
    needs_source: bool = True,
) -> ProfilePair:
    """Return source and target profile; neither is used yet.

    ``current`` is the session's profile, ``is_explicit`` is whether it comes from
    ``--profile``; ``explicit_target`` is ``--update-profile``. In a shell whose
    AWS_PROFILE is the target, the source is the recorded one: the target's own
    credentials may be the very ones that have expired. A request with a token of
    an identity provider ``needs_source`` not. Raises InvalidConfiguration and ProfileNotFound.
    """
    if explicit_target is not None:
        check_profile_name(explicit_target)
    if not needs_source:
        is_ours = read_record(profiles.get(current or "")) is not None
        is_there = current in profiles and (is_explicit or not is_ours)
        return with_target(profiles, None, (is_there and current) or "default", explicit_target)
    if has_environment_keys and not is_explicit:
        return with_target(profiles, None, current or "default", explicit_target)
    if current is None or is_explicit:
        return _pair_of_source(profiles, current or "default", explicit_target)
    record = read_record(profiles.get(current))
    if record is not None or current not in profiles:
        before = record.source_profile if record is not None else "default"
        again = with_target(profiles, before, before or "default", explicit_target)
        if record is not None:
            again = replace(
                again, credential_source=record.credential_source, settings=record.request_settings
            )
        if is_target(current, again.target):
            _check_source_is_there(profiles, current, record)
            return again
    return _pair_of_source(profiles, current, explicit_target)


def _pair_of_source(profiles: Profiles, name: str, target: Optional[str]) -> ProfilePair:
    """Return source and target. Raises the CLI's error for a source that does not exist."""
    # "default" need not exist: an instance or container role may be the source.
    if name not in profiles and name != "default":
        raise ProfileNotFound(profile=name)
    return with_target(profiles, name, name, target)


def holds_role_session(profile: Optional[Profile]) -> bool:
    """Return whether a profile's credentials are a role session: it has a role, or we wrote it.

    Keys that another tool has set in a profile of ours may be anything.
    """
    if not profile or "role_arn" in profile:
        return bool(profile)
    record = read_record(profile)
    if record is None:
        return False
    if record.is_copy and ":assumed-role/" not in str(profile.get(PRINCIPAL_ARN_KEY)):
        # A session of `aws login` may be a user's.
        return False
    key_id = profile.get("aws_access_key_id")
    if key_id is not None:
        return bool(key_id == profile.get(WRITTEN_KEY_KEY))
    process = profile.get(CREDENTIAL_PROCESS)
    return process is not None and is_ours(process)


def _check_source_is_there(profiles: Profiles, current: str, record: Optional[Record]) -> None:
    if record is None:
        return
    if record.has_identity_token:
        raise InvalidConfiguration(
            f"The profile '{current}' was made with an identity provider's token, without a "
            "source profile. Give a token again (--web-identity-token-file, --saml-assertion), or "
            "name a source: --profile NAME"
        )
    if record.source_profile is None:
        raise InvalidConfiguration(
            f"The profile '{current}' was made from keys in the environment, and there are none "
            "now. Export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a source: "
            "--profile NAME"
        )
    # "default" need not exist: an instance or container role may be the source.
    if record.source_profile not in profiles and record.source_profile != "default":
        raise InvalidConfiguration(
            f"The profile '{current}' was made from the profile '{record.source_profile}', which "
            "is gone. Name another source: --profile NAME"
        )


def check_source_stays(pair: ProfilePair) -> None:
    """Raise InvalidRequest for a source that ``--auto-refresh`` could not use again later."""
    if pair.source is None or pair.credential_source == "Environment":
        raise InvalidRequest(
            "--auto-refresh has to assume the role again later, and the keys in this "
            "environment will not be there then. Name a source profile: --profile NAME"
        )
    if pair.source == RESERVED:
        raise InvalidRequest(
            f"--auto-refresh has to assume the role again later, and the profile '{RESERVED}' "
            "has credentials inside of this aws assume exec only. Name a source profile: "
            "--profile NAME"
        )


def with_target(
    profiles: Profiles, source: Optional[str], configuration: str, target: Optional[str]
) -> ProfilePair:
    """Return the source and the target. The settings of ``configuration`` may name the target."""
    if target in (None, AUTO):
        target = target_of_settings(profiles, configuration, is_auto=target == AUTO)
    return ProfilePair(source, str(target), configuration)


def target_of_settings(profiles: Profiles, configuration: str, is_auto: bool = False) -> str:
    """Return the name or the template that a profile sets; with ``is_auto`` a template."""
    settings = read_settings(profiles.get(configuration), configuration)
    with configured_in(f"assume.update_profile of the profile '{configuration}'"):
        name = settings.get("update_profile", DEFAULT_TARGET)
        command = f"aws configure set assume.update_profile '{PROFILE_TEMPLATE}'"
        advice = f"{command} {option('--profile', configuration)}"
        target = check_name_or_template(name, advice)
    return PROFILE_TEMPLATE if is_auto and not is_template(target) else target

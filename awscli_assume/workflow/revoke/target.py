"""Which sessions a command line revokes, and which profile signs the calls of IAM."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Mapping, Optional

from awscli_assume.aws.caller_identity import get_caller_identity
from awscli_assume.aws.sts.client import create_sts_client
from awscli_assume.errors import InvalidConfiguration, InvalidRequest
from awscli_assume.host import ReadOnlyCredentials
from awscli_assume.host.context import NO_SETTINGS, CommandContext, RequestSettings
from awscli_assume.host.protocols import Profile
from awscli_assume.model.arns import parse_role_arn, parse_role_name
from awscli_assume.model.printable import option_words
from awscli_assume.model.request.role_specifier import parse_role_specifier
from awscli_assume.model.revocation import Revocation, check_revocable, permission_set_error
from awscli_assume.outputs.variables import KEY_VARIABLES, SOURCE_VARIABLE, exported_role
from awscli_assume.profiles.include_profile import ResolvedProfiles
from awscli_assume.profiles.known_names import known_in
from awscli_assume.profiles.record import read_record
from awscli_assume.profiles.source import ProfilePair
from awscli_assume.profiles.source_chain import resolve_source_chain
from awscli_assume.profiles.state import EXPIRED, ProfileState
from awscli_assume.workflow.planning.profile_selection import choose_one
from awscli_assume.workflow.planning.role_profile import role_profile
from awscli_assume.workflow.planning.source_profile import (
    choose_source,
    read_profiles,
    resolve_recorded_source,
)


@dataclass(frozen=True)
class RevocationTarget:
    """The sessions to revoke, and the source that signs.

    ``word`` is what names them, None for the session in the environment. A role that was named
    without an account is in the account of the source.
    """

    revocation: Revocation
    pair: ProfilePair
    profiles: ResolvedProfiles
    word: Optional[str]
    settings: RequestSettings = NO_SETTINGS

    @property
    def session_profiles(self) -> Mapping[str, Profile]:
        """The profiles that the CLI's session has to see other than the files have them."""
        return self.profiles.resolved


def choose_sessions(
    context: CommandContext, word: Optional[str], all_sessions: bool, is_undo: bool
) -> RevocationTarget:
    """Return what to revoke. Without a word, that is the session in the environment, if any.

    GetCallerIdentity is called for that one only. Raises InvalidRequest, InvalidConfiguration
    and ForeignProfile.
    """
    profiles = read_profiles(context)
    if word is None and read_record(profiles.get(context.parsed_globals.profile or "")) is None:
        role_arn = exported_role(context.environment.variables)
        if role_arn is not None:
            return _exported(context, profiles, role_arn, all_sessions)
    if word is None or read_record(profiles.get(word)) is not None:
        return target_of(context, choose_one(context, word), all_sessions, is_undo)
    _check_names_role(profiles, word)
    found = parse_role_specifier(word, known_in(profiles))
    if found.profile is not None:
        role = parse_role_arn(str(profiles[found.profile]["role_arn"]))
    elif found.role_arn is not None:
        role = parse_role_arn(found.role_arn)
    else:
        role = parse_role_name(str(found.role_name), found.account)
    check_revocable(role)
    if not all_sessions:
        raise InvalidRequest(
            f"'{word}' names a role, and no session of it. To revoke all its sessions: aws assume "
            f"revoke {shlex.quote(word)} --all-sessions. To revoke one, name the profile that has "
            "it: aws assume list"
        )
    is_explicit = context.parsed_globals.profile is not None
    if found.profile is not None and not is_explicit:
        _, pair = role_profile(profiles, ProfilePair(found.profile, found.profile, found.profile))
    else:
        pair = choose_source(context, profiles, is_explicit)
    return RevocationTarget(Revocation(role), pair, profiles, word)


def _exported(
    context: CommandContext, profiles: ResolvedProfiles, role_arn: str, all_sessions: bool
) -> RevocationTarget:
    """Return the session that ``export`` or ``exec`` has put into the environment.

    The profile that it came from signs, or that of ``--profile``: not the session itself.
    """
    variables = context.environment.variables
    if not role_arn.startswith("arn:"):
        raise InvalidRequest(
            "The credentials in the environment are not those of an IAM role, so no policy of a "
            "role can revoke them. To revoke the session of a profile, name the profile. To see "
            "the names: aws assume list"
        )
    role = parse_role_arn(role_arn)
    check_revocable(role)
    source = variables.get(SOURCE_VARIABLE, "")
    if context.parsed_globals.profile is not None:
        pair = choose_source(context, profiles, is_explicit=True)
    elif source not in profiles:
        raise InvalidRequest(
            f"The environment has a session of {role_arn}, and does not say which profile it "
            "came from. With a profile that may change the policies of the role: --profile NAME"
        )
    elif "role_arn" in profiles.resolve(source):
        _, pair = role_profile(profiles, ProfilePair(source, source, source))
    else:
        resolve_source_chain(profiles, source)
        pair = ProfilePair(source, source, source)
    user_id = None
    if not all_sessions:
        keys = ReadOnlyCredentials(*map(variables.get, KEY_VARIABLES))
        # STS answers even a session that has been revoked.
        user_id = get_caller_identity(create_sts_client(context, None, keys)).user_id
    return RevocationTarget(Revocation(role, user_id), pair, profiles, None)


def _check_names_role(profiles: ResolvedProfiles, word: str) -> None:
    """Raise InvalidRequest for a profile without a role."""
    if word not in profiles:
        return
    profiles.resolve(word)
    profile = profiles[word]
    if "role_arn" in profile:
        return
    if profile.get("sso_role_name"):
        raise permission_set_error(profile["sso_role_name"])
    raise InvalidRequest(
        f"The profile '{word}' has no role session of aws assume, and names no role. To see "
        "the profiles that have one: aws assume list"
    )


def target_of(
    context: CommandContext, state: ProfileState, all_sessions: bool, is_undo: bool = False
) -> RevocationTarget:
    """Return the session of a profile that we wrote, or all sessions of its role.

    Raises InvalidRequest and InvalidConfiguration.
    """
    granted = state.record.identity_center
    if granted is not None and state.record.role_arn is None:
        raise permission_set_error(granted.role_name)
    if state.role_arn is None:
        raise InvalidRequest(
            f"The profile '{state.name}' has no session of a role, and no other session can be "
            "revoked by a policy of a role. Look at it: aws assume list"
        )
    role = parse_role_arn(state.role_arn)
    check_revocable(role)
    user_id = None if all_sessions else _user_id(state, is_undo)
    profiles = read_profiles(context)
    return RevocationTarget(
        Revocation(role, user_id),
        _source_of(context, state, profiles),
        profiles,
        state.name,
        state.record.request_settings,
    )


def revoke_words(name: Optional[str]) -> str:
    """Return the command that revokes the session of a profile, quoted for a shell."""
    words = [] if name is None else [name]
    if name is not None and name.startswith("-"):
        # The parser takes a word that begins with a dash for an option.
        words = option_words("--profile", name)
    return shlex.join(["aws", "assume", "revoke", *words])


def _user_id(state: ProfileState, is_undo: bool) -> str:
    words = revoke_words(state.name)
    if state.state == EXPIRED and not is_undo:
        raise InvalidConfiguration(
            f"The session of the profile '{state.name}' has expired, so there is nothing to "
            f"revoke. To revoke the other sessions of its role: {words} --all-sessions"
        )
    if state.principal_id is None or ":" not in state.principal_id:
        raise InvalidConfiguration(
            f"The profile '{state.name}' does not say which session it has ({state.state}). To "
            f"revoke all sessions of its role: {words} --all-sessions"
        )
    return state.principal_id


def _source_of(
    context: CommandContext, state: ProfileState, profiles: ResolvedProfiles
) -> ProfilePair:
    """Return the profile of ``--profile``, else the recorded source of a profile."""
    given, record = context.parsed_globals.profile, state.record
    if given not in (None, state.name):
        return choose_source(context, profiles, is_explicit=True)
    if record.source_profile is None:
        # The environment, or an identity provider's token: what signs now is the user's choice.
        return ProfilePair(None, state.name, "default")
    resolve_recorded_source(profiles, record)
    source = record.source_profile
    return ProfilePair(source, state.name, source, record.credential_source)

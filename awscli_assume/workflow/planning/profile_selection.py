"""Which profiles of ours a verb works on: one, or several."""

from __future__ import annotations

from typing import Mapping, Optional, Sequence

from awscli_assume.arguments.options import option_name
from awscli_assume.errors import ForeignProfile, InvalidRequest
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import ParsedArgs, Profile
from awscli_assume.model.printable import option
from awscli_assume.model.request.limits import in_seconds
from awscli_assume.model.request.role_specifier import similar_names
from awscli_assume.outputs.summary import role_profiles_note
from awscli_assume.profiles.ownership import AUTO, is_target, is_template
from awscli_assume.profiles.provisioned.mark import role_states
from awscli_assume.profiles.record import read_record
from awscli_assume.profiles.source import target_of_settings
from awscli_assume.profiles.state import REPLACED, ProfileState, inspect, inspect_all
from awscli_assume.workflow.planning.source_profile import read_profiles


def choose_one(context: CommandContext, named: Optional[str]) -> ProfileState:
    """Return the profile of ``--update-profile``, else the current one if it is ours.

    Else the default target. Raises ForeignProfile for one that is not ours.
    """
    profiles = read_profiles(context)
    current = context.session.get_config_variable("profile")
    now = context.environment.now()
    name = named
    is_auto = name == AUTO and inspect(AUTO, profiles.get(AUTO), now) is None
    if name is None and current is not None and inspect(current, profiles.get(current), now):
        name = current
    if name is None or is_auto:
        profiles.resolve(current or "default")
        name = target_of_settings(profiles, current or "default", is_auto)
        if is_template(name):
            name = _only_profile_of(name, inspect_all(profiles.written, now))
    state = inspect(name, profiles.written.get(name), now)
    if state is None:
        _check_no_role_profile(profiles, name)
        what = "was not written by aws assume" if name in profiles else "does not exist"
        ours = [own for own, profile in profiles.items() if read_record(profile) is not None]
        near = similar_names(name, ours)
        hint = f" Similar profiles: {', '.join(near)}." if near else ""
        raise ForeignProfile(
            f"The profile '{name}' {what}.{hint} To see those that were: aws assume list"
        )
    return state


def _check_no_role_profile(profiles: Mapping[str, Profile], name: str) -> None:
    """Raise ForeignProfile for a profile of ``each --as role``, which has no credentials."""
    if any(state.name == name for state in role_states(profiles)):
        raise ForeignProfile(
            f"The profile '{name}' names a role and has no credentials of its own: the AWS CLI "
            "and SDKs assume the role when they use the profile. Use it: aws sts "
            f"get-caller-identity {option('--profile', name)}"
        )


def is_one_named(parsed_args: ParsedArgs) -> bool:
    """Return whether ``refresh`` is for one profile, named or the current one."""
    return not parsed_args.all and parsed_args.expiring_within is None


def profiles_to_refresh(context: CommandContext, parsed_args: ParsedArgs) -> list[ProfileState]:
    """Return the profiles of ``refresh``: one, all, or those that expire soon.

    Raises InvalidRequest and ForeignProfile.
    """
    if is_one_named(parsed_args):
        return [choose_one(context, word_or_option(parsed_args))]
    profiles = context.session.full_config["profiles"]
    context.environment.notify(role_profiles_note(len(role_states(profiles))))
    states = inspect_all(profiles, context.environment.now())
    # Keys that somebody else has set are theirs, until the user names the profile.
    states = [state for state in states if state.state != REPLACED]
    if parsed_args.all:
        return states
    least = seconds(parsed_args.expiring_within, "--expiring-within")
    return [state for state in states if state.seconds_left < least]


def word_or_option(parsed_args: ParsedArgs) -> Optional[str]:
    """Return the profile of NAME or of ``--update-profile``. Raises InvalidRequest for both."""
    word: Optional[str] = parsed_args.name
    option: Optional[str] = parsed_args.update_profile
    if word is not None and option is not None:
        raise InvalidRequest(
            f"NAME '{word}' and --update-profile '{option}' both name a profile: leave one of "
            "them out"
        )
    return option if word is None else word


def _only_profile_of(template: str, states: Sequence[ProfileState]) -> str:
    """Return the one profile of ours that a template stands for. Raises InvalidRequest."""
    names = [state.name for state in states if is_target(state.name, template)]
    if len(names) == 1:
        return names[0]
    found = f"these profiles: {', '.join(names)}" if names else "no profile that exists"
    suggested = option("--update-profile", names[0] if names else "NAME")
    raise InvalidRequest(
        f"The template '{template}' stands for {found}. Name one: {suggested}. To see all: "
        "aws assume list"
    )


def check_alone(parsed_args: ParsedArgs, *names: str) -> None:
    """Raise InvalidRequest where more than one of some options is given."""
    given = [name for name in names if getattr(parsed_args, name) not in (None, False)]
    if len(given) > 1:
        options = " and ".join(option_name(name) for name in given)
        raise InvalidRequest(f"{options} contradict each other: give one of them")


def seconds(text: str, option: str) -> int:
    """Return a number of seconds of an option. Raises InvalidRequest."""
    try:
        number = int(in_seconds(text))
    except ValueError:
        number = -1
    if number < 0:
        raise InvalidRequest(
            f"Invalid {option} '{text}': it has to be a whole number of seconds, or a "
            f"duration such as 1h or 90m. Try: {option} 900"
        )
    return number


def seconds_or_none(text: Optional[str], option: str) -> Optional[int]:
    """Return a number of seconds of an option, or None where it was not given."""
    return None if text is None else seconds(text, option)

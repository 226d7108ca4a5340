"""Which profiles of ours a verb is about: one, or several."""

from __future__ import annotations

from typing import Any, MutableMapping, Optional

from awscli_assume.arguments.sts import option_name
from awscli_assume.errors import ForeignProfile, InvalidRequest
from awscli_assume.host import config_files
from awscli_assume.host.environment import Environment
from awscli_assume.profiles.include_profile import inherit
from awscli_assume.profiles.settings import read_settings
from awscli_assume.profiles.source import DEFAULT_TARGET
from awscli_assume.profiles.state import ProfileState, inspect


def choose_one(
    session: Any, profiles: MutableMapping[str, Any], named: Any, environment: Environment
) -> ProfileState:
    """Return the profile of ``--update-profile``, else the current one where it is ours.

    Else the default target. Raises ForeignProfile for one that is not ours.
    """
    current = session.get_config_variable("profile")
    now = environment.now()
    name = named
    if name is None and current is not None and inspect(current, profiles.get(current), now):
        name = current
    if name is None:
        inherit(profiles, current or "default", config_files(environment.variables))
        settings = read_settings(profiles.get(current or "default"), current or "default")
        name = settings.get("update_profile", DEFAULT_TARGET)
    state = inspect(name, profiles.get(name), now)
    if state is None:
        what = "was not written by aws assume" if name in profiles else "does not exist"
        raise ForeignProfile(
            f"The profile '{name}' {what}. To see those that were: aws assume list"
        )
    return state


def check_alone(parsed_args: Any, *names: str) -> None:
    """Raise InvalidRequest where more than one of some options is given."""
    given = [name for name in names if getattr(parsed_args, name) not in (None, False)]
    if len(given) > 1:
        options = " and ".join(option_name(name) for name in given)
        raise InvalidRequest(f"{options} contradict each other: give one of them")


def seconds(text: Any, option: str) -> int:
    """Return a number of seconds of an option. Raises InvalidRequest."""
    try:
        answer = int(text)
    except ValueError:
        answer = -1
    if answer < 0:
        raise InvalidRequest(
            f"Invalid {option} '{text}': it has to be a whole number of seconds, for example "
            f"{option} 900"
        )
    return answer


def seconds_or_none(text: Any, option: str) -> Optional[int]:
    """Return a number of seconds of an option, or None where it was not given."""
    return None if text is None else seconds(text, option)

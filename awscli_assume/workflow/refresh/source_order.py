"""Profiles of ours that are sources of each other: which one has to be renewed first."""

from __future__ import annotations

from typing import Mapping, Optional

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import Profile
from awscli_assume.model.printable import option
from awscli_assume.profiles.state import ProfileState


def path_to_source(name: str, sources: Mapping[str, Optional[str]]) -> list[str]:
    """Return a profile, its source, the source of that, and so on within ``sources``.

    ``sources`` has the source profile of each profile that this run renews. The path of a
    loop ends with the profile that closes it.
    """
    path = {name: None}
    source = sources[name]
    while source is not None and source in sources:
        if source in path:
            return [*path, source]
        path[source] = None
        source = sources[source]
    return list(path)


def in_levels(sources: Mapping[str, Optional[str]]) -> list[list[str]]:
    """Return the profiles in levels: the source of each is in an earlier level, or in none.

    Profiles whose sources lead into a loop are in the last level.
    """
    levels: list[list[str]] = []
    left = dict(sources)
    while left:
        ready = [name for name, source in left.items() if source not in left] or list(left)
        levels.append(ready)
        for name in ready:
            del left[name]
    return levels


def check_no_loop(state: ProfileState, sources: Mapping[str, Optional[str]]) -> None:
    """Raise InvalidConfiguration if the sources of a profile lead back to it."""
    path = path_to_source(state.name, sources)
    if len(set(path)) < len(path):
        raise InvalidConfiguration(
            f"The profile '{state.name}' was made from itself: {' from '.join(path)}. "
            f"Assume its role from another one: {_from_another(state)}"
        )


def check_source_is_there(
    state: ProfileState, profiles: Mapping[str, Profile], environment: Environment
) -> None:
    """Raise InvalidConfiguration if the source of a profile no longer exists."""
    source = state.record.source_profile
    # "default" need not exist: an instance or container role may be the source.
    if source is not None and source not in profiles and source != "default":
        raise InvalidConfiguration(
            f"The profile '{state.name}' was made from the profile '{source}', which is gone. "
            f"Assume the role from another one: {_from_another(state)}"
        )
    if state.record.has_identity_token:
        _check_can_be_read_again(state)
        return
    if source is None and not environment.variables.get("AWS_ACCESS_KEY_ID"):
        raise InvalidConfiguration(
            f"The profile '{state.name}' was made from keys in the environment, and there are "
            "none now. Export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a source: "
            f"{_from_another(state)}"
        )


def _check_can_be_read_again(state: ProfileState) -> None:
    if state.record.web_identity_token_file is None:
        raise InvalidConfiguration(
            f"The profile '{state.name}' was made with a SAML assertion, which is valid for "
            "minutes and is not stored. Get a new one from your identity provider, then: "
            f"aws assume --role-arn {state.record.role_arn} --saml-assertion file://PATH "
            f"{option('--update-profile', state.name)}"
        )


def _from_another(state: ProfileState) -> str:
    """Return the command that writes the profile again from another source."""
    role_arn = state.record.role_arn
    what = "--copy-source" if role_arn is None else f"--role-arn {role_arn}"
    return f"aws assume {what} --profile NAME {option('--update-profile', state.name)}"

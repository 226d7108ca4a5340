"""Profiles of ours that were made from each other: which one has to be renewed first."""

from __future__ import annotations

from typing import Mapping, Optional

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import Profile
from awscli_assume.profiles.state import ProfileState


def path_to_source(name: str, sources: Mapping[str, Optional[str]]) -> list[str]:
    """Return a profile, the one it was made from, and so on to the last one of ``sources``.

    ``sources`` holds the source profile of each profile that is renewed in this
    run. The path of a loop ends in the profile that closes it.
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
    """Return the profiles in levels, each made from one of a level before, or from none of them.

    Those on the way to a loop have no such place, and stand in the last level.
    """
    levels: list[list[str]] = []
    left = dict(sources)
    while left:
        ready = [name for name, source in left.items() if source not in left] or list(left)
        levels.append(ready)
        for name in ready:
            del left[name]
    return levels


def check_no_loop(name: str, sources: Mapping[str, Optional[str]]) -> None:
    """Raise InvalidConfiguration where a profile was made, in the end, from itself."""
    path = path_to_source(name, sources)
    if len(set(path)) < len(path):
        raise InvalidConfiguration(
            f"The profile '{name}' was made from itself, in the end: {' from '.join(path)}. "
            f"Assume its role from another one: --profile NAME --update-profile {name}"
        )


def check_source_is_there(
    state: ProfileState, profiles: Mapping[str, Profile], environment: Environment
) -> None:
    """Raise InvalidConfiguration where what a profile was made from is gone."""
    source = state.record.source_profile
    # "default" need not be a profile: an instance or container role stands behind it.
    if source is not None and source not in profiles and source != "default":
        raise InvalidConfiguration(
            f"The profile '{state.name}' was made from the profile '{source}', which is gone. "
            f"Assume the role from another one: --profile NAME --update-profile {state.name}"
        )
    if state.record.has_identity_token:
        _check_can_be_read_again(state)
        return
    if source is None and not environment.variables.get("AWS_ACCESS_KEY_ID"):
        raise InvalidConfiguration(
            f"The profile '{state.name}' was made from keys in the environment, and there are "
            "none now. Export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a source: "
            f"aws assume --profile NAME {_what(state)}"
        )


def _check_can_be_read_again(state: ProfileState) -> None:
    if state.record.web_identity_token_file is None:
        raise InvalidConfiguration(
            f"The profile '{state.name}' was made by a SAML assertion, which is good for some "
            "minutes and is not kept. Get a new one from your identity provider, then: aws assume "
            f"--role-arn {state.record.role_arn} --saml-assertion file://PATH "
            f"--update-profile {state.name}"
        )


def _what(state: ProfileState) -> str:
    role_arn = state.record.role_arn
    return "--copy-source" if role_arn is None else f"--role-arn {role_arn}"

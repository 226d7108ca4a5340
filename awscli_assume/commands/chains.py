"""Profiles of ours that were made from each other: which one has to be renewed first."""

from __future__ import annotations

from typing import Mapping, Optional

from awscli_assume.errors import InvalidConfiguration


def path_to_source(name: str, sources: Mapping[str, Optional[str]]) -> list[str]:
    """Answer a profile, the one it was made from, and so on to the last one of ``sources``.

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
    """Answer the profiles in levels, each made from one of a level before, or from none of them.

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

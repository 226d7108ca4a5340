"""``include_profile``: a profile that inherits the keys of another one.

The key is aws-vault's. The AWS CLI knows nothing of it, so the profiles that
the session holds in memory are given what they inherit, and its own providers
and clients read that; no file is changed.
"""

from __future__ import annotations

from typing import Any, Mapping, MutableMapping

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.profiles.cache.process_command import is_ours
from awscli_assume.profiles.record import BLOCK, read_record

INCLUDE = "include_profile"
ACCESS_KEYS = ("aws_access_key_id", "aws_secret_access_key")
# botocore reads these in the files, in the profile of the very name
# (credentials.py, SharedCredentialProvider); the record says whose a profile is.
_NOT_INHERITED = frozenset({*ACCESS_KEYS, "aws_session_token", "aws_security_token", BLOCK})
# Our marks beside the keys (state.py), and those of saml2aws.
_MARKS = ("x_security_", "x_principal_")
_PROCESS = "credential_process"
_WAYS = ("role_arn", "web_identity_token_file", "login_session", _PROCESS)
Profile = Mapping[str, Any]
Profiles = MutableMapping[str, Any]


def inherit(
    profiles: Profiles, name: str, files: tuple[str, str], is_source: bool = False
) -> Profile:
    """Give a profile in memory what it inherits, and answer it; nearest wins.

    A profile that is not there is empty, and one with our record inherits
    nothing. ``files`` are the paths of the two files, for the message. Raises
    InvalidConfiguration for a circle, for a profile that is missing, and where a
    source has no credentials but access keys of an included profile.
    """
    path = _path(profiles, name, files)
    if len(path) == 1:
        own: Profile = profiles.get(name, {})
        return own
    flat = _flat(profiles, path)
    if is_source:
        _check_has_credentials(profiles, path, flat)
    profiles[name] = flat
    return flat


def with_inherited(profiles: Mapping[str, Profile], name: str) -> Profile:
    """Return a profile with what it inherits, as it is where that can't be; nothing changes."""
    try:
        path = _path(profiles, name, ("", ""))
    except InvalidConfiguration:
        path = [name]
    return profiles[name] if len(path) == 1 else _flat(profiles, path)


def _flat(profiles: Mapping[str, Profile], path: list[str]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for other in reversed(path):
        layer = profiles[other]
        for key, value in layer.items():
            if other != path[0] and _stays(key, layer):
                continue
            before = flat.get(key)
            both = isinstance(value, Mapping) and isinstance(before, Mapping)
            flat[key] = {**before, **value} if both else value  # type: ignore[dict-item]
    flat.pop(INCLUDE, None)
    return flat


def has_access_keys(profile: Profile) -> bool:
    """Return whether a profile has access keys of its own, as botocore's source profiles have."""
    return any(key in profile for key in ACCESS_KEYS)


def _path(profiles: Mapping[str, Profile], name: str, files: tuple[str, str]) -> list[str]:
    """Return a profile, the one that it includes, and so on to the last; one of ours is alone."""
    path = [name]
    first = profiles.get(name, {})
    if not first.get(INCLUDE) or read_record(first) is not None:
        return path
    while profiles[path[-1]].get(INCLUDE):
        other = profiles[path[-1]][INCLUDE]
        if not isinstance(other, str):
            raise InvalidConfiguration(
                f"{INCLUDE} of the profile '{path[-1]}' has to be the name of one profile. "
                f"Mend it in {files[0]}"
            )
        shown = " -> ".join([*path, other])
        if other in path:
            raise InvalidConfiguration(
                f"{INCLUDE} goes in a circle: {shown}. Take it out of one of them in {files[0]}"
            )
        if other not in profiles:
            raise InvalidConfiguration(
                f"The profile '{path[-1]}' has {INCLUDE} = {other} ({shown}), and there is no "
                f"profile of that name in {files[0]} or {files[1]}. To see them: "
                "aws configure list-profiles"
            )
        path.append(other)
    return path


def _stays(key: str, layer: Profile) -> bool:
    """Return whether a key is of the very profile that it stands in."""
    if key == _PROCESS and read_record(layer) is not None:
        return is_ours(layer[key])
    return key in _NOT_INHERITED or key.startswith(_MARKS)


def _check_has_credentials(profiles: Profiles, path: list[str], flat: Profile) -> None:
    """Raise where access keys look inherited: the CLI would go on to the instance's role."""
    ways = (*ACCESS_KEYS, *_WAYS)
    if any(key in ways or key.startswith("sso_") for key in flat):
        return
    for other in path[1:]:
        if has_access_keys(profiles[other]):
            raise InvalidConfiguration(
                f"The profile '{path[0]}' has no credentials: it includes '{other}' "
                f"({' -> '.join(path)}), and access keys are not inherited. Name the profile "
                f"that has them: --profile {other}, or source_profile = {other}"
            )

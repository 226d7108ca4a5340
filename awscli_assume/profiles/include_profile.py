"""``include_profile``: a profile that inherits the keys of another one.

The key is aws-vault's. The AWS CLI does not know it, so planning reads a view of the
profiles in which they have what they inherit; no file and no session is changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Iterator, Mapping, Optional

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host.protocols import Profile
from awscli_assume.model.printable import option
from awscli_assume.profiles.cache.process_command import is_ours
from awscli_assume.profiles.record import BLOCK, read_record

if TYPE_CHECKING:
    from awscli_assume.model.identity_center import IdentityCenterRole

INCLUDE = "include_profile"
ACCESS_KEYS = ("aws_access_key_id", "aws_secret_access_key")
# botocore reads these in the files, in the profile of the very name
# (credentials.py, SharedCredentialProvider); the record says whose a profile is.
_NOT_INHERITED = frozenset({*ACCESS_KEYS, "aws_session_token", "aws_security_token", BLOCK})
# Our marks beside the keys (state.py), and those of saml2aws.
_MARKS = ("x_security_", "x_principal_")
_PROCESS = "credential_process"
_WAYS = ("role_arn", "web_identity_token_file", "login_session", _PROCESS)
Profiles = Mapping[str, Profile]


class ResolvedProfiles(Mapping[str, Profile]):
    """A view of all profiles, in which those that were resolved have what they inherit.

    ``written`` are the profiles as the files have them, ``files`` the paths of the two files
    for messages, and ``sso_sessions`` the ``[sso-session]`` sections. The nearest value of a
    key wins. ``identity_center`` has the roles of the profiles that no file contains, by name.
    """

    def __init__(
        self, written: Profiles, files: tuple[str, str], sso_sessions: Optional[Profiles] = None
    ) -> None:
        self.written = written
        self.files = files
        self.sso_sessions = sso_sessions or {}
        self.resolved: dict[str, Profile] = {}
        self.identity_center: dict[str, IdentityCenterRole] = {}

    def __getitem__(self, name: str) -> Profile:
        found = self.resolved.get(name)
        return self.written[name] if found is None else found

    def __iter__(self) -> Iterator[str]:
        return iter(self.written)

    def __len__(self) -> int:
        return len(self.written)

    def add(self, name: str, profile: Profile, role: IdentityCenterRole) -> None:
        """Add the profile of a role of IAM Identity Center that no file contains."""
        self.resolved[name] = profile
        self.identity_center[name] = role

    def resolve(self, name: str, is_source: bool = False) -> Profile:
        """Resolve a profile and return it.

        A profile that does not exist is empty, and one with our record inherits nothing.
        Raises InvalidConfiguration for a circle, for a profile that is missing, and where a
        source has no credentials but the access keys of an included profile.
        """
        if name in self.identity_center:
            return self.resolved[name]
        path = _path(self.written, name, self.files)
        if len(path) == 1:
            return self.written.get(name, {})
        if name not in self.resolved:
            self.resolved[name] = _flat(self.written, path)
        if is_source:
            _check_has_credentials(self.written, path, self.resolved[name])
        return self.resolved[name]


def all_with_inherited(profiles: Profiles) -> Profiles:
    """Return all profiles with what they inherit; as written where a chain is broken.

    Each profile is read once, however long the chains are.
    """
    # What a profile passes on; None where its chain is broken, and while it is being followed,
    # so that a circle counts as broken.
    passed_on: dict[str, Optional[Profile]] = {}
    flat: dict[str, Profile] = {}
    for name in profiles:
        path: list[str] = []
        other: object = name
        while isinstance(other, str) and other in profiles and other not in passed_on:
            path.append(other)
            passed_on[other] = None
            other = profiles[other].get(INCLUDE)
        before = passed_on.get(other) if isinstance(other, str) and other else None
        if not other:
            before = {}
        for one in reversed(path):
            written = profiles[one]
            is_alone = before is None or not written.get(INCLUDE) or read_record(written)
            flat[one] = written if is_alone or before is None else _merged(before, written, True)
            if before is not None:
                before = passed_on[one] = _merged(before, written, False)
    return flat


def _flat(profiles: Profiles, path: list[str]) -> Profile:
    flat: Profile = {}
    for other in reversed(path):
        flat = _merged(flat, profiles[other], other == path[0])
    return flat


def _merged(before: Profile, layer: Profile, is_own: bool) -> Profile:
    """Return what a profile adds to what it inherits; with ``is_own`` also what it keeps."""
    merged = dict(before)
    for key, value in layer.items():
        if key != INCLUDE and (is_own or not _is_not_inherited(key, layer)):
            old = merged.get(key)
            if isinstance(value, Mapping) and isinstance(old, Mapping):
                merged[key] = {**old, **value}
            else:
                merged[key] = value
    return merged


def has_access_keys(profile: Profile) -> bool:
    """Return whether a profile has access keys of its own, as botocore's source profiles have."""
    return any(key in profile for key in ACCESS_KEYS)


def _path(profiles: Profiles, name: str, files: tuple[str, str]) -> list[str]:
    """Return a profile, the one it includes, and so on; one of ours includes none."""
    path = [name]
    first = profiles.get(name, {})
    if not first.get(INCLUDE) or read_record(first) is not None:
        return path
    seen = {name}
    while profiles[path[-1]].get(INCLUDE):
        other = profiles[path[-1]][INCLUDE]
        if not isinstance(other, str):
            raise InvalidConfiguration(
                f"{INCLUDE} of the profile '{path[-1]}' has to be the name of one profile. "
                f"Mend it in {files[0]}"
            )
        if other in seen:
            shown = " -> ".join([*path, other])
            raise InvalidConfiguration(
                f"{INCLUDE} goes in a circle: {shown}. Take it out of one of them in {files[0]}"
            )
        if other not in profiles:
            shown = " -> ".join([*path, other])
            raise InvalidConfiguration(
                f"The profile '{path[-1]}' has {INCLUDE} = {other} ({shown}), and there is no "
                f"profile of that name in {files[0]} or {files[1]}. To see them: "
                "aws configure list-profiles"
            )
        path.append(other)
        seen.add(other)
    return path


def _is_not_inherited(key: str, layer: Profile) -> bool:
    """Return whether a key counts only in the profile that it is written in."""
    if key == _PROCESS and read_record(layer) is not None:
        return is_ours(layer[key])
    return key in _NOT_INHERITED or key.startswith(_MARKS)


def _check_has_credentials(profiles: Profiles, path: list[str], flat: Profile) -> None:
    """Raise where access keys look inherited: the CLI would use the role of the instance."""
    ways = (*ACCESS_KEYS, *_WAYS)
    if any(key in ways or key.startswith("sso_") for key in flat):
        return
    for other in path[1:]:
        if has_access_keys(profiles[other]):
            raise InvalidConfiguration(
                f"The profile '{path[0]}' has no credentials: it includes '{other}' "
                f"({' -> '.join(path)}), and access keys are not inherited. Name the profile "
                f"that has them: {option('--profile', other)}, or source_profile = {other}"
            )

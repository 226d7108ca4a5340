"""Where a profile with a role gets its source credentials: source_profile, credential_source.

The rules are those of botocore's AssumeRoleProvider (credentials.py, all versions).
"""

from __future__ import annotations

from typing import Mapping, Optional

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host.protocols import Profile
from awscli_assume.profiles.include_profile import ResolvedProfiles, has_access_keys

CREDENTIAL_SOURCES = ("Environment", "Ec2InstanceMetadata", "EcsContainer")
# botocore's name for the two files (CANONICAL_NAME): the access keys of a source
# profile which names a role besides, and whose role is left aside.
ACCESS_KEYS_ONLY = "SharedCredentials"


def names_role(profile: Profile) -> bool:
    """Return whether botocore assumes the profile's role with source credentials."""
    return "role_arn" in profile and "web_identity_token_file" not in profile


def resolve_source_chain(profiles: ResolvedProfiles, name: str) -> None:
    """Resolve a source profile and those that it gets its credentials from, to the last.

    Raises InvalidConfiguration for a circle, for a profile that is missing, and
    for a role without a source or with two.
    """
    path = [name]
    while True:
        profile = profiles.resolve(path[-1], is_source=True)
        # botocore ignores the role of a later profile that has access keys.
        if not names_role(profile) or (len(path) > 1 and has_access_keys(profile)):
            return
        source = source_of(profile, path[-1])
        if source is None or (source == name == path[-1] and has_access_keys(profile)):
            return
        check_source_exists(profiles, [*path, source])
        if source in path:
            raise InvalidConfiguration(
                f"source_profile goes in a circle: {' -> '.join([*path, source])}. None of them "
                f"has credentials: let one name a profile with access keys, in {profiles.files[0]}"
            )
        path.append(source)


def source_of(profile: Profile, name: str) -> Optional[str]:
    """Return the source_profile of a role's profile, or None where it has a credential_source.

    Raises InvalidConfiguration where it has both or neither, or a source of no such name.
    """
    source, provider = profile.get("source_profile"), profile.get("credential_source")
    if isinstance(source, Mapping):
        raise InvalidConfiguration(
            f"source_profile of the profile '{name}' has to be the name of one profile"
        )
    if source is not None and provider is not None:
        raise InvalidConfiguration(
            f"The profile '{name}' has source_profile = {source} and credential_source = "
            f"{provider}, of its own or by include_profile: remove one of the two"
        )
    if source is None and provider is None:
        raise InvalidConfiguration(
            f"The profile '{name}' names a role, and neither source_profile nor "
            "credential_source. Add one of them, or leave --profile out: "
            f"aws assume --role-arn {profile['role_arn']}"
        )
    if provider is not None:
        check_credential_source(provider, f"credential_source of the profile '{name}'")
    return source


def check_credential_source(provider: object, place: str) -> None:
    """Raise InvalidConfiguration for a credential_source that botocore does not know."""
    if provider not in CREDENTIAL_SOURCES:
        raise InvalidConfiguration(
            f"{place}: there is no '{provider}', only: {', '.join(CREDENTIAL_SOURCES)}"
        )


def check_source_exists(profiles: ResolvedProfiles, path: list[str]) -> None:
    """Raise InvalidConfiguration where the last profile of a chain does not exist."""
    *_, before, source = path
    if source not in profiles:
        raise InvalidConfiguration(
            f"The profile '{before}' has source_profile = {source} ({' -> '.join(path)}), and "
            f"there is no profile of that name in {' or '.join(profiles.files)}. To see them: "
            "aws configure list-profiles"
        )

"""Where a profile with a role gets its source credentials: source_profile, credential_source.

The rules are those of botocore's AssumeRoleProvider (credentials.py, all versions), and so are
the errors: a profile fails with the same first sentence as in every other command.
"""

from __future__ import annotations

from typing import Mapping, Optional

from awscli_assume.errors import InvalidConfiguration, with_advice
from awscli_assume.host import InfiniteLoopConfigError, InvalidConfigError, PartialCredentialsError
from awscli_assume.host.protocols import Profile
from awscli_assume.profiles.include_profile import ResolvedProfiles, has_access_keys

CREDENTIAL_SOURCES = ("Environment", "Ec2InstanceMetadata", "EcsContainer")
# botocore's name for the two files (CANONICAL_NAME): the access keys of a source
# profile which names a role besides, and whose role is left aside.
ACCESS_KEYS_ONLY = "SharedCredentials"
# The key of a profile whose role is assumed with a token, whatever its source.
TOKEN_FILE = "web_identity_token_file"  # noqa: S105 - the name of a setting


def names_role(profile: Profile) -> bool:
    """Return whether botocore assumes the profile's role with source credentials."""
    return "role_arn" in profile and TOKEN_FILE not in profile


def resolve_source_chain(profiles: ResolvedProfiles, name: str) -> None:
    """Resolve a source profile and those that it gets its credentials from, to the last.

    Raises botocore's errors for a circle, for a profile that is missing, and for a role
    without a source or with two.
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
        _check_source_exists(profiles, [*path, source])
        if source in path:
            raise with_advice(
                InfiniteLoopConfigError(source_profile=source, visited_profiles=path),
                f"The circle is {' -> '.join([*path, source])}, and none of them has credentials. "
                f"Let one name a profile with access keys, in {profiles.files[0]}",
            )
        path.append(source)


def source_of(profile: Profile, name: str) -> Optional[str]:
    """Return the source_profile of a role's profile, or None where it has a credential_source.

    Raises botocore's errors where it has both or neither, or a source of no such name.
    """
    source, provider = profile.get("source_profile"), profile.get("credential_source")
    if isinstance(source, Mapping):
        raise InvalidConfiguration(
            f"source_profile of the profile '{name}' has to be the name of one profile"
        )
    if source is not None and provider is not None:
        raise with_advice(
            InvalidConfigError(
                error_msg=f'The profile "{name}" contains both source_profile and '
                "credential_source."
            ),
            f"They are {source} and {provider}, of its own or by include_profile: remove one of "
            "the two",
        )
    if source is None and provider is None:
        raise with_advice(
            PartialCredentialsError(
                provider="assume-role", cred_var="source_profile or credential_source"
            ),
            f"The profile '{name}' names a role, and neither of the two. Add one of them, or "
            f"leave --profile out: aws assume --role-arn {profile['role_arn']}",
        )
    if provider is not None and provider not in CREDENTIAL_SOURCES:
        raise with_advice(
            InvalidConfigError(
                error_msg=f'The credential source "{provider}" referenced in profile "{name}" is '
                "not valid."
            ),
            f"Known are: {', '.join(CREDENTIAL_SOURCES)}",
        )
    return source


def check_credential_source(provider: object, place: str) -> None:
    """Raise InvalidConfiguration for a credential_source that botocore does not know."""
    if provider not in CREDENTIAL_SOURCES:
        raise InvalidConfiguration(
            f"{place}: there is no '{provider}', only: {', '.join(CREDENTIAL_SOURCES)}"
        )


def _check_source_exists(profiles: ResolvedProfiles, path: list[str]) -> None:
    """Raise botocore's error where the last profile of a chain does not exist."""
    *_, before, source = path
    if source not in profiles:
        raise with_advice(
            InvalidConfigError(
                error_msg=f'The source_profile "{source}" referenced in the profile "{before}" '
                "does not exist."
            ),
            f"The path is {' -> '.join(path)}, and neither {' nor '.join(profiles.files)} has the "
            "last. To see all profiles: aws configure list-profiles",
        )

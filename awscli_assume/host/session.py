"""What we hand to the CLI's session: profiles that differ from the files, and the MFA prompt."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Callable, Iterator, Mapping

from awscli_assume.host.protocols import AssumeRoleProvider, Credentials, Profile, Session

# The component of a session that answers the question for an MFA code.
_PROMPTER = "awscli_assume_prompter"


class _Overridden(dict[str, Profile]):
    """The profiles of a session, and those of both files that they replace."""

    written: Mapping[str, Profile] = {}


@contextmanager
def overridden_profiles(session: Session, profiles: Mapping[str, Profile]) -> Iterator[None]:
    """Let the session see these profiles in place of those of the same names in the files.

    botocore's credential providers and clients read the session's profiles by themselves, and
    know neither what a profile inherits (include_profile) nor that the client settings of a
    role's profile apply to the calls that its source signs. Afterwards the session has its
    profiles back; the files and the original mapping are never changed.
    """
    before = session.full_config["profiles"]
    overridden = _Overridden({**before, **profiles})
    overridden.written = profiles_as_written(session)
    _replace(session, overridden)
    try:
        yield
    finally:
        _replace(session, before)


def profiles_as_written(session: Session) -> Mapping[str, Profile]:
    """Return the profiles of both files, whatever overridden_profiles lets the session see."""
    profiles: Mapping[str, Profile] = session.full_config["profiles"]
    return profiles.written if isinstance(profiles, _Overridden) else profiles


def _replace(session: Session, profiles: Mapping[str, Profile]) -> None:
    session.full_config["profiles"] = profiles
    # botocore keeps the mapping that get_scoped_config has read first (session.py, all versions).
    session._profile_map = None


def use_prompter(session: Session, prompter: Callable[[str], str]) -> None:
    """Let ``prompter`` answer the CLI's question for the MFA code of a source profile.

    It does so for every profile that the session gets. botocore takes a prompter only when it
    makes its provider of roles (credentials.py, all versions). Raises ProfileNotFound if the
    session's profile is missing; the prompter holds for the next one.
    """
    session.register_component(_PROMPTER, prompter)
    hand_prompter(session)


def hand_prompter(session: Session) -> None:
    """Give the prompter to the provider of roles that the session has now."""
    try:
        prompter = session.get_component(_PROMPTER)
    except ValueError:
        return
    chain = session.get_component("credential_provider")
    chain.get_provider("assume-role")._prompter = prompter


def role_source_loader(session: Session, profile: str) -> Callable[[], Credentials]:
    """Return a function that finds the source credentials of a profile with a role.

    botocore's provider of roles checks and finds them, and keeps them to itself
    (credentials.py, AssumeRoleProvider, all versions). The session's credential providers have
    to be new (``use_profile``): a profile that the provider has been to is a circle to it.
    """
    provider: AssumeRoleProvider = session.get_component("credential_provider").get_provider(
        "assume-role"
    )

    def load() -> Credentials:
        provider._loaded_config = session.full_config
        role = provider._get_role_config(profile)
        return provider._resolve_source_credentials(role, profile)

    return load

"""Profiles that the CLI's own session has to see other than the files have them, for a while."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator, Mapping

from awscli_assume.host.protocols import Profile, Session


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

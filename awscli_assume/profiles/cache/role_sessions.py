"""Role sessions in the AWS CLI's own cache of assumed roles, in its folder and its format.

botocore reads what it needs of a file, so a file of ours has a member more: the mark of its
source. A file of the AWS CLI has none.
"""

from __future__ import annotations

import contextlib
import os
from datetime import datetime, timedelta
from typing import Iterator, Mapping, Optional

from awscli_assume.errors import UnexpectedAnswer
from awscli_assume.files.private_folder import JsonCache, PrivateFolder
from awscli_assume.host import cache_folder
from awscli_assume.model.arns import role_of_session, without_path
from awscli_assume.model.credentials import TemporaryCredentials, format_time, read_answer
from awscli_assume.model.request.session_key import SessionKey
from awscli_assume.profiles.lock import files_locked

_MARK = "AwscliAssumeSource"
# botocore renews credentials with less left (CachedCredentialFetcher, all versions), and we those
# of a short session with less than a third.
_LEAST_SECONDS = 900
# Another process may be waiting for the user to type a code or touch a security key.
_WAIT_SECONDS = 120.0
_EXPIRED_AFTER_SECONDS = 13 * 3600


class RoleSessionCache:
    """The cached session of one key. ``arn`` is that of the session.

    It ends with a slash if the identity provider names the session.
    """

    def __init__(self, key: SessionKey, arn: str, folder: Optional[str] = None) -> None:
        self._key = key
        self._arn = arn
        self._cache = JsonCache(folder or cache_folder(""))
        self._locks = PrivateFolder(self._cache.folder.file("assume-locks"))

    def is_possible(self) -> bool:
        """Return whether a session can be stored; creates the folders."""
        return self._cache.folder.is_writable() and self._locks.is_writable()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Let one process at a time assume the role. Raises UnusableFile."""
        # Few locks for any number of sessions.
        with files_locked([self._locks.file(self._key.own[:2])], wait=_WAIT_SECONDS):
            yield

    def load(
        self, now: datetime, seconds: int, accepts_unmarked: bool
    ) -> Optional[TemporaryCredentials]:
        """Return the session, or None where there is none with enough time left.

        ``seconds`` is the duration of a new one. ``accepts_unmarked`` is whether a session that
        the AWS CLI has cached can only be from the same source.
        """
        least = timedelta(seconds=min(_LEAST_SECONDS, seconds // 3))
        for name in (self._key.shared, self._key.own):
            stored = {} if name is None else self._cache.load(f"{name}.json")
            mark = stored.get(_MARK)
            if mark != self._key.source and (mark is not None or not accepts_unmarked):
                continue
            found = _read(stored)
            if found is not None and self._has_arn(found) and found.expiration - now >= least:
                return found
        return None

    def _has_arn(self, found: TemporaryCredentials) -> bool:
        arn = found.assumed_role_arn
        return arn.startswith(self._arn) if self._arn.endswith("/") else arn == self._arn

    def store(self, found: TemporaryCredentials, is_shared: bool) -> None:
        """Store a session, where the folder can be written; ``is_shared`` for the AWS CLI, too."""
        name = self._key.shared if is_shared and self._key.shared is not None else self._key.own
        self._cache.store(
            f"{name}.json",
            {
                "Credentials": {
                    "AccessKeyId": found.access_key_id,
                    "SecretAccessKey": found.secret_access_key,
                    "SessionToken": found.session_token,
                    "Expiration": format_time(found.expiration),
                    # For endpoints with the account's ID (_add_account_id_to_response, 2.38.5).
                    "AccountId": found.account_id,
                },
                "AssumedRoleUser": {
                    "AssumedRoleId": found.assumed_role_id,
                    "Arn": found.assumed_role_arn,
                },
                _MARK: self._key.source,
            },
        )


def forget_sessions(role_arn: str, user_id: Optional[str], folder: Optional[str] = None) -> None:
    """Remove the sessions of a role from the cache, or only the one with ``user_id``.

    ``role_arn`` may have a path. A file that can't be read stays.
    """
    cache = JsonCache(folder or cache_folder(""))
    wanted = without_path(role_arn)
    with contextlib.suppress(OSError):
        for name in os.listdir(cache.folder.path):
            found = _read(cache.load(name)) if name.endswith(".json") else None
            if found is None or role_of_session(found.assumed_role_arn) != wanted:
                continue
            if user_id in (None, found.assumed_role_id):
                cache.remove(name)


def _read(stored: Mapping[str, object]) -> Optional[TemporaryCredentials]:
    """Return the session in a file; None if it has none, or was damaged."""
    credentials = stored.get("Credentials")
    if not isinstance(credentials, Mapping):
        return None
    # Other programs with botocore's cache write the zone's name.
    expiration = str(credentials.get("Expiration")).replace("UTC", "Z")
    try:
        return read_answer(
            {**stored, "Credentials": {**credentials, "Expiration": expiration}}, None
        )
    except UnexpectedAnswer:
        return None

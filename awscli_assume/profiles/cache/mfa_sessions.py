"""Cached MFA sessions: temporary credentials of an MFA code, by access key and device."""

from __future__ import annotations

import contextlib
import json
from datetime import datetime, timedelta, timezone
from typing import Iterator, Optional

from awscli_assume.errors import UnexpectedAnswer
from awscli_assume.files.private_folder import JsonCache, digest
from awscli_assume.host import cache_folder
from awscli_assume.model.credentials import SessionCredentials, read_mfa_session
from awscli_assume.profiles.lock import files_locked

# A session with less time left is not used: several concurrent requests have to end within it.
_LEAST_LEFT = timedelta(minutes=5)
# GetSessionToken is called for 12 hours; one more hour for clocks that differ.
_EXPIRED_AFTER_SECONDS = 13 * 3600
_LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)
# Another process may be waiting for the user to type a code or touch a security key.
_WAIT_SECONDS = 120.0


class MfaSession:
    """The cached session of one access key and MFA device, in a private file."""

    def __init__(
        self, access_key_id: str, serial_number: str, folder: Optional[str] = None
    ) -> None:
        self._name = digest(json.dumps([access_key_id, serial_number]))
        self._cache = JsonCache(folder or cache_folder("assume-mfa"))
        self.path = self._cache.folder.file(self._name)

    def is_possible(self) -> bool:
        """Return whether a session can be stored; creates the folder."""
        return self._cache.folder.is_writable()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Let one process at a time ask for a code of this device. Raises UnusableFile."""
        with files_locked([self.path], wait=_WAIT_SECONDS):
            yield

    def load(self, now: datetime) -> Optional[SessionCredentials]:
        """Return the session, or None where there is none with enough time left."""
        try:
            found = read_mfa_session({"Credentials": self._cache.load(self._name)}, None)
        except UnexpectedAnswer:
            return None
        is_fresh = found.expiration is not None and found.expiration - now >= _LEAST_LEFT
        return found if is_fresh else None

    def store(self, session: SessionCredentials, now: datetime) -> None:
        """Remove expired sessions and store this one, where the folder can be written."""
        self._cache.sweep(now.timestamp() - _EXPIRED_AFTER_SECONDS)
        self._cache.store(self._name, session.document())

    def remove(self, session: SessionCredentials) -> None:
        """Remove this session; a newer one of another process stays."""
        stored = self.load(_LONG_AGO)
        if stored is not None and stored.access_key_id == session.access_key_id:
            self._cache.remove(self._name)

"""The sessions that codes of MFA devices have bought, one a source access key and device."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from datetime import datetime, timedelta, timezone
from typing import Iterator, Optional

from awscli_assume.errors import UnexpectedAnswer
from awscli_assume.host import cache_folder
from awscli_assume.model.credentials import SessionCredentials, format_time, read_mfa_session
from awscli_assume.profiles.lock import files_locked

# With less than that left a session is not used: a crowd of requests has to end in it.
_LEAST_LEFT = timedelta(minutes=5)
# No session of ours is longer than 12 hours; one more for clocks that differ.
_FORGOTTEN_AFTER_SECONDS = 13 * 3600
_LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)
# Somebody may be typing a token code, or touching a key.
_WAIT_SECONDS = 120.0


class MfaSession:
    """The session of one access key and device, in a file of mode 0600 in a folder of 0700."""

    def __init__(
        self, access_key_id: str, serial_number: str, folder: Optional[str] = None
    ) -> None:
        whole = json.dumps([access_key_id, serial_number])
        name = hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()
        self._folder = folder if folder is not None else cache_folder("assume-mfa")
        self.path = os.path.abspath(os.path.join(self._folder, name))

    def is_possible(self) -> bool:
        """Return whether something can be kept here; the folder is made."""
        with contextlib.suppress(OSError):
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
        return os.access(self._folder, os.W_OK | os.X_OK)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Let one process at a time ask for a code of this device. Raises UnusableFile."""
        with files_locked([self.path], wait=_WAIT_SECONDS):
            yield

    def load(self, now: datetime) -> Optional[SessionCredentials]:
        """Return the session, None where there is none, or one that nears its end."""
        try:
            with open(self.path, "rb") as file:
                values = json.loads(file.read().decode())
            found = read_mfa_session({"Credentials": values}, _LONG_AGO)
        except (OSError, ValueError, UnexpectedAnswer):
            return None
        is_fresh = found.expiration is not None and found.expiration - now >= _LEAST_LEFT
        return found if is_fresh else None

    def store(self, session: SessionCredentials, now: datetime) -> None:
        """Keep the session; where that can't be, do without. What has ended is swept."""
        assert session.expiration is not None  # noqa: S101 - for the type checker
        document = {
            "AccessKeyId": session.access_key_id,
            "SecretAccessKey": session.secret_access_key,
            "SessionToken": session.session_token,
            "Expiration": format_time(session.expiration),
        }
        with contextlib.suppress(OSError):
            # 0600 from its first byte on, and never seen half.
            descriptor, staged = tempfile.mkstemp(dir=self._folder)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    json.dump(document, file)
                os.replace(staged, self.path)
            except BaseException:
                os.unlink(staged)
                raise
            self._sweep(now.timestamp() - _FORGOTTEN_AFTER_SECONDS)

    def remove(self, session: SessionCredentials) -> None:
        """Forget this very session: another process may have stored a newer one."""
        held = self.load(_LONG_AGO)
        if held is not None and held.access_key_id == session.access_key_id:
            with contextlib.suppress(OSError):
                os.unlink(self.path)

    def _sweep(self, oldest: float) -> None:
        for found in os.scandir(self._folder):
            # A lock stays, for somebody may hold it.
            is_another = not found.name.endswith(".lock") and found.path != self.path
            if is_another and found.stat().st_mtime < oldest:
                os.unlink(found.path)

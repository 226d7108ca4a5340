"""The files that the program of ``credential_process`` answers from, one a target profile.

The program is process/answer.py; it runs in a bare Python and reads, this
module writes. A file has three lines: ``RENEW_AT EXPIRES_AT`` in Unix seconds,
the document to print, and whose the credentials are. It is replaced at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from datetime import datetime, timezone
from typing import Iterator, Mapping, Optional

from awscli_assume.errors import UnexpectedAnswer, UnusableFile
from awscli_assume.host import cache_folder, config_files
from awscli_assume.model.credentials import TemporaryCredentials, format_time, read_answer
from awscli_assume.model.renewer import renewal_margin
from awscli_assume.profiles.lock import files_locked

# As read_answer() asks for the time: whether they have expired is for others to say.
_LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)
# AssumeRole's longest session, 12 hours, and one for clocks that differ.
_FORGOTTEN_AFTER_SECONDS = 13 * 3600
# Somebody may be typing a token code.
_WAIT_SECONDS = 120.0


class ProcessCache:
    """The temporary credentials of a profile in a file of mode 0600, for the program to answer.

    ``path`` is absolute. Another role, or another record, makes it another file.
    """

    def __init__(
        self, profile: str, record_block: Mapping[str, str], folder: Optional[str] = None
    ) -> None:
        # The region of the target is not part of what is asked of STS.
        asked = sorted(item for item in record_block.items() if item[0] != "target-region")
        # Another pair of files has other sources under the same names.
        whole = json.dumps([*config_files(os.environ), profile, asked])
        name = hashlib.sha256(whole.encode("utf-8", "surrogateescape")).hexdigest()
        where = folder if folder is not None else cache_folder("assume-sessions")
        self.path = os.path.abspath(os.path.join(where, name))

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of a renewal inside of ``aws``. Raises UnusableFile.

        The program holds another one meanwhile, while it waits for ``aws``.
        """
        self._make_folder()
        with files_locked([f"{self.path}.call"], wait=_WAIT_SECONDS):
            yield

    def store(self, credentials: TemporaryCredentials, now: datetime) -> None:
        """Write the file, to be renewed some time before the end. Raises UnusableFile.

        ``now`` is aware. What other profiles left that has expired is swept.
        """
        path = self.path
        folder = self._make_folder()
        try:
            # Not fsync'ed: a file that a power cut empties is one that is renewed.
            descriptor, staged = tempfile.mkstemp(dir=folder)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(_content(credentials, now))
                os.replace(staged, path)
            except BaseException:
                os.unlink(staged)
                raise
            _sweep(folder, now.timestamp() - _FORGOTTEN_AFTER_SECONDS)
        except OSError as error:
            raise UnusableFile(
                f"Can't write {path}: {error.strerror}. Without it each process calls STS. "
                f"Try: ls -ld {folder}"
            ) from error

    def load(self) -> Optional[TemporaryCredentials]:
        """Return what was stored, expired or not; None for a file that is missing or broken."""
        return self._read()[1]

    def load_fresh(self, now: datetime) -> Optional[TemporaryCredentials]:
        """Return what was stored, None where it is time to renew it. ``now`` is aware."""
        renew_at, found = self._read()
        return found if now.timestamp() < renew_at else None

    def _read(self) -> tuple[int, Optional[TemporaryCredentials]]:
        try:
            with open(self.path, "rb") as file:
                times, document, principal = file.read().decode().splitlines()
            values = json.loads(document)
            found = read_answer(
                {"Credentials": values, "AssumedRoleUser": json.loads(principal)}, _LONG_AGO
            )
            renew_at, expires_at = map(int, times.split())
        except (OSError, ValueError, UnexpectedAnswer):
            return 0, None
        is_whole = expires_at == int(found.expiration.timestamp())
        return (renew_at, found) if is_whole else (0, None)

    def remove(self) -> None:
        """Remove the file and its locks, as far as they are there. Raises UnusableFile."""
        remove_cache(self.path)

    def _make_folder(self) -> str:
        folder = os.path.dirname(self.path)
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
        except OSError as error:
            raise UnusableFile(
                f"Can't write {self.path}: {error.strerror}. Without it each process calls STS. "
                f"Try: ls -ld {folder}"
            ) from error
        return folder


def remove_cache(path: str) -> None:
    """Remove a file of the cache and its locks, as far as they are there. Raises UnusableFile."""
    for name in (path, f"{path}.lock", f"{path}.call.lock"):
        try:
            os.unlink(name)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            raise UnusableFile(
                f"Can't remove {name}: {error.strerror}. It holds credentials. "
                f"Try: ls -ld {os.path.dirname(path)}"
            ) from error


def _content(credentials: TemporaryCredentials, now: datetime) -> bytes:
    expires_at = credentials.expiration.timestamp()
    renew_at = expires_at - renewal_margin(expires_at - now.timestamp())
    # The keys in this order: answer.py knows a document by its beginning.
    document = {
        "Version": 1,
        "AccessKeyId": credentials.access_key_id,
        "SecretAccessKey": credentials.secret_access_key,
        "SessionToken": credentials.session_token,
        "Expiration": format_time(credentials.expiration),
    }
    principal = {
        "Arn": credentials.assumed_role_arn,
        "AssumedRoleId": credentials.assumed_role_id,
    }
    lines = [f"{int(renew_at)} {int(expires_at)}", json.dumps(document), json.dumps(principal)]
    return "".join(f"{line}\n" for line in lines).encode()


def _sweep(folder: str, oldest: float) -> None:
    with contextlib.suppress(OSError):
        for found in os.scandir(folder):
            # A lock stays, for somebody may hold it.
            if not found.name.endswith(".lock") and found.stat().st_mtime < oldest:
                os.unlink(found.path)

"""The cache files that a ``credential_process`` prints, one for each target profile.

This module writes them. process/answer.py reads them. A file has four lines:
``RENEW_AT EXPIRES_AT`` in Unix seconds, the document to print, the assumed role user, and the
variables of coding agents, for which the document may not be meant.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shlex
from datetime import datetime
from typing import Iterator, Mapping, Optional

from awscli_assume.errors import UnexpectedAnswer, UnusableFile
from awscli_assume.files.private_folder import PrivateFolder, digest
from awscli_assume.host import cache_folder, config_files
from awscli_assume.model.coding_agents import CODING_AGENTS
from awscli_assume.model.credentials import TemporaryCredentials, read_answer
from awscli_assume.model.renewer import renewal_margin
from awscli_assume.profiles.lock import files_locked

# read_answer() refuses expired credentials; the caller of this module decides about those.
# AssumeRole's maximum of 12 hours; one more hour for clocks that differ.
_EXPIRED_AFTER_SECONDS = 13 * 3600
# Another process may be waiting for the user to type an MFA code.
_WAIT_SECONDS = 120.0


class ProcessCache:
    """The cached temporary credentials of a profile, in a private file.

    ``path`` is absolute. Another role, or another record, has another file. So does a session
    that is narrowed for a coding agent: ``narrowed_block`` is the record of its request.
    """

    def __init__(
        self,
        profile: str,
        record_block: Mapping[str, str],
        folder: Optional[str] = None,
        narrowed_block: Optional[Mapping[str, str]] = None,
    ) -> None:
        # In another pair of files, the same names are other source profiles.
        place = [*config_files(os.environ), profile]
        self._name = digest(json.dumps([*place, _request(record_block)]))
        if narrowed_block is not None and _request(narrowed_block) != _request(record_block):
            # Beginning with the same name, it is removed together with the profile's own file.
            self._name += f"-{digest(json.dumps(_request(narrowed_block)))[:16]}"
        self._folder = PrivateFolder(folder or cache_folder("assume-sessions"))
        self.path = self._folder.file(self._name)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock of a renewal inside of ``aws``. Raises UnusableFile.

        process/renew.py holds another lock while it waits for ``aws``.
        """
        with self._errors_named():
            self._folder.create()
        with files_locked([f"{self.path}.call"], wait=_WAIT_SECONDS):
            yield

    def check(self) -> None:
        """Write an empty file, to raise UnusableFile before ``store`` would."""
        with self._errors_named():
            if os.path.isdir(self.path):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            probe = f"{self._name}.check"
            self._folder.write(probe, b"")
            self._folder.remove(probe)

    def store(self, credentials: TemporaryCredentials, now: datetime) -> None:
        """Store the credentials and remove expired files of all profiles. Raises UnusableFile."""
        with self._errors_named():
            self._folder.write(self._name, _content(credentials, now))
        with contextlib.suppress(OSError):
            self._folder.sweep(now.timestamp() - _EXPIRED_AFTER_SECONDS)

    def load(self) -> Optional[TemporaryCredentials]:
        """Return the credentials, expired or not; None where the file is missing or damaged."""
        return self._read()[1]

    def load_fresh(self, now: datetime) -> Optional[TemporaryCredentials]:
        """Return the credentials, or None where it is time to renew them."""
        renew_at, found = self._read()
        return found if now.timestamp() < renew_at else None

    def _read(self) -> tuple[int, Optional[TemporaryCredentials]]:
        try:
            times, document, user, _ = self._folder.read(self._name).decode().splitlines()
            response = {"Credentials": json.loads(document), "AssumedRoleUser": json.loads(user)}
            found = read_answer(response, None)
            renew_at, expires_at = map(int, times.split())
        except (OSError, ValueError, UnexpectedAnswer):
            return 0, None
        is_consistent = expires_at == int(found.expiration.timestamp())
        return (renew_at, found) if is_consistent else (0, None)

    def remove(self) -> None:
        """Remove the file and its locks, where they exist. Raises UnusableFile."""
        remove_cache(self.path)

    @contextlib.contextmanager
    def _errors_named(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UnusableFile(
                f"Cannot write {self.path}: {error.strerror}. Without this cache file each "
                f"process calls STS. Try: ls -ld {shlex.quote(self._folder.path)}"
            ) from error


def remove_cache(path: str) -> None:
    """Remove a cache file and its locks, where they exist. Raises UnusableFile."""
    folder, name = os.path.split(path)
    private = PrivateFolder(folder)
    narrowed = private.names(f"{name}-")
    for one in (name, f"{name}.lock", f"{name}.call.lock", *narrowed):
        try:
            private.remove(one)
        except OSError as error:
            raise UnusableFile(
                f"Cannot remove {one} in {folder}: {error.strerror}. It contains credentials. "
                f"Try: ls -ld {shlex.quote(folder)}"
            ) from error


def _request(record_block: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what a record says of its request to STS; the target's region is no part of it."""
    return sorted(item for item in record_block.items() if item[0] != "target-region")


def _content(credentials: TemporaryCredentials, now: datetime) -> bytes:
    expires_at = credentials.expiration.timestamp()
    renew_at = expires_at - renewal_margin(expires_at - now.timestamp())
    # The order matters: answer.py recognizes a document by its first key.
    document = {"Version": 1, **credentials.document()}
    user = {"Arn": credentials.assumed_role_arn, "AssumedRoleId": credentials.assumed_role_id}
    times = f"{int(renew_at)} {int(expires_at)}"
    lines = [times, json.dumps(document), json.dumps(user), " ".join(CODING_AGENTS)]
    return "".join(f"{line}\n" for line in lines).encode()

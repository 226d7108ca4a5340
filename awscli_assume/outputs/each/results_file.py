"""The file of ``--results``: a line of JSON for each result, on the disk before the next one.

A run begins with a header, which says what the results belong to. A killed process leaves a last
line without an end at most. Readers ignore it, and the next run removes it.
"""

from __future__ import annotations

import errno
import json
import os
import secrets
import shlex
import stat
from contextlib import suppress
from dataclasses import replace
from typing import BinaryIO, Iterator, Mapping, Optional, Union

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.model.each.result_lines import (
    FORMAT,
    Record,
    ResultsHeader,
    json_line,
    parse_header,
)
from awscli_assume.model.each.results import EachTarget

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

# Not through a link, and not waiting for the writer of a FIFO.
_FLAGS = sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY", "O_CLOEXEC")
)
# Space for the results of the commands that run when the disk becomes full.
_RESERVE = 256 * 1024
# The beginning of each file.
_HEADER_START = json.dumps({"Format": FORMAT})[:-1].encode()
Line = Union[ResultsHeader, Record]


class ResultsFile:
    """A results file that one run appends to. Raises InvalidConfiguration where it can't."""

    def __init__(self, path: str) -> None:
        self.path = path
        # Why a result could not be stored; no further target may start then.
        self.failure: Optional[str] = None
        self.header: Optional[ResultsHeader] = None
        # The successes of earlier runs whose output did not fit on the disk.
        self.without_output: set[str] = set()
        self._reserve: Optional[int] = None
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _FLAGS, 0o600)
            self._check_private()
            self._end = os.fstat(self._descriptor).st_size
        except OSError as error:
            is_link = error.errno == errno.ELOOP
            reason = "it is a symbolic link" if is_link else error.strerror or str(error)
            raise _unusable(path, reason) from None

    def check_new(self, can_resume: bool = True) -> None:
        """Raise InvalidConfiguration if the file has something already."""
        if self._end:
            self.close()
            if not can_resume:
                raise _unusable(self.path, "it is not empty")
            quoted = shlex.quote(self.path)
            raise InvalidConfiguration(
                f"{self.path} is not empty. Nothing was done. To run only what is missing in it, "
                f"add --resume. To run everything again: mv {quoted} {quoted}.old"
            )

    def load(self, wanted: ResultsHeader) -> dict[str, int]:
        """Return where the successes of earlier runs are, by key, and remove a cut last line.

        Raises InvalidConfiguration if the file belongs to another command or other targets.
        """
        try:
            successes, whole = self._read_all(wanted)
        except InvalidConfiguration:
            self.close()
            raise
        if whole < self._end:
            self._truncate(whole)
        return successes

    def start(self, header: ResultsHeader) -> None:
        """Write the header, unless the file's last one is the same, and reserve space."""
        before = self.header
        try:
            if hasattr(os, "fchmod"):
                os.fchmod(self._descriptor, 0o600)
            self._reserve = _reserve_space(os.path.dirname(os.path.abspath(self.path)))
            if before is None or replace(before, started="") != replace(header, started=""):
                self._append(json_line(header.to_json()).encode())
        except OSError as error:
            self.close()
            raise _unusable(self.path, error.strerror or str(error)) from None

    def append(self, record: Record) -> bool:
        """Store a result; return False if not even its exit code could be stored.

        On a full disk, the reserved space takes the results of the commands that still run, if
        needed without their output.
        """
        for content in (record, record, _without_output(record)):
            try:
                self._append(json_line(content).encode())
                return True
            except OSError as error:
                self.failure = error.strerror or str(error)
                self._free_reserve()
        return False

    def read(self, start: int) -> Record:
        """Return the result at a position that ``load`` returned."""
        with open(self.path, "rb") as file:
            file.seek(start)
            return _record_at(file)

    def close(self) -> None:
        """Close the file."""
        self._free_reserve()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _read_all(self, wanted: ResultsHeader) -> tuple[dict[str, int], int]:
        successes: dict[str, int] = {}
        with open(self.path, "rb") as file:
            for start, line in read_lines(file):
                if isinstance(line, ResultsHeader):
                    self._check_same(line, wanted)
                    self.header = line
                elif self.header is None:
                    break
                elif is_success(line):
                    key = key_of(line)
                    successes[key] = start
                    self.without_output.discard(key)
                    if line.get("OutputLost"):
                        self.without_output.add(key)
            whole = _end_of_lines(file, self._end)
            file.seek(0)
            is_cut_header = whole == 0 and file.read(len(_HEADER_START)) == _HEADER_START
            if self._end and self.header is None and not is_cut_header:
                raise _not_results(self.path)
            return successes, whole

    def _append(self, data: bytes) -> None:
        os.lseek(self._descriptor, self._end, os.SEEK_SET)
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
            os.fsync(self._descriptor)
        except OSError:
            # A part of a line on a full disk.
            self._truncate(self._end)
            raise
        self._end += len(data)

    def _truncate(self, size: int) -> None:
        with suppress(OSError):
            os.ftruncate(self._descriptor, size)
        self._end = size

    def _free_reserve(self) -> None:
        if self._reserve is not None:
            os.close(self._reserve)
            self._reserve = None

    def _check_private(self) -> None:
        found = os.fstat(self._descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise _unusable(self.path, "it is not a regular file")
        if os.name == "nt":
            return
        if found.st_uid != os.geteuid():
            raise _unusable(self.path, f"it belongs to user {found.st_uid}")
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _unusable(self.path, "another run writes it") from None

    def _check_same(self, found: ResultsHeader, wanted: ResultsHeader) -> None:
        difference = wanted.difference(found)
        shards = [
            "all targets" if one.shard is None else f"shard {one.shard}" for one in (found, wanted)
        ]
        if difference is None and shards[0] != shards[1]:
            difference = f"it has {shards[0]} and not {shards[1]}"
        if difference is not None:
            raise InvalidConfiguration(
                f"{self.path} belongs to another run, because {difference}. Nothing was done. "
                "Give --results another file"
            )


def read_lines(file: BinaryIO) -> Iterator[tuple[int, Line]]:
    """Yield the headers and the results of a results file, with their positions.

    Lines that are damaged, or cut at the end, are left out.
    """
    start = file.tell()
    for data in iter(file.readline, b""):
        line = _parse(data)
        if line is not None:
            yield start, line
        start += len(data)


def key_of(record: Mapping[str, object]) -> str:
    """Return the key of a result's target."""
    account, region, profile = (record.get(name) for name in ("Account", "Region", "Profile"))
    texts = [one if isinstance(one, str) else None for one in (region, profile)]
    return EachTarget(str(account), "", *texts).key


def is_success(record: Mapping[str, object]) -> bool:
    """Return whether a result is a success."""
    return record.get("ExitCode") == 0 and record.get("Error") is None


def _parse(data: bytes) -> Optional[Line]:
    if not data.endswith(b"\n"):
        return None
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    if "Format" in found:
        return parse_header(found)
    return found if isinstance(found.get("Account"), str) and "ExitCode" in found else None


def _record_at(file: BinaryIO) -> Record:
    found = _parse(file.readline())
    return found if isinstance(found, dict) else {}


def _end_of_lines(file: BinaryIO, size: int) -> int:
    """Return the position after the last line end of a file."""
    while size > 0:
        start = max(size - 65536, 0)
        file.seek(start)
        at = file.read(size - start).rfind(b"\n")
        if at >= 0:
            return start + at + 1
        size = start
    return 0


def _without_output(record: Record) -> Record:
    return {**record, "Result": None, "Stderr": "", "OutputLost": True}


def _reserve_space(folder: str) -> Optional[int]:
    """Return the descriptor of a file without a name that takes up space, if that is possible."""
    try:
        free = os.statvfs(folder)
        size = min(_RESERVE, free.f_bavail * free.f_frsize // 8)
        path = os.path.join(folder, f".aws-assume-each-{secrets.token_hex(8)}")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600)
    except (AttributeError, PermissionError):
        # Windows, or a folder that is not writable, with a file that is.
        return None
    os.unlink(path)
    # Zeros may take up no space.
    data = secrets.token_bytes(size)
    while data:
        data = data[os.write(descriptor, data) :]
    return descriptor


def _unusable(path: str, reason: str) -> InvalidConfiguration:
    return InvalidConfiguration(
        f"Cannot use the results file {path}: {reason}. Nothing was done. Give --results "
        "another file"
    )


def _not_results(path: str) -> InvalidConfiguration:
    return InvalidConfiguration(
        f"{path} is not a file of aws assume each --results. Nothing was done. Give --results "
        "another file"
    )

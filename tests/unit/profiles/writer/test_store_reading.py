"""Which files the writer uses, and how it reads one that another program may be writing."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from awscli_assume.errors import UnusableFile
from awscli_assume.files.replace import Snapshot, identity_of
from awscli_assume.profiles.writer.store import check_usable, read_when_quiet

LONG_AGO = 1_700_000_000.0
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and files")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file that was not written to recently."""
    path = tmp_path / "credentials"
    path.write_bytes(b"old")
    path.chmod(0o600)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def snapshot_of(path: Path) -> Snapshot:
    return Snapshot(path.read_bytes(), identity_of(str(path)))


class Writer:
    """A clock that advances on sleep, and another program that writes meanwhile."""

    def __init__(self, path: Path, writes: dict[int, bytes]) -> None:
        self.path = path
        self.writes = writes
        self.now = LONG_AGO
        self.naps = 0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.naps += 1
        if self.naps in self.writes:
            self.write(self.writes[self.naps])

    def write(self, content: bytes) -> None:
        self.path.write_bytes(content)
        os.utime(self.path, (self.now, self.now))

    def read(self) -> Snapshot:
        return read_when_quiet(str(self.path), clock=self.clock, sleep=self.sleep)


# Usable files


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o666, 0o700])
def test_usable_file(file: Path, mode: int) -> None:
    """A file that its owner may read and write is usable."""
    file.chmod(mode)

    check_usable(str(file))


def test_missing_file_is_usable(tmp_path: Path) -> None:
    """A file that does not exist yet is usable."""
    check_usable(str(tmp_path / "none"))


@posix
@pytest.mark.parametrize("mode", [0o400, 0o444, 0o440])
def test_read_only_file(file: Path, mode: int) -> None:
    """A read-only file is refused with the command that changes it, also for root."""
    file.chmod(mode)

    with pytest.raises(UnusableFile, match=re.escape(f"{file} is read-only")) as error:
        check_usable(str(file))

    assert f"chmod u+rw {file}" in str(error.value)


@posix
def test_read_only_file_system(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file on a read-only mount is refused with the verbs that write no profile."""
    flags = os.statvfs_result((0,) * 8 + (os.ST_RDONLY, 0))
    monkeypatch.setattr("os.statvfs", lambda path: flags)
    file.chmod(0o400)

    with pytest.raises(
        UnusableFile, match="aws assume exec ROLE -- COMMAND, or aws assume export ROLE"
    ):
        check_usable(str(file))


@posix
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["FIFO", "folder"])
def test_file_that_is_not_regular(tmp_path: Path, make: Any) -> None:
    """A FIFO, which would hang the CLI, and a folder are refused."""
    path = tmp_path / "config"
    make(path)

    with pytest.raises(UnusableFile, match="not a regular file"):
        check_usable(str(path))


@posix
def test_link_to_itself(tmp_path: Path) -> None:
    """A path that leads nowhere is refused with a command that shows why."""
    path = tmp_path / "config"
    path.symlink_to(path)

    with pytest.raises(UnusableFile, match=f"ls -ld {tmp_path}"):
        check_usable(str(path))


# Reading


def test_quiet_file_is_read_at_once(file: Path) -> None:
    """A file that was not written to recently is read without waiting."""
    writer = Writer(file, {})
    writer.now = LONG_AGO + 1

    assert writer.read() == snapshot_of(file)
    assert writer.naps == 0


def test_file_from_the_future_is_read_at_once(file: Path) -> None:
    """A file whose time is ahead of the clock is read without waiting."""
    writer = Writer(file, {})
    writer.now = LONG_AGO - 3600

    assert writer.read().content == b"old"
    assert writer.naps == 0


def test_missing_file_is_empty(tmp_path: Path) -> None:
    """A missing file is an empty snapshot without an identity."""
    assert Writer(tmp_path / "none", {}).read() == Snapshot(b"", None)


def test_fresh_file_is_given_time(file: Path) -> None:
    """A file that was just written is read once it stays unchanged."""
    writer = Writer(file, {1: b"ne", 3: b"new", 5: b"new one"})
    writer.write(b"n")

    assert writer.read() == snapshot_of(file)
    assert file.read_bytes() == b"new one"
    assert writer.naps > 5


def test_truncated_file_is_waited_for(file: Path) -> None:
    """A file that another program has emptied to fill it again is never read as empty."""
    writer = Writer(file, {100: b"filled"})
    writer.write(b"")

    assert writer.read().content == b"filled"


def test_file_that_stays_empty(file: Path) -> None:
    """A file that stays empty for a second is an empty one."""
    writer = Writer(file, {})
    writer.write(b"")

    assert writer.read() == Snapshot(b"", identity_of(str(file)))
    assert 1 <= writer.now - LONG_AGO < 1.1


def test_file_that_is_never_quiet(file: Path) -> None:
    """A file that is written all the time is an error after some seconds."""
    writer = Writer(file, {number: b"x" * number for number in range(10_000)})
    writer.write(b"x")

    with pytest.raises(UnusableFile, match=f"Another program keeps writing {file}"):
        writer.read()

    assert 10 <= writer.now - LONG_AGO < 11

"""A private copy beside a file, and how it takes the file's place."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_mock import MockerFixture

from awscli_assume.errors import UnusableFile
from awscli_assume.profiles.writer.staging import (
    Snapshot,
    check_usable,
    identity_of,
    make_folder,
    private_copy,
    put_in_place,
    read_when_quiet,
    sweep_copies,
)

LONG_AGO = 1_700_000_000.0
posix = pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and files")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a file that nobody has written to for long."""
    path = tmp_path / "credentials"
    path.write_bytes(b"old")
    path.chmod(0o600)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def snapshot_of(path: Path) -> Snapshot:
    return Snapshot(path.read_bytes(), identity_of(str(path)))


def replace(path: Path, content: bytes, snapshot: Snapshot) -> bool:
    with private_copy(str(path), content) as copy:
        return put_in_place(copy, str(path), snapshot)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_beside(path: Path) -> list[str]:
    return sorted(found.name for found in path.parent.iterdir())


class Writer:
    """A clock that goes on while somebody sleeps, and a foreign writer who acts meanwhile."""

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


# Whether a file may be used


@posix
@pytest.mark.parametrize("mode", [0o600, 0o644, 0o666, 0o700])
def test_usable_file(file: Path, mode: int) -> None:
    """A file that its owner may read and write is usable."""
    file.chmod(mode)

    check_usable(str(file))


def test_missing_file_is_usable(tmp_path: Path) -> None:
    """A file that is not there yet is usable."""
    check_usable(str(tmp_path / "none"))


@posix
@pytest.mark.parametrize("mode", [0o400, 0o444, 0o440])
def test_read_only_file(file: Path, mode: int) -> None:
    """A read-only file is refused with the command that changes it, also for root."""
    file.chmod(mode)

    with pytest.raises(UnusableFile) as refusal:
        check_usable(str(file))

    assert f"{file} is read-only" in str(refusal.value)
    assert f"chmod u+rw {file}" in str(refusal.value)


@posix
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["FIFO", "folder"])
def test_file_that_is_none(tmp_path: Path, make: Any) -> None:
    """A FIFO, which would hang the CLI, and a folder are refused."""
    path = tmp_path / "config"
    make(path)

    with pytest.raises(UnusableFile, match="not a regular file"):
        check_usable(str(path))


@posix
def test_file_that_can_not_be_looked_at(tmp_path: Path) -> None:
    """A path that leads nowhere, as a link to itself, is refused with the command to look."""
    path = tmp_path / "config"
    path.symlink_to(path)

    with pytest.raises(UnusableFile, match=f"ls -l {path}"):
        check_usable(str(path))


@posix
def test_new_folder_is_its_owners_alone(tmp_path: Path) -> None:
    """A new folder has mode 0700 whatever the umask; one that is there keeps its own."""
    path = tmp_path / ".aws" / "config"
    umask = os.umask(0)
    try:
        make_folder(str(path))
    finally:
        os.umask(umask)
    modes = [mode_of(path.parent)]
    path.parent.chmod(0o755)
    make_folder(str(path))
    modes.append(mode_of(path.parent))

    assert modes == [0o700, 0o755]


def test_folder_that_can_not_be_made(file: Path) -> None:
    """A folder that can't be made is named."""
    with pytest.raises(UnusableFile, match=f"Can't create the folder {file}"):
        make_folder(str(file / "config"))


# Reading


def test_quiet_file_is_read_at_once(file: Path) -> None:
    """A file that nobody has written to for long is read without waiting."""
    writer = Writer(file, {})
    writer.now = LONG_AGO + 1

    assert writer.read() == snapshot_of(file)
    assert writer.naps == 0


def test_file_from_the_future_is_read_at_once(file: Path) -> None:
    """A file whose time is ahead of the clock does not make anybody wait."""
    writer = Writer(file, {})
    writer.now = LONG_AGO - 3600

    assert writer.read().content == b"old"
    assert writer.naps == 0


def test_missing_file_is_empty(tmp_path: Path) -> None:
    """A missing file is an empty snapshot without an identity."""
    assert Writer(tmp_path / "none", {}).read() == Snapshot(b"", None)


def test_fresh_file_is_given_time(file: Path) -> None:
    """A file that was written just now is read once it has kept still."""
    writer = Writer(file, {1: b"ne", 3: b"new", 5: b"new one"})
    writer.write(b"n")

    assert writer.read() == snapshot_of(file)
    assert file.read_bytes() == b"new one"
    assert writer.naps > 5


def test_truncated_file_is_waited_for(file: Path) -> None:
    """A file that a foreign writer has emptied to fill it again is never read as empty."""
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
    """A file that is written all the time is given up after some seconds, by name."""
    writer = Writer(file, {number: b"x" * number for number in range(10_000)})
    writer.write(b"x")

    with pytest.raises(UnusableFile, match=f"{file} is being written all the time"):
        writer.read()

    assert 10 <= writer.now - LONG_AGO < 11


# The copy


def test_copy_is_private_and_gone_at_the_end(file: Path) -> None:
    """A copy lies beside the file, is its owner's alone, and is gone at the end."""
    with private_copy(str(file), b"content") as copy:
        seen = Path(copy)
        content, mode, folder = seen.read_bytes(), mode_of(seen), seen.parent

    assert (content, folder) == (b"content", file.parent)
    assert mode == 0o600 or sys.platform == "win32"
    assert names_beside(file) == ["credentials"]


def test_copy_is_gone_after_an_error(file: Path) -> None:
    """A copy is gone also when something was raised, or when it has been renamed."""
    with pytest.raises(RuntimeError), private_copy(str(file), b"content"):
        raise RuntimeError
    with private_copy(str(file), b"content") as copy:
        os.replace(copy, file)

    assert names_beside(file) == ["credentials"]


def test_sweep(file: Path) -> None:
    """Copies that a killed process left are removed, and nothing else is."""
    left = [".credentials.assume-a1b2", ".credentials.assume-"]
    others = [".config.assume-a1b2", "credentials.assume-backup", ".credentials.bak",
              "credentials.lock", "my.credentials.assume-x"]  # fmt: skip
    for name in left + others:
        (file.parent / name).touch()
    (file.parent / ".credentials.assume-folder").mkdir()

    sweep_copies(str(file))

    assert names_beside(file) == sorted([*others, "credentials", ".credentials.assume-folder"])


# Putting it in place


def test_copy_takes_the_files_place(file: Path) -> None:
    """The file holds the copy's content, its time is of now, and nothing is left beside it."""
    assert replace(file, b"new", snapshot_of(file)) is True

    assert file.read_bytes() == b"new"
    assert file.stat().st_mtime > LONG_AGO
    assert names_beside(file) == ["credentials"]


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o664, 0o700])
def test_mode_is_kept(file: Path, mode: int) -> None:
    """A file keeps its mode."""
    file.chmod(mode)
    replace(file, b"new", snapshot_of(file))

    assert mode_of(file) == mode


@posix
def test_new_file_is_its_owners_alone(tmp_path: Path) -> None:
    """A new file has mode 0600 whatever the umask."""
    path = tmp_path / "credentials"
    umask = os.umask(0)
    try:
        assert replace(path, b"new", Snapshot(b"", None)) is True
    finally:
        os.umask(umask)

    assert mode_of(path) == 0o600


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give a file away"
)
def test_owner_is_kept(file: Path) -> None:
    """A file keeps its owner, its group and, after that, its mode."""
    os.chown(file, 12345, 54321)
    file.chmod(0o640)

    replace(file, b"new", snapshot_of(file))

    assert (file.stat().st_uid, file.stat().st_gid) == (12345, 54321)
    assert mode_of(file) == 0o640


def test_extended_attributes_are_kept(file: Path) -> None:
    """A file keeps its extended attributes."""
    if not hasattr(os, "setxattr"):
        pytest.skip("this system has no extended attributes in Python")
    try:
        os.setxattr(file, "user.note", b"kept")
    except OSError:
        pytest.skip("this file system has no user attributes")

    replace(file, b"new", snapshot_of(file))

    assert os.getxattr(file, "user.note") == b"kept"


@posix
def test_link_is_resolved_by_the_caller(file: Path) -> None:
    """A link that leads to the file goes on leading there, for the path is the resolved one."""
    link = file.with_name("link")
    link.symlink_to(file)

    replace(Path(os.path.realpath(link)), b"new", snapshot_of(file))

    assert link.is_symlink()
    assert link.read_bytes() == b"new"


@pytest.mark.parametrize("content", [b"foreign", b"OLD"], ids=["another size", "the same size"])
def test_file_that_was_written_meanwhile(file: Path, content: bytes) -> None:
    """A file that somebody has written to since is left as they left it."""
    snapshot = snapshot_of(file)
    file.write_bytes(content)

    assert replace(file, b"new", snapshot) is False
    assert file.read_bytes() == content


def test_file_that_was_replaced_meanwhile(file: Path) -> None:
    """A file that was replaced since, with the same size and times, is left too."""
    snapshot = snapshot_of(file)
    other = file.with_name("other")
    other.write_bytes(b"OLD")
    os.utime(other, (LONG_AGO, LONG_AGO))
    os.replace(other, file)

    assert replace(file, b"new", snapshot) is False
    assert file.read_bytes() == b"OLD"


def test_file_that_has_come_meanwhile(file: Path) -> None:
    """A file that was not there when it was read, and is now, is left."""
    assert replace(file, b"new", Snapshot(b"", None)) is False
    assert file.read_bytes() == b"old"


def test_file_that_has_gone_meanwhile(file: Path) -> None:
    """A file that somebody has removed since is changed, and not written again."""
    snapshot = snapshot_of(file)
    file.unlink()

    assert replace(file, b"new", snapshot) is False
    assert names_beside(file) == []


@posix
def test_order_on_disk(file: Path, mocker: MockerFixture) -> None:
    """The copy is on disk before it takes the file's place, and the folder afterwards."""
    order: list[str] = []
    real_fsync, real_replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        order.append("folder" if is_folder else os.pread(descriptor, 10, 0).decode())
        real_fsync(descriptor)

    def replace_file(source: str, target: str) -> None:
        order.append("replace")
        real_replace(source, target)

    mocker.patch.object(os, "fsync", fsync)
    mocker.patch.object(os, "replace", replace_file)

    replace(file, b"new", snapshot_of(file))

    assert order == ["new", "replace", "folder"]


# Where a rename is impossible


@pytest.mark.parametrize("code", [errno.EBUSY, errno.EXDEV])
@pytest.mark.parametrize("content", [b"longer than before", b"n", b""])
def test_file_that_can_not_be_replaced(
    file: Path, mocker: MockerFixture, code: int, content: bytes
) -> None:
    """A bind-mounted file is written in place: the same file, no more and no less content."""
    mocker.patch.object(os, "replace", side_effect=OSError(code, "busy"))
    file.chmod(0o640)
    inode = file.stat().st_ino

    assert replace(file, content, snapshot_of(file)) is True

    assert file.read_bytes() == content
    assert file.stat().st_ino == inode
    assert mode_of(file) == 0o640 or sys.platform == "win32"
    assert names_beside(file) == ["credentials"]


def test_backup_is_there_while_the_file_is_written(file: Path, mocker: MockerFixture) -> None:
    """A write in place that fails leaves the old content in a backup of mode 0600."""
    real_fsync = os.fsync
    calls = []

    def fsync(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 3:  # the copy, the backup, the file
            raise OSError(errno.ENOSPC, "No space left on device")
        real_fsync(descriptor)

    mocker.patch.object(os, "replace", side_effect=OSError(errno.EBUSY, "busy"))
    mocker.patch.object(os, "fsync", fsync)

    with pytest.raises(UnusableFile, match="No space left.*credentials.assume-backup"):
        replace(file, b"new", snapshot_of(file))

    backup = file.with_name("credentials.assume-backup")
    assert backup.read_bytes() == b"old"
    assert mode_of(backup) == 0o600 or sys.platform == "win32"


def test_backup_of_an_earlier_run_is_kept(file: Path, mocker: MockerFixture) -> None:
    """A backup that a killed run left is named, and neither it nor the file is written."""
    backup = file.with_name("credentials.assume-backup")
    backup.write_bytes(b"the right content")
    mocker.patch.object(os, "replace", side_effect=OSError(errno.EBUSY, "busy"))

    with pytest.raises(UnusableFile, match="credentials.assume-backup"):
        replace(file, b"new", snapshot_of(file))

    assert backup.read_bytes() == b"the right content"
    assert file.read_bytes() == b"old"


def test_other_errors_pass(file: Path, mocker: MockerFixture) -> None:
    """Any other error of the rename comes out, and the file is as it was."""
    mocker.patch.object(os, "replace", side_effect=OSError(errno.EROFS, "read-only"))

    with pytest.raises(OSError, match="read-only"):
        replace(file, b"new", snapshot_of(file))

    assert file.read_bytes() == b"old"
    assert names_beside(file) == ["credentials"]

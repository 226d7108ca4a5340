"""Replacing a file by a private copy beside it, for the profile writer and the installer."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest
from pytest_mock import MockerFixture

from awscli_assume.files.replace import (
    ReplaceError,
    Snapshot,
    identity_of,
    private_copy,
    put_in_place,
    sweep_copies,
)

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


def replace(path: Path, content: bytes, snapshot: Snapshot) -> bool:
    with private_copy(str(path), content) as copy:
        return put_in_place(copy, str(path), snapshot)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_beside(path: Path) -> list[str]:
    return sorted(found.name for found in path.parent.iterdir())


# The copy


def test_copy_is_private_and_gone_at_the_end(file: Path) -> None:
    """A copy is beside the file, private to its owner, and removed at the end."""
    with private_copy(str(file), b"content") as copy:
        seen = Path(copy.path)
        content, mode, folder = seen.read_bytes(), mode_of(seen), seen.parent

    assert (content, folder) == (b"content", file.parent)
    assert mode == 0o600 or sys.platform == "win32"
    assert names_beside(file) == ["credentials"]


def test_copy_is_gone_after_an_error(file: Path) -> None:
    """A copy is removed also after an error or a rename."""
    with pytest.raises(RuntimeError), private_copy(str(file), b"content"):
        raise RuntimeError
    with private_copy(str(file), b"content") as copy:
        os.replace(copy.path, file)

    assert names_beside(file) == ["credentials"]


def test_sweep(file: Path) -> None:
    """The copies of a killed process are removed, and nothing else."""
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
    """The file has the copy's content and a new time, and nothing is left beside it."""
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
    """A link to the file still leads to it, because the path is the resolved one."""
    link = file.with_name("link")
    link.symlink_to(file)

    replace(Path(os.path.realpath(link)), b"new", snapshot_of(file))

    assert link.is_symlink()
    assert link.read_bytes() == b"new"


@pytest.mark.parametrize("content", [b"foreign", b"OLD"], ids=["another size", "the same size"])
def test_file_that_was_written_meanwhile(file: Path, content: bytes) -> None:
    """A file that another program has written since is left as it is."""
    snapshot = snapshot_of(file)
    file.write_bytes(content)

    assert replace(file, b"new", snapshot) is False
    assert file.read_bytes() == content


def test_file_that_was_replaced_meanwhile(file: Path) -> None:
    """A file that was replaced since, with the same size and times, is left as well."""
    snapshot = snapshot_of(file)
    other = file.with_name("other")
    other.write_bytes(b"OLD")
    os.utime(other, (LONG_AGO, LONG_AGO))
    os.replace(other, file)

    assert replace(file, b"new", snapshot) is False
    assert file.read_bytes() == b"OLD"


def test_file_that_has_come_meanwhile(file: Path) -> None:
    """A file that did not exist when it was read, and exists now, is left."""
    assert replace(file, b"new", Snapshot(b"", None)) is False
    assert file.read_bytes() == b"old"


def test_file_that_has_gone_meanwhile(file: Path) -> None:
    """A file that was removed since is not created again."""
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

    def replace_file(source: str, target: str, **folders: int) -> None:
        order.append("replace")
        real_replace(source, target, **folders)

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
    """A bind-mounted file is written in place: the same inode, exactly the new content."""
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

    with pytest.raises(ReplaceError, match="No space left.*credentials.assume-backup"):
        replace(file, b"new", snapshot_of(file))

    backup = file.with_name("credentials.assume-backup")
    assert backup.read_bytes() == b"old"
    assert mode_of(backup) == 0o600 or sys.platform == "win32"


def test_backup_of_an_earlier_run_is_kept(file: Path, mocker: MockerFixture) -> None:
    """The backup of a killed run is named, and neither it nor the file is written."""
    backup = file.with_name("credentials.assume-backup")
    backup.write_bytes(b"the right content")
    mocker.patch.object(os, "replace", side_effect=OSError(errno.EBUSY, "busy"))

    with pytest.raises(ReplaceError, match="credentials.assume-backup exists: an earlier run"):
        replace(file, b"new", snapshot_of(file))

    assert backup.read_bytes() == b"the right content"
    assert file.read_bytes() == b"old"


def test_other_errors_pass(file: Path, mocker: MockerFixture) -> None:
    """Any other error of the rename is raised, and the file is unchanged."""
    mocker.patch.object(os, "replace", side_effect=OSError(errno.EROFS, "read-only"))

    with pytest.raises(OSError, match="read-only"):
        replace(file, b"new", snapshot_of(file))

    assert file.read_bytes() == b"old"
    assert names_beside(file) == ["credentials"]


# Names that lead elsewhere


@posix
def test_copy_that_was_swapped(file: Path) -> None:
    """A copy whose name leads to another file is not read, and does not become the file."""
    with private_copy(str(file), b"new") as copy:
        os.rename(copy.path, f"{copy.path}-moved")
        Path(copy.path).write_bytes(b"evil")
        copy.write(b"secret")
        with pytest.raises(ReplaceError, match=r"Another user replaced .*chmod go-w"):
            put_in_place(copy, str(file), snapshot_of(file))
        planted = Path(copy.path).read_bytes()

    assert planted == b"evil"
    assert file.read_bytes() == b"old"


@posix
def test_hard_link_is_kept(file: Path) -> None:
    """A file with two names is written in place, so that both have the new content."""
    other = file.with_name("other")
    os.link(file, other)

    assert replace(file, b"new", snapshot_of(file)) is True

    assert os.path.samefile(file, other)
    assert other.read_bytes() == b"new"
    assert names_beside(file) == ["credentials", "other"]


@posix
def test_owner_that_a_copy_can_not_have(file: Path, mocker: MockerFixture) -> None:
    """A file that this user may not give away is written in place, and keeps its inode."""
    if os.geteuid() == 0:
        os.chown(file, 12345, 54321)
    else:
        pytest.skip("only root may give a file away")
    mocker.patch.object(os, "fchown", side_effect=PermissionError(errno.EPERM, "not permitted"))
    inode = file.stat().st_ino

    assert replace(file, b"new", snapshot_of(file)) is True

    assert (file.read_bytes(), file.stat().st_ino) == (b"new", inode)
    assert (file.stat().st_uid, file.stat().st_gid) == (12345, 54321)

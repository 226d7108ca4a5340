"""A folder of private files, and the cache of JSON documents in it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from awscli_assume.files.private_folder import JsonCache, PrivateFolder, digest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a folder that does not exist yet."""
    return tmp_path / "cache" / "private"


@pytest.fixture
def folder(path: Path) -> PrivateFolder:
    return PrivateFolder(str(path))


@pytest.fixture
def cache(path: Path) -> JsonCache:
    return JsonCache(str(path))


@pytest.mark.parametrize("text", ["", "key", "größe", "\udcff"])
def test_digest_is_a_file_name(text: str) -> None:
    """Any text, also one that is not UTF-8, becomes 64 hexadecimal digits."""
    assert len(digest(text)) == 64
    assert int(digest(text), 16)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_file_and_folder_are_private(folder: PrivateFolder, path: Path) -> None:
    """The file is 0600 and its folder 0700, whatever the umask."""
    before = os.umask(0)
    try:
        folder.write("file", b"content")
    finally:
        os.umask(before)

    assert stat.S_IMODE((path / "file").stat().st_mode) == 0o600
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_write_replaces_the_file(folder: PrivateFolder, path: Path) -> None:
    """A process that reads sees the old content or the new; no staged copy stays."""
    folder.write("file", b"old")
    with open(path / "file", "rb") as old:
        folder.write("file", b"new")
        assert old.read() == b"old"

    assert folder.read("file") == b"new"
    assert os.listdir(path) == ["file"]


def test_failed_write_leaves_the_old_file(
    folder: PrivateFolder, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rename that fails raises OSError and leaves no staged copy."""
    folder.write("file", b"old")

    def fail(source: str, target: str, **folders: object) -> None:
        raise OSError("busy")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="busy"):
        folder.write("file", b"new")

    assert folder.read("file") == b"old"
    assert os.listdir(path) == ["file"]


def test_remove(folder: PrivateFolder, path: Path) -> None:
    """A removed file is gone; to remove it again is no error."""
    folder.remove("file")
    folder.write("file", b"content")
    folder.remove("file")
    folder.remove("file")

    assert os.listdir(path) == []


@pytest.mark.skipif(os.name == "nt", reason="POSIX links")
def test_nothing_is_removed_through_a_link(path: Path, tmp_path: Path) -> None:
    """Neither ``remove`` nor ``sweep`` follows a link in place of the folder."""
    victim = tmp_path / "victim"
    victim.mkdir(mode=0o700)
    (victim / "file").touch()
    os.utime(victim / "file", (1, 1))
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(victim)
    folder = PrivateFolder(str(path))

    folder.remove("file")
    with pytest.raises(OSError, match="private"):
        folder.sweep(2)
    assert os.listdir(victim) == ["file"]


def test_sweep_removes_old_files(folder: PrivateFolder, path: Path) -> None:
    """Old files with the prefix go, also staged copies of killed processes; locks stay."""
    folder.create()
    ages = {"a-old": 1, "a-old.x1y2": 1, "a-old.lock": 1, "b-old": 1, "a-new": 3}
    for name, time in ages.items():
        (path / name).touch()
        os.utime(path / name, (time, time))

    folder.sweep(2, prefix="a-")
    assert {*os.listdir(path)} == {"a-old.lock", "b-old", "a-new"}
    folder.sweep(2)
    assert {*os.listdir(path)} == {"a-old.lock", "a-new"}


def test_is_writable_creates_the_folder(folder: PrivateFolder, path: Path) -> None:
    """The folder exists after the question."""
    assert folder.is_writable()
    assert path.is_dir()


def test_file_in_place_of_the_folder(path: Path) -> None:
    """A folder that can't be created can't be written; the cache there stays empty."""
    path.parent.mkdir()
    path.write_text("")
    folder, cache = PrivateFolder(str(path)), JsonCache(str(path))
    cache.store("file", {"a": 1})
    cache.remove("file")
    cache.sweep(0)

    assert not folder.is_writable()
    assert cache.load("file") == {}
    with pytest.raises(OSError, match="private"):
        folder.write("file", b"")


def test_cache_returns_what_was_stored(cache: JsonCache, path: Path) -> None:
    """Each file holds one JSON object."""
    cache.store("file", {"a": 1, "b": "text"})

    assert cache.load("file") == {"a": 1, "b": "text"}
    assert (path / "file").read_text() == '{"a": 1, "b": "text"}'
    cache.remove("file")
    assert cache.load("file") == {}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"7", b'"text"', b"\xff\xfe"])
def test_damaged_file_is_empty(cache: JsonCache, path: Path, content: bytes) -> None:
    """A file that is no JSON object is read as an empty one."""
    path.mkdir(parents=True)
    (path / "file").write_bytes(content)

    assert cache.load("file") == {}


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and owners")
@pytest.mark.parametrize("mode", [0o777, 0o770, 0o702])
def test_folder_that_others_may_change(
    folder: PrivateFolder, cache: JsonCache, path: Path, mode: int
) -> None:
    """Such a folder is neither read nor written; the suggested command helps."""
    cache.store("file", {"a": 1})
    path.chmod(mode)

    assert cache.load("file") == {}
    assert not folder.is_writable()
    with pytest.raises(OSError, match="other users have access") as found:
        folder.write("file", b"")
    subprocess.run(str(found.value.strerror).partition(": ")[2], shell=True, check=True)
    cache.store("file", {"a": 2})

    assert cache.load("file") == {"a": 2}


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_folder_that_others_may_list_becomes_private(cache: JsonCache, path: Path) -> None:
    """A folder of mode 0755, as a copy of a home folder may have, gets mode 0700."""
    cache.store("file", {"a": 1})
    path.chmod(0o755)

    assert cache.load("file") == {"a": 1}
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX owners")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_another_owner(cache: JsonCache, path: Path, what: str) -> None:
    """What belongs to another user is not read."""
    if os.geteuid() != 0:
        pytest.skip("only root can give a file to another user")
    cache.store("file", {"a": 1})
    os.chown(path if what == "folder" else path / "file", 65534, -1)

    assert cache.load("file") == {}


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX links")
def test_links_are_not_followed(cache: JsonCache, path: Path) -> None:
    """Neither a folder nor a file that is a link is read; a write replaces the link of a file."""
    cache.store("file", {"a": 1})
    (path / "link").symlink_to(path / "file")
    assert cache.load("link") == {}
    cache.store("link", {"b": 2})
    assert cache.load("file") == {"a": 1}
    assert cache.load("link") == {"b": 2}

    path.rename(path.with_name("other"))
    path.symlink_to(path.with_name("other"))
    cache.store("file", {"c": 3})

    assert cache.load("file") == {}
    assert "c" not in (path / "file").read_text()

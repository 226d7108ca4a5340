"""Files that are replaced whole, and the copy of the package."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest

from awscli_assume.install import package_copy
from awscli_assume.install.atomic_file import read_file, replace_file
from awscli_assume.install.package_copy import (
    PACKAGE,
    package_files,
    remove_package,
    stage_package,
    swap_back,
    swap_in,
    workspace,
)
from awscli_assume.install.refusal import Refusal


def test_a_new_file_is_private(tmp_path: Path) -> None:
    """The CLI makes its files 0600, so do we, in folders that are 0700."""
    path = tmp_path / ".aws" / "config"

    replace_file(path, b"x")

    assert path.read_bytes() == b"x"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_an_old_file_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    """A config file that is a link into somebody's dotfiles stays one."""
    real, link = tmp_path / "dotfiles", tmp_path / "config"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)

    replace_file(link, b"new")

    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert real.stat().st_mode & 0o777 == 0o640
    assert [real, link] == sorted(tmp_path.iterdir(), reverse=True)


def test_a_failed_replacement_leaves_the_old_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk costs nothing: the old file is whole and no half copy lies beside it."""
    path = tmp_path / "config"
    path.write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refusal, match="config can't be written: No space left on device"):
        replace_file(path, b"new")

    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_mounted_file_is_written_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A single file that is mounted into a container can't be renamed over (EBUSY)."""
    path = tmp_path / "config"
    path.write_bytes(b"old")

    def busy(source: str, target: str) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(os, "replace", busy)
    replace_file(path, b"new")

    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_read_only_file_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rename would get around the mode, so the mode is asked first."""
    path = tmp_path / "config"
    path.write_bytes(b"old")
    # The tests may run as root, who may write everything.
    monkeypatch.setattr(os, "access", lambda name, mode: False)

    with pytest.raises(Refusal, match=r"read-only\. Type: chmod u\+w"):
        replace_file(path, b"new")

    assert path.read_bytes() == b"old"


def test_reads_no_file_as_none_and_refuses_a_pipe(tmp_path: Path) -> None:
    """A FIFO in the place of the config file would wait for ever."""
    os.mkfifo(tmp_path / "pipe")

    assert read_file(tmp_path / "none") is None
    with pytest.raises(Refusal, match="not an ordinary file"):
        read_file(tmp_path / "pipe")


def test_copies_code_marker_and_help_but_no_byte_code(tmp_path: Path) -> None:
    """The copy has what the CLI needs and nothing of the Python that made it."""
    source = tmp_path / "awscli_assume"
    for name in (
        "__init__.py", "py.typed", "a/b.py", "examples/assume/_x.rst", "notes.rst",
        "__pycache__/c.py", "a/__pycache__/b.cpython-311.pyc", "examples/assume/x.txt",
    ):  # fmt: skip
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(name)

    expected = ["__init__.py", "a/b.py", "examples/assume/_x.rst", "py.typed"]
    assert expected == [path.as_posix() for path in package_files(source)]


def test_the_staged_copy_is_the_package(tmp_path: Path) -> None:
    """Every file of the real package arrives unchanged, not writable for others."""
    staged = stage_package(PACKAGE, tmp_path)

    assert Path("install/package_copy.py") in package_files(staged)
    for name in package_files(PACKAGE):
        assert (PACKAGE / name).read_bytes() == (staged / name).read_bytes()
        assert (staged / name).stat().st_mode & 0o022 == 0


def make_package(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text(version)
    return folder


def test_swaps_and_swaps_back(tmp_path: Path) -> None:
    """The previous copy is there again after a swap that was taken back."""
    package = make_package(tmp_path / "awscli_assume", "old")
    staged = make_package(tmp_path / "work" / "staged" / "awscli_assume", "new")

    swap_in(staged, package, tmp_path / "work")
    swapped = (package / "__init__.py").read_text()
    swap_back(package, tmp_path / "work")

    assert swapped == "new"
    assert (package / "__init__.py").read_text() == "old"


def test_swapping_back_the_first_copy_leaves_none(tmp_path: Path) -> None:
    """Where there was no copy before, there is none after."""
    staged = make_package(tmp_path / "work" / "staged" / "awscli_assume", "new")
    package = tmp_path / "awscli_assume"

    swap_in(staged, package, tmp_path / "work")
    swap_back(package, tmp_path / "work")

    assert not package.exists()


def test_a_swap_that_breaks_in_the_middle_is_undone(tmp_path: Path) -> None:
    """When the second rename fails, the first one is taken back."""
    package = make_package(tmp_path / "awscli_assume", "old")
    (tmp_path / "work").mkdir()

    with pytest.raises(FileNotFoundError):
        swap_in(tmp_path / "work" / "gone", package, tmp_path / "work")

    assert (package / "__init__.py").read_text() == "old"


def test_the_workspace_goes_with_the_folders_made_for_it(tmp_path: Path) -> None:
    """A refused enable leaves no empty folders in a HOME that had none."""
    plugins = tmp_path / ".aws" / "cli" / "plugins"

    with workspace(plugins) as folder:
        (folder / "draft").write_text("x")
        assert folder.parent == plugins
        assert folder.stat().st_mode & 0o777 == 0o700

    assert list(tmp_path.iterdir()) == []


def test_the_workspace_of_a_killed_run_is_swept(tmp_path: Path) -> None:
    """Old leftovers go; a young one may belong to somebody at work."""
    old, young = tmp_path / ".awscli-assume-old", tmp_path / ".awscli-assume-young"
    old.mkdir()
    young.mkdir()
    hours_ago = time.time() - 2 * package_copy._FORGOTTEN_AFTER_SECONDS
    os.utime(old, (hours_ago, hours_ago))

    with workspace(tmp_path):
        pass

    assert [young] == list(tmp_path.iterdir())


def test_removing_a_link_leaves_what_it_points_to(tmp_path: Path) -> None:
    """A developer's link to a checkout goes, the checkout stays."""
    checkout = make_package(tmp_path / "checkout", "mine")
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "awscli_assume").symlink_to(checkout)

    assert remove_package(plugins / "awscli_assume")
    assert not remove_package(plugins / "awscli_assume")
    assert (checkout / "__init__.py").read_text() == "mine"
    assert list(plugins.iterdir()) == []

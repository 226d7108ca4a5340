"""The copy of the package: its files, the swap, and the folder for it."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from awscli_assume.install.package_copy import (
    ABANDONED_AFTER_SECONDS,
    PACKAGE,
    package_files,
    remove_package,
    stage_package,
    swap_back,
    swap_in,
    workspace,
)
from awscli_assume.install.system import InstallError


def test_copies_code_marker_and_help_but_no_byte_code(tmp_path: Path) -> None:
    """The copy has what the CLI needs, and no byte code."""
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
    """After the undo the previous copy is in its place."""
    package = make_package(tmp_path / "awscli_assume", "old")
    staged = make_package(tmp_path / "work" / "staged" / "awscli_assume", "new")

    swap_in(staged, package, tmp_path / "work")
    swapped = (package / "__init__.py").read_text()
    swap_back(package, tmp_path / "work")

    assert swapped == "new"
    assert (package / "__init__.py").read_text() == "old"


def test_swapping_back_the_first_copy_leaves_none(tmp_path: Path) -> None:
    """Without a copy before, there is none after the undo."""
    staged = make_package(tmp_path / "work" / "staged" / "awscli_assume", "new")
    package = tmp_path / "awscli_assume"

    swap_in(staged, package, tmp_path / "work")
    swap_back(package, tmp_path / "work")

    assert not package.exists()


def test_a_swap_that_breaks_in_the_middle_is_undone(tmp_path: Path) -> None:
    """If the second rename fails, the first one is undone."""
    package = make_package(tmp_path / "awscli_assume", "old")
    (tmp_path / "work").mkdir()

    with pytest.raises(FileNotFoundError, match="gone"):
        swap_in(tmp_path / "work" / "gone", package, tmp_path / "work")

    assert (package / "__init__.py").read_text() == "old"


def test_the_workspace_is_removed_with_its_new_parents(tmp_path: Path) -> None:
    """A failed enable leaves no empty folders in a HOME that had none."""
    plugins = tmp_path / ".aws" / "cli" / "plugins"

    with workspace(plugins) as folder:
        (folder / "draft").write_text("x")
        assert folder.parent == plugins
        assert folder.stat().st_mode & 0o777 == 0o700

    assert list(tmp_path.iterdir()) == []


def test_the_workspace_of_a_killed_run_is_swept(tmp_path: Path) -> None:
    """An old workspace is removed; a recent one may belong to a running process."""
    old, young = tmp_path / ".awscli-assume-old", tmp_path / ".awscli-assume-young"
    old.mkdir()
    young.mkdir()
    hours_ago = time.time() - 2 * ABANDONED_AFTER_SECONDS
    os.utime(old, (hours_ago, hours_ago))

    with workspace(tmp_path):
        pass

    assert [young] == list(tmp_path.iterdir())


def test_removing_a_link_leaves_what_it_points_to(tmp_path: Path) -> None:
    """A developer's link to a checkout is removed, the checkout stays."""
    checkout = make_package(tmp_path / "checkout", "mine")
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    plugins.chmod(0o755)
    (plugins / "awscli_assume").symlink_to(checkout)

    assert remove_package(plugins / "awscli_assume")
    assert not remove_package(plugins / "awscli_assume")
    assert (checkout / "__init__.py").read_text() == "mine"
    assert list(plugins.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes")
def test_nobody_else_can_write_byte_code(tmp_path: Path) -> None:
    """Each folder of the copy has its folder of byte code, not writable for others."""
    before = os.umask(0o002)
    try:
        staged = stage_package(PACKAGE, tmp_path)
    finally:
        os.umask(before)
    folders = {path.parent for path in staged.rglob("*.py")}

    assert len(folders) > 5
    for folder in folders:
        assert (folder / "__pycache__").stat().st_mode & 0o022 == 0


@pytest.mark.skipif(os.name == "nt", reason="POSIX modes and owners")
@pytest.mark.parametrize("what", ["mode", "link", "owner"])
def test_plugin_folder_that_others_may_change(tmp_path: Path, what: str) -> None:
    """Such a folder is refused; the suggested command helps."""
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    if what == "mode":
        plugins.chmod(0o775)
    elif what == "link":
        plugins.rmdir()
        plugins.symlink_to(tmp_path)
    elif os.geteuid() != 0:
        pytest.skip("only root can give a folder to another user")
    else:
        os.chown(plugins, 65534, -1)

    with pytest.raises(InstallError, match="what aws runs") as found, workspace(plugins):
        pass
    subprocess.run(str(found.value).rpartition(": ")[2], shell=True, check=True)
    with workspace(plugins):
        pass

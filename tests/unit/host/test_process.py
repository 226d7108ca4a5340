"""What the CLI leaves in its own process, and how it is found again."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import awscli
import pytest

from awscli_assume.host import own_executable, user_environment

MODELS = os.path.join(os.path.dirname(awscli.__file__), "data")
FROZEN_LEFTOVERS = {"_PYI_ARCHIVE_FILE": "/x", "_PYI_PARENT_PROCESS_LEVEL": "1", "_MEIPASS2": "/y"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"AWS_DATA_PATH": MODELS}, {}),
        ({"AWS_DATA_PATH": f"/mine{os.pathsep}{MODELS}"}, {"AWS_DATA_PATH": "/mine"}),
        ({"HOME": "/h", **FROZEN_LEFTOVERS}, {"HOME": "/h"}),
        ({"LD_LIBRARY_PATH": "/mine"}, {"LD_LIBRARY_PATH": "/mine"}),
        ({}, {}),
    ],
)
def test_leftovers_of_the_cli_are_undone(before: dict, after: dict) -> None:
    """What the CLI has set for itself is removed, what the user has set stays."""
    assert user_environment(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"LD_LIBRARY_PATH": "/dist"}, {}),
        (
            {"LD_LIBRARY_PATH": "/dist:/mine", "LD_LIBRARY_PATH_ORIG": "/mine"},
            {"LD_LIBRARY_PATH": "/mine"},
        ),
        ({"LD_LIBRARY_PATH": "/dist", "LD_LIBRARY_PATH_ORIG": ""}, {"LD_LIBRARY_PATH": ""}),
    ],
)
def test_library_path_of_a_frozen_cli_is_undone(
    before: dict, after: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PyInstaller saves the user's library path; the child gets that one."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)

    assert user_environment(before) == after


def make_program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_name_on_the_path_outlives_an_update(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A frozen CLI is named by the link on the PATH where that is the one that runs."""
    versioned = make_program(tmp_path / "v2" / "2.38.5" / "dist" / "aws")
    link = tmp_path / "bin" / "aws"
    link.parent.mkdir()
    link.symlink_to(versioned)
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(versioned))

    assert own_executable({"PATH": str(link.parent)}) == str(link)
    assert own_executable({"PATH": "/nowhere"}) == str(versioned)


def test_another_aws_on_the_path_is_not_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The `aws` that runs is named, not another one that comes first on the PATH."""
    running = make_program(tmp_path / "venv" / "aws")
    make_program(tmp_path / "bin" / "aws")
    monkeypatch.setattr(sys, "argv", [str(running)])

    assert own_executable({"PATH": str(tmp_path / "bin")}) == str(running)


def test_a_module_has_no_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m awscli` is named by the `aws` on the PATH."""
    found = make_program(tmp_path / "bin" / "aws")
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "__main__.py")])

    assert own_executable({"PATH": str(tmp_path / "bin")}) == str(found)

"""Finding the program of a child before anything is asked of STS."""

from __future__ import annotations

from pathlib import Path

import pytest

from awscli_assume.workflow.run.child_process import Program, command_or_shell, find_program


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tool = tmp_path / "tool"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    (tmp_path / "text").write_text("no program")
    return tmp_path


def test_a_command_is_found_on_the_path(folder: Path) -> None:
    """A bare name is looked for on the PATH that the child will have."""
    assert find_program("tool", {"PATH": str(folder)}) == Program(str(folder / "tool"))


@pytest.mark.parametrize(
    ("name", "code"),
    [("nothing", 127), ("text", 127), ("{folder}/nothing", 127), ("{folder}/text", 126),
     ("{folder}", 126), ("", 127)],
)  # fmt: skip
def test_a_command_that_can_not_be_run(folder: Path, name: str, code: int) -> None:
    """The exit code is a shell's, and the reason names the command and what to type."""
    found = find_program(name.format(folder=folder), {"PATH": str(folder)})

    assert found.exit_code == code
    assert name.format(folder=folder) in found.reason
    assert "Try: " in found.reason


@pytest.mark.parametrize(
    ("words", "variables", "expected"),
    [
        (["a", "b"], {"SHELL": "/bin/zsh"}, ["a", "b"]),
        ([], {"SHELL": "/bin/zsh"}, ["/bin/zsh"]),
        (None, {}, ["/bin/sh"]),
    ],
)
def test_without_a_command_it_is_the_shell(words: list, variables: dict, expected: list) -> None:
    """The person's shell, and the system's where nobody says which."""
    assert command_or_shell(words, variables) == expected

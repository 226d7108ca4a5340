"""Commands that are run in place of this process or as its child, and those that can't be."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any, Iterator

import pytest

from awscli_assume.workflow.run.child_process import (
    Program,
    become,
    command_or_shell,
    find_program,
    run,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tool = tmp_path / "tool"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    (tmp_path / "text").write_text("no program")
    return tmp_path


def test_a_command_is_found_on_the_path(folder: Path) -> None:
    """A name without a path is looked up on the PATH that the child will have."""
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
    hints = {"Try: ls -ld ", "To see them: printenv PATH", "there is no such file"}
    assert any(hint in found.reason for hint in hints)


@pytest.mark.parametrize(
    ("words", "variables", "expected"),
    [
        (["a", "b"], {"SHELL": "/bin/zsh"}, ["a", "b"]),
        ([], {"SHELL": "/bin/zsh"}, ["/bin/zsh"]),
        (None, {}, ["/bin/sh"]),
    ],
)
def test_without_a_command_it_is_the_shell(words: list, variables: dict, expected: list) -> None:
    """The user's shell, and the system's if none is configured."""
    assert command_or_shell(words, variables) == expected


@pytest.fixture
def _signals_as_before() -> Iterator[None]:
    """Restore what ``become`` changes for the program that was to replace this process."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGPIPE, signal.SIGXFSZ)}
    yield
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals_as_before")
@pytest.mark.parametrize("start", [become, run])
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            "#!/nowhere/python\n",
            "the interpreter in its first line (#!) is missing. Try: head -n 1",
        ),
        ("no program", "Exec format error. Try: ls -l"),
    ],
    ids=["interpreter", "format"],
)
def test_a_program_that_the_system_refuses(
    start: Any, content: str, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is a shell's 126, and the message names the file and what to type."""
    path = tmp_path / "my tool"
    path.write_text(content)
    path.chmod(0o755)

    assert start(str(path), ["tool"], {}) == 126
    assert capsys.readouterr().err == f"aws: [ERROR]: Can't run '{path}': {reason} '{path}'\n"


def test_exit_code_of_a_child(folder: Path) -> None:
    """A child's own exit code is returned as it is."""
    assert run("/bin/sh", ["sh", "-c", "exit 7"], {}) == 7


def test_exit_code_of_a_child_that_a_signal_ended() -> None:
    """It is 128 and the number of the signal, as a shell has it."""
    assert run("/bin/sh", ["sh", "-c", "kill -9 $$"], {}) == 128 + 9

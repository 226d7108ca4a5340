"""The outside world of a command: its terminal, its names and where it tells people things."""

from __future__ import annotations

import errno
import getpass
import io
import os
import subprocess
import sys
from typing import Any, Callable

import pytest

from awscli_assume.host.environment import Environment, ask, has_terminal, login_name

PRINT = "from awscli_assume.host import environment as e; print(e.has_terminal())"


@pytest.mark.skipif(os.name == "nt", reason="a session without a terminal is POSIX's")
def test_no_terminal_in_a_session_of_its_own() -> None:
    """A process without a controlling terminal, as in CI or cron, has nobody to ask."""
    done = subprocess.run(
        [sys.executable, "-c", PRINT],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True,
        check=True,
    )  # fmt: skip

    assert done.stdout == "False\n"


@pytest.mark.skipif(os.name == "nt", reason="a terminal of one's own is POSIX's")
def test_terminal_whatever_the_streams_are() -> None:
    """A process with a controlling terminal can ask on it, also when its streams are pipes."""
    terminal, person = os.openpty()
    take = f"import fcntl, termios; fcntl.ioctl({person}, termios.TIOCSCTTY, 0); "
    done = subprocess.run(
        [sys.executable, "-c", take + PRINT],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, start_new_session=True,
        pass_fds=[person], check=True,
    )  # fmt: skip
    os.close(terminal)
    os.close(person)

    assert done.stdout == "True\n"


def test_terminal_of_this_process_is_not_kept_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking whether there is a terminal leaves no descriptor behind."""
    opened: list[int] = []
    real_open = os.open

    def open_null(path: str, flags: int) -> int:
        opened.append(real_open(os.devnull, os.O_RDWR))
        return opened[-1]

    monkeypatch.setattr(os, "open", open_null)

    assert has_terminal() is True
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])


def test_login_name_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The login name is the one that the session was opened with."""
    monkeypatch.setenv("LOGNAME", "alice")

    assert login_name() == "alice"


@pytest.mark.parametrize("error", [KeyError("uid"), OSError("no user"), ImportError("pwd")])
def test_login_name_of_nobody(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user id that has no name, as in a container, stands for itself."""

    def fail() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", fail)

    assert login_name() == str(os.getuid())


def test_login_name_on_a_system_without_user_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are no user ids either the name is a word."""

    def fail() -> str:
        raise OSError

    monkeypatch.setattr(getpass, "getuser", fail)
    monkeypatch.delattr(os, "getuid", raising=False)

    assert login_name() == "user"


def test_question_is_asked_without_echo(monkeypatch: pytest.MonkeyPatch) -> None:
    """A question goes through getpass, and blanks around the answer are not part of it."""
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return " 123456\t"

    monkeypatch.setattr(getpass, "getpass", answer)

    assert ask("Enter MFA code: ") == "123456"
    assert asked == ["Enter MFA code: "]


def test_people_are_told_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    """A text goes to stderr at once, an empty one nowhere."""
    environment = Environment()

    environment.notify("done\n")
    environment.notify("")

    assert capsys.readouterr() == ("", "done\n")


def test_people_are_told_on_a_given_stream(capsys: pytest.CaptureFixture[str]) -> None:
    """A stream of one's own takes the place of stderr."""
    stream = io.StringIO()

    Environment(err=stream).notify("done\n")

    assert stream.getvalue() == "done\n"
    assert capsys.readouterr() == ("", "")


def test_variables_are_in_no_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables, which may hold keys, do not show in a repr."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s3cr3t")

    assert "s3cr3t" not in repr(Environment())
    assert Environment().variables["AWS_SECRET_ACCESS_KEY"] == "s3cr3t"


@pytest.mark.parametrize("name", ["now", "has_terminal", "ask", "login_name", "host_name"])
def test_every_part_can_be_replaced(name: str) -> None:
    """Each part of the outside world is replaced by a keyword."""
    sentinel: Callable[..., Any] = lambda *arguments: "replaced"  # noqa: E731

    assert getattr(Environment(**{name: sentinel}), name)() == "replaced"


def test_time_is_aware() -> None:
    """The clock answers aware times in UTC."""
    offset = Environment().now().utcoffset()

    assert offset is not None
    assert offset.total_seconds() == 0


class _Full(io.StringIO):
    """A stream on a full disk."""

    def write(self, text: str) -> int:
        """Fail as the kernel does."""
        raise OSError(errno.ENOSPC, "No space left on device")


def test_lost_output_is_reported() -> None:
    """Output that can't be written is an error on stderr, and the command can see it."""
    environment = Environment(out=_Full(), err=io.StringIO())
    environment.write("text")

    assert environment.lost == ["No space left on device"]
    assert environment.err.getvalue() == (
        "aws: [ERROR]: Cannot write to stdout: No space left on device\n"
    )


def test_lost_messages_are_no_error() -> None:
    """A message that can't be written is lost, and nothing else."""
    environment = Environment(out=io.StringIO(), err=_Full())
    environment.notify("text")
    environment.write("text")

    assert environment.lost == []
    assert environment.out.getvalue() == "text"

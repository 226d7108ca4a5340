"""Running a command in place of this process, or as its child."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Optional, Sequence

from awscli_assume.workflow.run.signals import handled

# What a shell ends with (POSIX, Shell Command Language, "Exit Status for Commands").
NOT_EXECUTABLE, NOT_FOUND, BY_SIGNAL = 126, 127, 128
# Sent to us alone by whoever knows our process only; the terminal sends its own
# to the child, too.
_FORWARDED = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGCONT")
# The terminal sends them to both: the child decides what they mean.
_OF_THE_CHILD = ("SIGINT", "SIGQUIT")


@dataclass(frozen=True)
class Program:
    """The file of a command, or why there is none to run."""

    path: str
    exit_code: int = 0
    reason: str = ""


def command_or_shell(words: Optional[Sequence[str]], variables: Mapping[str, str]) -> list[str]:
    """Return the command's words, or the person's shell where there are none."""
    if words:
        return list(words)
    if os.name == "nt":
        return [variables.get("COMSPEC") or "cmd.exe"]
    return [variables.get("SHELL") or "/bin/sh"]


def find_program(name: str, variables: Mapping[str, str]) -> Program:
    """Find the file of a command on the PATH, before anything is asked of STS."""
    found = shutil.which(name, path=variables.get("PATH", os.defpath))
    if found is not None:
        return Program(found)
    has_folder = os.path.dirname(name) != ""
    if has_folder and os.path.exists(name):
        what = "is a folder" if os.path.isdir(name) else "is not executable"
        return Program(
            name, NOT_EXECUTABLE, f"Can't run '{name}': it {what}. Try: ls -ld {shlex.quote(name)}"
        )
    where = "there is no such file" if has_folder else "it is not in a folder of PATH"
    return Program(
        name, NOT_FOUND, f"Can't run '{name}': {where}. Try: command -v {shlex.quote(name)}"
    )


def become(path: str, command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command in place of this process; where that can't be, answer its exit code."""
    _flush()
    if os.name == "nt":
        return run(path, command, environment)
    # Python ignores these, and what is ignored stays so in the new program.
    for name in ("SIGPIPE", "SIGXFZ", "SIGXFSZ"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    try:
        os.execve(path, list(command), dict(environment))  # noqa: S606 - no shell is wanted
    except OSError as error:
        _tell(_why_not(path, error))
    return NOT_EXECUTABLE


def run(path: str, command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command as a child and answer its exit code; its signals are its own.

    A child that a signal ended ends us by the same one, so that a shell above
    sees what it would have seen of the child.
    """
    _flush()
    if hasattr(signal, "SIGCHLD"):
        # Where it is ignored, as some daemons leave it, the system keeps no exit code.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    passing = _Passing()
    # Before there is a child, so that no signal falls in between.
    with passing.installed():
        try:
            child = subprocess.Popen(  # noqa: S603 - the person's own command
                list(command), executable=path, env=dict(environment)
            )
        except OSError as error:
            _tell(_why_not(path, error))
            return NOT_EXECUTABLE
        passing.begin(child)
        code = child.wait()
    return code if code >= 0 else _end_by(-code)


@contextlib.contextmanager
def signals_blocked() -> Iterator[None]:
    """Start threads in here that no signal is delivered to.

    The kernel gives a signal to any thread that takes it. One that only waits
    for others would not interrupt this one, which has the handlers to run.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Passing:
    """Passes on to a child what only we were sent, and leaves to it what both were sent."""

    def __init__(self) -> None:
        self._child: Optional[subprocess.Popen[bytes]] = None
        self._early: list[int] = []

    def begin(self, child: subprocess.Popen[bytes]) -> None:
        """Pass on to this child from now on, and what has come already."""
        self._child = child
        while self._early:
            self._forward(self._early.pop(0), None)

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """Handle signals in this block; afterwards they are handled as before."""
        handlers: dict[str, Any] = dict.fromkeys(_FORWARDED, self._forward)
        # Handlers, for what is ignored here would be ignored by the child's children.
        handlers.update({name: lambda number, frame: None for name in _OF_THE_CHILD})
        handlers["SIGTSTP"] = self._stop
        # What is ignored already, the child ignores too.
        with handled(handlers):
            yield

    def _forward(self, number: int, frame: Any) -> None:
        if self._child is None:
            self._early.append(number)
            return
        with contextlib.suppress(ProcessLookupError):
            self._child.send_signal(number)

    def _stop(self, number: int, frame: Any) -> None:
        """Stop as one process with the child would; the endpoint rests with it.

        By the same signal and not by SIGSTOP: the kernel drops it for both where
        nobody could continue them (no job control).
        """
        self._forward(number, frame)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.signal(number, self._stop)


def _end_by(number: int) -> int:
    if os.name != "nt" and number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        _flush()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    return BY_SIGNAL + number


def _why_not(path: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        # The file was found: it is the program of its first line (#!) that is not there.
        return f"Can't run '{path}': the program that it names in its first line is missing"
    return f"Can't run '{path}': {error.strerror}. Try: file {shlex.quote(path)}"


def _tell(text: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"aws: [ERROR]: {text}\n")


def _flush() -> None:
    # Either may be closed (2>&-), which Python shows as None.
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()

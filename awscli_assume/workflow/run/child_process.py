"""Run a command in place of this process, or as its child."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Iterator, Mapping, Optional, Sequence

from awscli_assume.workflow.run.signals import Handler, handled

# What a shell ends with (POSIX, Shell Command Language, "Exit Status for Commands").
NOT_EXECUTABLE, NOT_FOUND, BY_SIGNAL = 126, 127, 128
# Other processes send them to this process only, so it forwards them.
_FORWARDED = ("SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGCONT")
# The terminal sends them to both; the child decides what they mean.
_LEFT_TO_CHILD = ("SIGINT", "SIGQUIT")


@dataclass(frozen=True)
class Program:
    """The file of a command, or the exit code and the reason if it can't be run."""

    path: str
    exit_code: int = 0
    reason: str = ""


def command_or_shell(words: Optional[Sequence[str]], variables: Mapping[str, str]) -> list[str]:
    """Return the command's words, or the user's shell if there are none."""
    if words:
        return list(words)
    if os.name == "nt":
        return [variables.get("COMSPEC") or "cmd.exe"]
    return [variables.get("SHELL") or "/bin/sh"]


def find_program(name: str, variables: Mapping[str, str]) -> Program:
    """Find the file of a command on the PATH, before STS is called."""
    found = shutil.which(name, path=variables.get("PATH", os.defpath))
    if found is not None:
        return Program(found)
    has_folder = os.path.dirname(name) != ""
    if has_folder and os.path.exists(name):
        what = "is a folder" if os.path.isdir(name) else "is not executable"
        return Program(
            name, NOT_EXECUTABLE, f"Can't run '{name}': it {what}. Try: ls -ld {shlex.quote(name)}"
        )
    where = "it is not in a folder of PATH. To see them: printenv PATH"
    if has_folder:
        where = "there is no such file"
    return Program(name, NOT_FOUND, f"Can't run '{name}': {where}")


def become(path: str, command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command in place of this process; return an exit code only if that fails."""
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
        _print_error(_failure(path, error))
    return NOT_EXECUTABLE


def run(path: str, command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command as a child, forward signals to it, and return its exit code.

    If a signal ends the child, the same signal ends this process, so that the calling shell
    sees what it would have seen without us.
    """
    _flush()
    if hasattr(signal, "SIGCHLD"):
        # If it is ignored, as some daemons leave it, the system keeps no exit code.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    forwarder = _SignalForwarder()
    # Before the child exists, so that no signal is lost.
    with forwarder.installed():
        try:
            child = subprocess.Popen(  # noqa: S603 - the user's own command
                list(command), executable=path, env=dict(environment)
            )
        except OSError as error:
            _print_error(_failure(path, error))
            return NOT_EXECUTABLE
        forwarder.start(child)
        code = child.wait()
    return code if code >= 0 else _end_by(-code)


@contextlib.contextmanager
def signals_blocked() -> Iterator[None]:
    """Start threads in this block that get no signals.

    The kernel delivers a signal to any thread that accepts it, and only the main thread runs
    the handlers.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _SignalForwarder:
    """Forwards the signals that only this process gets to a child."""

    def __init__(self) -> None:
        self._child: Optional[subprocess.Popen[bytes]] = None
        self._early: list[int] = []

    def start(self, child: subprocess.Popen[bytes]) -> None:
        """Forward signals to this child from now on, and those that came before."""
        self._child = child
        while self._early:
            self._forward(self._early.pop(0), None)

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        """Forward signals in this block; afterwards they are handled as before."""
        handlers: dict[str, Handler] = dict.fromkeys(_FORWARDED, self._forward)
        # Not SIG_IGN: the child would inherit that.
        handlers.update({name: lambda number, frame: None for name in _LEFT_TO_CHILD})
        handlers["SIGTSTP"] = self._stop
        with handled(handlers):
            yield

    def _forward(self, number: int, frame: object) -> None:
        if self._child is None:
            self._early.append(number)
            return
        with contextlib.suppress(ProcessLookupError):
            self._child.send_signal(number)

    def _stop(self, number: int, frame: object) -> None:
        """Stop together with the child.

        By the same signal, not by SIGSTOP: without job control, when nobody could continue
        them, the kernel ignores it for both.
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


def _failure(path: str, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        # The file was found: the interpreter in its first line (#!) is missing.
        reason, command = "the interpreter in its first line (#!) is missing", "head -n 1"
    else:
        reason, command = str(error.strerror), "ls -l"
    return f"Can't run '{path}': {reason}. Try: {command} {shlex.quote(path)}"


def _print_error(text: str) -> None:
    if sys.stderr is not None:
        sys.stderr.write(f"aws: [ERROR]: {text}\n")


def _flush() -> None:
    # Either may be closed (2>&-), which Python shows as None.
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()

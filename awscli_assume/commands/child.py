"""Running a command in place of this process, or as its child."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Iterator, Mapping, Optional, Sequence

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
    """Answer the command's words, or the person's shell where there are none."""
    if words:
        return list(words)
    if os.name == "nt":
        return [variables.get("COMSPEC") or "cmd.exe"]
    return [variables.get("SHELL") or "/bin/sh"]


def find_program(name: str, variables: Mapping[str, str]) -> Program:
    """Find a command as ``execvp`` would, before anything is asked of STS."""
    found = shutil.which(name, path=variables.get("PATH", os.defpath))
    if found is not None:
        return Program(found)
    has_folder = os.path.dirname(name) != ""
    if has_folder and os.path.exists(name):
        what = "is a folder" if os.path.isdir(name) else "is not executable"
        return Program(name, NOT_EXECUTABLE, f"Can't run '{name}': it {what}. Try: ls -ld {name}")
    where = "there is no such file" if has_folder else "it is not in a folder of PATH"
    return Program(name, NOT_FOUND, f"Can't run '{name}': {where}. Try: command -v {name}")


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
        sys.stderr.write(f"aws: [ERROR]: Can't run '{path}': {error.strerror}\n")
    return NOT_EXECUTABLE


def run(path: str, command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run the command as a child and answer its exit code; its signals are its own.

    A child that a signal ended ends us by the same one, so that a shell above
    sees what it would have seen of the child.
    """
    _flush()
    children: list[subprocess.Popen[bytes]] = []
    # Before there is a child, so that no signal falls in between.
    with _signals_passed_to(children):
        try:
            children.append(
                subprocess.Popen(  # noqa: S603 - the person's own command
                    list(command), executable=path, env=dict(environment)
                )
            )
        except OSError as error:
            sys.stderr.write(f"aws: [ERROR]: Can't run '{path}': {error.strerror}\n")
            return NOT_EXECUTABLE
        code = children[0].wait()
    return code if code >= 0 else _end_by(-code)


@contextlib.contextmanager
def signals_held() -> Iterator[None]:
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


@contextlib.contextmanager
def _signals_passed_to(children: Sequence[subprocess.Popen[bytes]]) -> Iterator[None]:
    """Pass on to the child what only we were sent, and leave to it what both were sent."""

    def forward(number: int, frame: Any) -> None:
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(number)

    def stop(number: int, frame: Any) -> None:
        # Both stop, as one process would; the endpoint rests with them.
        forward(number, frame)
        os.kill(os.getpid(), signal.SIGSTOP)

    handlers: dict[str, Any] = dict.fromkeys(_FORWARDED, forward)
    # Handlers, for what is ignored here would be ignored by the child's children.
    handlers.update({name: lambda number, frame: None for name in _OF_THE_CHILD})
    handlers["SIGTSTP"] = stop
    before = {
        getattr(signal, name): signal.signal(getattr(signal, name), handler)
        for name, handler in handlers.items()
        # What whoever started us has us ignore (nohup), the child ignores too.
        if hasattr(signal, name) and signal.getsignal(getattr(signal, name)) != signal.SIG_IGN
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_by(number: int) -> int:
    if os.name != "nt" and number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        _flush()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    return BY_SIGNAL + number


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()

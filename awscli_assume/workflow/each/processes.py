"""Commands in processes that threads start: on Windows, which has no fork."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from threading import Lock, Thread
from typing import IO, Callable, Optional, Protocol

from awscli_assume.workflow.each.command_server import GRACE_SECONDS, Request

_CHUNK = 1 << 16
# What is read after a command has ended, at most, and how long nothing has to come.
_REST_CHUNKS, _QUIET_SECONDS = 1000, 1.0

# Takes ``stdout`` or ``stderr``, and a part of what a command prints there.
Write = Callable[[str, bytes], None]


class Stopped(Exception):
    """The command did not start, or was ended, because the run was stopped."""


class CommandRunner(Protocol):
    """Runs commands; any thread may call it."""

    def run(self, request: Request, write: Write) -> int:
        """Run a command to its end, without a terminal and with an empty stdin.

        Returns the exit code, or the negative number of a signal. Raises Stopped.
        """

    def stop(self) -> None:
        """End all commands, and start no other."""

    def close(self) -> None:
        """Stop, and wait until no command runs."""


class StartedProcesses:
    """Starts a process for each command."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_stopped = False

    def run(self, request: Request, write: Write) -> int:
        """Run a command to its end. Raises Stopped, and OSError if it can't start."""
        with self._lock:
            if self._is_stopped:
                raise Stopped
            process = subprocess.Popen(  # noqa: S603 - the user's own command
                list(request.words),
                executable=request.path,
                env=dict(request.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            self._running.add(process)
        readers = [
            _Reader(stream, name, write)
            for stream, name in ((process.stdout, "stdout"), (process.stderr, "stderr"))
        ]
        try:
            code = process.wait()
            for reader in readers:
                reader.wait()
        finally:
            with self._lock:
                self._running.discard(process)
        if self._is_stopped:
            raise Stopped
        return code

    def stop(self) -> None:
        """End all commands. Called by signal handlers, too, so it takes no lock."""
        self._is_stopped = True
        for process in list(self._running):
            with suppress(OSError):
                process.terminate()

    def close(self) -> None:
        """Stop, and wait for the commands."""
        self.stop()
        for process in list(self._running):
            try:
                process.wait(GRACE_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


class _Reader:
    """A thread that reads what a command prints."""

    def __init__(self, stream: Optional[IO[bytes]], name: str, write: Write) -> None:
        assert stream is not None  # noqa: S101 - for the type checker
        self._stream = stream
        self._name = name
        self._write = write
        self._chunks = 0
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Wait until all is read that a command has left, which has ended.

        A process in the background may have the pipe still, and print nothing or for ever.
        """
        most = self._chunks + _REST_CHUNKS
        before = -1
        while self._thread.is_alive() and before < self._chunks < most:
            before = self._chunks
            self._thread.join(_QUIET_SECONDS)

    def _read(self) -> None:
        with self._stream:
            while data := os.read(self._stream.fileno(), _CHUNK):
                self._write(self._name, data)
                self._chunks += 1

"""Commands in processes that a server forks: the side of the threads that wait for them."""

from __future__ import annotations

import errno
import fcntl
import os
import selectors
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from typing import Callable, NoReturn, Optional

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.workflow.each.command_server import (
    DESCRIPTORS,
    LENGTH_SIZE,
    REPLY_SIZE,
    CommandServer,
    Request,
    RunHere,
    no_program,
)
from awscli_assume.workflow.each.processes import Stopped, Write

_CHUNK = 1 << 16
# A process on macOS may open 256 files by default.
_BUSY_SECONDS = 0.05
# What a command leaves in its pipes when it ends is read, and at most this much more: a process
# that it left in the background may print for ever.
_REST_BYTES, _REST_SECONDS, _QUIET_SECONDS = 1 << 20, 60.0, 1.0


class ForkedCommands:
    """Has a server start the commands. It must be made before the first thread starts.

    ``prepare`` is called in the server, before its first command; ``run_here`` runs a request
    without a path in a forked process.
    """

    def __init__(
        self, prepare: Callable[[], None] = lambda: None, run_here: RunHere = no_program
    ) -> None:
        self._connection, theirs = map(_above_standard, socket.socketpair())
        self._lock = threading.Lock()
        self._is_stopped = False
        _flush()
        self._server = os.fork()
        if self._server == 0:
            self._become_server(theirs, prepare, run_here)
        theirs.close()

    def run(self, request: Request, write: Write) -> int:
        """Run a command to its end. Raises Stopped."""
        pipes = self._pipes()
        readers = [reader for reader, _ in pipes]
        try:
            try:
                self._send(request, [writer for _, writer in pipes])
            finally:
                for _, writer in pipes:
                    os.close(writer)
            code = _Process(readers, write).wait()
        finally:
            for reader in readers:
                os.close(reader)
        if self._is_stopped:
            raise Stopped
        if code is None:
            raise InvalidConfiguration(
                "The process that starts the commands was killed. Perhaps the memory was not "
                "enough: try fewer --workers"
            )
        return code

    def stop(self) -> None:
        """End all commands: the server does that at the end of the connection."""
        self._is_stopped = True
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Stop, and wait for the server, which ends after the last command."""
        self.stop()
        with suppress(ChildProcessError):
            os.waitpid(self._server, 0)
        self._connection.close()

    def _pipes(self) -> list[tuple[int, int]]:
        """Return three pipes. If there are too many open files, wait until others are closed."""
        pipes: list[tuple[int, int]] = []
        while len(pipes) < DESCRIPTORS:
            try:
                pipes.append(os.pipe())
            except OSError as error:
                for descriptor in (one for pair in pipes for one in pair):
                    os.close(descriptor)
                pipes.clear()
                if error.errno not in (errno.EMFILE, errno.ENFILE) or self._is_stopped:
                    raise
                time.sleep(_BUSY_SECONDS)
        return pipes

    def _send(self, request: Request, writers: list[int]) -> None:
        data = request.encode()
        with self._lock:
            if self._is_stopped:
                raise Stopped
            try:
                socket.send_fds(self._connection, [data[:LENGTH_SIZE]], writers)
                self._connection.sendall(data[LENGTH_SIZE:])
            except OSError:
                # The end of the result pipe says the rest.
                return

    def _become_server(
        self, connection: socket.socket, prepare: Callable[[], None], run_here: RunHere
    ) -> NoReturn:
        try:
            # So that a signal to the group of the process that we serve does not end the server,
            # which ends the commands.
            os.setsid()
            self._connection.close()
            # Whoever reads the output of that process does not wait for this one.
            null = os.open(os.devnull, os.O_RDWR)
            for standard in range(3):
                os.dup2(null, standard)
            with suppress(Exception):
                prepare()
            CommandServer(connection, run_here).serve()
        finally:
            os._exit(0)


class _Process:
    """The pipes of a command: what it prints, and how it ends."""

    def __init__(self, readers: list[int], write: Write) -> None:
        self._stdout, self._stderr, self._result = readers
        self._write = write
        self._replies = b""
        self._ended_at: Optional[float] = None
        self._rest = _REST_BYTES

    def wait(self) -> Optional[int]:
        """Return the exit code, None if the server was killed."""
        # Unlike others, it is no open file itself.
        with selectors.PollSelector() as selector:
            for descriptor, stream in ((self._stdout, "stdout"), (self._stderr, "stderr")):
                selector.register(descriptor, selectors.EVENT_READ, stream)
            selector.register(self._result, selectors.EVENT_READ)
            while selector.get_map() and self._is_awaited:
                ready = selector.select(None if self._ended_at is None else _QUIET_SECONDS)
                if not ready:
                    break
                for key, _ in ready:
                    if not self._read(key.fd, key.data):
                        selector.unregister(key.fd)
        return self._code()

    @property
    def _is_awaited(self) -> bool:
        if self._ended_at is None:
            return True
        return self._rest > 0 and time.monotonic() < self._ended_at + _REST_SECONDS

    def _read(self, descriptor: int, stream: Optional[str]) -> bool:
        """Read what is there. Returns False at the end."""
        data = os.read(descriptor, _CHUNK)
        if stream is None:
            self._replies += data
            if self._ended_at is None and (not data or len(self._replies) >= 2 * REPLY_SIZE):
                self._ended_at = time.monotonic()
                self._end_orphan()
        elif data:
            if self._ended_at is not None:
                self._rest -= len(data)
            self._write(stream, data)
        return bool(data)

    def _end_orphan(self) -> None:
        """End the command if the server, which would do so, was killed."""
        pid = int.from_bytes(self._replies, "big")
        # 0 would be this process's own group.
        if len(self._replies) == REPLY_SIZE and pid > 0:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)

    def _code(self) -> Optional[int]:
        if len(self._replies) < 2 * REPLY_SIZE:
            return None
        return int.from_bytes(self._replies[REPLY_SIZE:], "big", signed=True)


def _above_standard(connection: socket.socket) -> socket.socket:
    """Return a socket whose descriptor is not one of the standard streams, which may be closed."""
    if connection.fileno() > 2:
        return connection
    with connection:
        return socket.socket(fileno=fcntl.fcntl(connection, fcntl.F_DUPFD_CLOEXEC, 3))


def _flush() -> None:
    """Flush both streams, so that the forked process has nothing of them to flush."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()

"""The process that starts the commands of ``aws assume each``.

Threads and fork don't mix: a forked process has one thread, and the locks of all the others. So
this process is forked before the first thread starts, and has one thread itself. The threads that
assume roles send it the commands. It ends when its connection does, however that happens, and no
command outlives it.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Callable, Mapping, NoReturn, Optional, Sequence

from awscli_assume.workflow.run.child_process import NOT_EXECUTABLE

# The bytes before a request: its length.
LENGTH_SIZE = 4
# The descriptors of a request: stdout, stderr, and where the exit code goes.
DESCRIPTORS = 3
# How long commands have to end after SIGTERM, before SIGKILL.
GRACE_SECONDS = 5.0
# The replies to a request: the process ID at once, and later the exit code, where a negative
# number is that of a signal. Each has this many bytes.
REPLY_SIZE = 4
# A service manager may send them to all processes of a service. Only the end of the connection
# ends this one.
_IGNORED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGTSTP")
# Python ignores them, and what is ignored stays so in a new program.
_DEFAULT = ("SIGPIPE", "SIGXFZ", "SIGXFSZ")


@dataclass(frozen=True)
class Request:
    """A command to start. Without a ``path``, the AWS CLI runs it in the forked process."""

    words: tuple[str, ...]
    environment: Mapping[str, str]
    path: Optional[str] = None

    def encode(self) -> bytes:
        """Return the bytes to send, with their length before them."""
        body = json.dumps(asdict(self)).encode()
        return len(body).to_bytes(LENGTH_SIZE, "big") + body

    @classmethod
    def decode(cls, body: bytes) -> Request:
        """Return the request of a body."""
        found = json.loads(body)
        return cls(tuple(found["words"]), found["environment"], found["path"])


# Runs a command in a forked process, in place of another program. Returns the exit code.
RunHere = Callable[[Request], int]


def no_program(request: Request) -> int:
    """Return the exit code of a request that has no path where each needs one."""
    return NOT_EXECUTABLE


class CommandServer:
    """Starts commands in processes of their own, and reports how they end.

    ``run_here`` runs a request without a path.
    """

    def __init__(self, connection: socket.socket, run_here: RunHere) -> None:
        self._connection = connection
        self._run_here = run_here
        # The descriptor for the exit code of each process.
        self._running: dict[int, int] = {}
        # Signals wake the selector by this pipe.
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._waker, False)
        os.set_blocking(self._woken, False)

    def serve(self) -> None:
        """Start commands until the connection ends; then end those that run."""
        _handle(_IGNORED, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        with selectors.DefaultSelector() as selector:
            selector.register(self._connection, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            try:
                while self._serve_once(selector):
                    pass
            finally:
                selector.unregister(self._connection)
                self._end_all(selector)

    def _serve_once(self, selector: selectors.BaseSelector) -> bool:
        """Handle what is ready. Returns False at the end of the connection."""
        is_open = True
        for key, _ in selector.select():
            if key.fileobj is self._connection:
                is_open = self._start_next()
            else:
                self._reap()
        return is_open

    def _start_next(self) -> bool:
        """Start the next command. Returns False at the end of the connection."""
        try:
            head, descriptors, _, _ = socket.recv_fds(self._connection, LENGTH_SIZE, DESCRIPTORS)
        except OSError:
            return False
        body = self._receive(head)
        if body is None or len(descriptors) != DESCRIPTORS:
            _close(*descriptors)
            return False
        for descriptor in descriptors:
            os.set_inheritable(descriptor, False)
        request = Request.decode(body)
        stdout, stderr, result = descriptors
        try:
            child = os.fork()
        except OSError as error:
            # The limit of processes, or of memory, is reached.
            _print_error(stderr, f"Can't start a process: {error.strerror}")
            _reply(result, 0)
            _reply(result, NOT_EXECUTABLE)
            _close(*descriptors)
            return True
        if child == 0:
            self._become(request, descriptors)
        _close(stdout, stderr)
        self._running[child] = result
        _reply(result, child)
        return True

    def _receive(self, head: bytes) -> Optional[bytes]:
        """Return the body of a request, or None at the end of the connection."""
        while 0 < len(head) < LENGTH_SIZE:
            more = self._connection.recv(LENGTH_SIZE - len(head))
            head = head + more if more else b""
        if not head:
            return None
        left, parts = int.from_bytes(head, "big"), []
        while left:
            part = self._connection.recv(min(left, 1 << 20))
            if not part:
                return None
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def _become(self, request: Request, descriptors: Sequence[int]) -> NoReturn:
        """Become the process of a command, to its end."""
        code = NOT_EXECUTABLE
        try:
            # A session of its own: the command has no terminal to ask on, and one signal reaches
            # all of its processes.
            os.setsid()
            signal.set_wakeup_fd(-1)
            _handle((*_IGNORED, "SIGCHLD"), signal.SIG_DFL)
            stdout, stderr, _ = descriptors
            null = os.open(os.devnull, os.O_RDWR)
            for target, descriptor in enumerate((null, stdout, stderr)):
                os.dup2(descriptor, target)
            self._connection.close()
            _close(self._woken, self._waker, null, *descriptors, *self._running.values())
            if request.path is None:
                signal.signal(signal.SIGINT, signal.default_int_handler)
                code = self._run_here(request)
            else:
                code = _exec(request.path, request)
        finally:
            # Never back to the code that runs in the process above.
            os._exit(code & 0xFF)

    def _reap(self) -> None:
        """Report the commands that have ended."""
        with suppress(BlockingIOError):
            while os.read(self._woken, 4096):
                pass
        while self._running:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                return
            result = self._running.pop(child, None)
            if result is not None:
                code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
                _reply(result, code)
                _close(result)

    def _end_all(self, selector: selectors.BaseSelector) -> None:
        """End all commands, and their own children: first by SIGTERM, then by SIGKILL."""
        groups = list(self._running)
        self._signal(groups, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_SECONDS
        while self._running and (left := deadline - time.monotonic()) > 0:
            selector.select(left)
            self._reap()
        # A group may outlive the command that it began with.
        self._signal(groups, signal.SIGKILL)
        while self._running:
            selector.select(GRACE_SECONDS)
            self._reap()

    def _signal(self, groups: Sequence[int], number: int) -> None:
        for group in groups:
            try:
                os.killpg(group, number)
            except ProcessLookupError:
                # A process that was just forked has no group yet.
                if group in self._running:
                    os.kill(group, number)
            except PermissionError:
                # Of another user, as after sudo.
                continue


def _exec(path: str, request: Request) -> int:
    """Replace this process by a program. Returns an exit code only if that fails."""
    _handle(_DEFAULT, signal.SIG_DFL)
    try:
        os.execve(path, list(request.words), dict(request.environment))  # noqa: S606 - no shell
    except OSError as error:
        _print_error(2, f"Can't run '{path}': {error.strerror}")
    return NOT_EXECUTABLE


def _print_error(descriptor: int, text: str) -> None:
    with suppress(OSError):
        os.write(descriptor, f"aws: [ERROR]: {text}\n".encode("utf-8", "backslashreplace"))


def _handle(names: Sequence[str], action: signal.Handlers) -> None:
    for name in names:
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), action)


def _reply(result: int, number: int) -> None:
    # Nobody reads it if the process that we serve has been killed.
    with suppress(OSError):
        os.write(result, number.to_bytes(REPLY_SIZE, "big", signed=True))


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        if descriptor > 2:
            with suppress(OSError):
                os.close(descriptor)

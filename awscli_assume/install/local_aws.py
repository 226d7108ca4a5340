"""A local AWS over real HTTP on loopback, which checks signatures, trust and permissions."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Optional

from awscli_assume.install.local_servers import DIRECT, AccessKey, Server, installed_server
from awscli_assume.install.refusal import Refusal

_START_SECONDS = 30.0
_STOP_SECONDS = 3.0
_POLL_SECONDS = 0.02
_ATTEMPTS = 3


class LocalAws:
    """Run a local AWS for the length of a ``with``.

    Raises Refusal when neither server is installed or it does not start; the text then holds the
    end of its log.
    """

    def __init__(self, env: Optional[Mapping[str, str]] = None) -> None:
        self._env = os.environ if env is None else env
        self._process: Optional[subprocess.Popen[bytes]] = None
        self._folder: Optional[Path] = None
        self.endpoint_url = ""
        self.administrator = AccessKey("", "")

    def __enter__(self) -> LocalAws:
        server = installed_server()
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="awscli-assume-local-aws-"))
            self._start(server, self._folder)
            self.administrator = server.make_administrator(self.endpoint_url)
        except OSError as error:
            told = self._log_end()
            self._stop()
            raise Refusal(f"{server.module} did not start: {error}.{told}") from error
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self._stop()

    @property
    def log_file(self) -> Path:
        """Where the server writes; gone when the ``with`` ends."""
        return (self._folder or Path()) / "server.log"

    def _start(self, server: Server, folder: Path) -> None:
        for _ in range(_ATTEMPTS):
            port = _free_port()
            self.endpoint_url = f"http://127.0.0.1:{port}"
            with open(self.log_file, "ab") as log:
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                    [sys.executable, "-m", server.module, *server.arguments(port)],
                    env={**self._inherited(folder), **server.settings(folder, port)},
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    # A group of its own: it ends whole, and not by the person's Ctrl-C.
                    start_new_session=True,
                )
            if self._wait_until_ready(server):
                return
        raise OSError(f"it ended {_ATTEMPTS} times")

    def _wait_until_ready(self, server: Server) -> bool:
        assert self._process is not None  # noqa: S101 - for the type checker
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                # Somebody else may have taken the port: the caller tries another.
                return False
            try:
                with DIRECT.open(self.endpoint_url + server.ready_path, timeout=1):
                    return True
            except OSError:
                time.sleep(_POLL_SECONDS)
        raise OSError(f"no answer from {self.endpoint_url} within {_START_SECONDS:.0f} seconds")

    def _inherited(self, folder: Path) -> dict[str, str]:
        # Nothing else of the person's: both servers take dozens of variables, some of which
        # make them listen, persist, or call elsewhere.
        names = ("PATH", "PYTHONPATH", "SYSTEMROOT", "LANG")
        kept = {name: self._env[name] for name in names if name in self._env}
        return {**kept, "HOME": str(folder), "TMPDIR": str(folder), "TEMP": str(folder)}

    def _log_end(self) -> str:
        with contextlib.suppress(OSError):
            lines = self.log_file.read_text(encoding="utf-8", errors="replace").splitlines()
            return "\n" + "\n".join(lines[-20:])
        return ""

    def _stop(self) -> None:
        if self._process is not None:
            _end_group(self._process)
            self._process = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def _end_group(process: subprocess.Popen[bytes]) -> None:
    if not hasattr(os, "killpg"):
        process.kill()
        process.wait()
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

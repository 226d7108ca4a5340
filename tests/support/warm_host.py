"""Commands of a real AWS CLI, each forked from one that has started already (warm_server.py)."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Mapping, Optional

from support import warm_server
from support.hosts import Host

# A variable of the tests: start a new process for each command, as users do.
COLD = "AWSCLI_ASSUME_TEST_COLD"
# Python reads them when it starts, so a forked process does not see another value.
_AT_START = ("LANG", "LC_", "PYTHON", "LD_", "AWS_DATA_PATH", "AWS_CLI_OUTPUT_ENCODING", "TZ")
_HOSTS: dict[str, WarmHost] = {}


def run_warm(
    host: Host, command: list[str], env: Mapping[str, str], cwd: Path, timeout: float
) -> subprocess.CompletedProcess:
    """Run a command line of a host without a terminal, with an empty standard input."""
    if not os.environ.get(COLD):
        warm = _HOSTS.get(host.name) or _HOSTS.setdefault(host.name, WarmHost(host))
        if warm.can_run(env):
            return warm.run(command, env, cwd, timeout)
    return subprocess.run(
        command, env=dict(env), cwd=cwd, timeout=timeout, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


class WarmHost:
    """An AWS CLI that has started, and forks a process for each command."""

    def __init__(self, host: Host) -> None:
        folder = Path(tempfile.mkdtemp(prefix="warm"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        self._socket = str(folder / "socket")
        server = Path(warm_server.__file__)
        config = folder / "config"
        config.write_text(
            f"[plugins]\nwarm = {server.stem}\ncli_legacy_plugin_path = {server.parent}\n"
        )
        is_frozen = host.python is None
        command = [host.executable, "--version"] if is_frozen else [host.python, server]
        self.environment = {
            "PATH": os.defpath,
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        own = {warm_server.SOCKET: self._socket}
        if is_frozen:
            own["AWS_CONFIG_FILE"] = str(config)
        self._process = subprocess.Popen(
            [str(word) for word in command],
            env={**self.environment, **own},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def can_run(self, env: Mapping[str, str]) -> bool:
        """Return whether a process that has started already can run with an environment."""

        def relevant(variables: Mapping[str, str]) -> dict[str, str]:
            return {name: value for name, value in variables.items() if name.startswith(_AT_START)}

        return "HOME" in env and relevant(env) == relevant(self.environment)

    def run(
        self, command: list[str], env: Mapping[str, str], cwd: Path, timeout: float
    ) -> subprocess.CompletedProcess:
        """Run a command line."""
        request = {"argv": command, "env": dict(env), "cwd": str(cwd)}
        with (
            open(os.devnull, "rb") as stdin,
            tempfile.TemporaryFile() as stdout,
            tempfile.TemporaryFile() as stderr,
            socket.socket(socket.AF_UNIX) as connection,
        ):
            connection.settimeout(timeout)
            connection.connect(self._socket)
            descriptors = [file.fileno() for file in (stdin, stdout, stderr)]
            data = json.dumps(request).encode() + b"\n"
            sent = socket.send_fds(connection, [data], descriptors)
            connection.sendall(data[sent:])
            code = self._exit_code(connection, command, timeout)
            texts = [_text(file) for file in (stdout, stderr)]
        return subprocess.CompletedProcess(command, code, *texts)

    def _exit_code(
        self, connection: socket.socket, command: list[str], timeout: float
    ) -> Optional[int]:
        with connection.makefile("rb") as replies:
            pid = json.loads(replies.readline())["pid"]
            try:
                return int(json.loads(replies.readline())["code"])
            except TimeoutError:
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(command, timeout) from None


def _text(file) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "surrogateescape").replace("\r\n", "\n")

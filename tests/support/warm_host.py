"""Commands of a real AWS CLI, each forked from one that has started already (warm_server.py)."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Mapping, Optional

from support import warm_server
from support.hosts import Host, cache_folder
from support.sts_stub import StsStub

# A variable of the tests: start a new process for each command, as users do.
COLD = "AWSCLI_ASSUME_TEST_COLD"
# Python reads them when it starts, so a forked process does not see another value.
_AT_START = ("LANG", "LC_", "PYTHON", "LD_", "AWS_DATA_PATH", "AWS_CLI_OUTPUT_ENCODING", "TZ")
_HOSTS: dict[str, WarmHost] = {}
_PROGRAM = Path(warm_server.__file__).with_name("warm_aws.py")
# The folder that version 2 is going to load the plugin from, set by a fixture.
_PLUGIN_FOLDER: list[Path] = []


def use_plugin_folder(folder: Path) -> None:
    """Let the hosts that start from now on load the plugin of a folder in advance."""
    _PLUGIN_FOLDER[:] = [folder]


def run_warm(
    host: Host, command: list[str], env: Mapping[str, str], cwd: Path, timeout: float
) -> subprocess.CompletedProcess:
    """Run a command line of a host without a terminal, with an empty standard input."""
    if not os.environ.get(COLD):
        warm = _warm(host)
        if warm.can_run(env):
            return warm.run(command, env, cwd, timeout)
    return subprocess.run(
        command, env=dict(env), cwd=cwd, timeout=timeout, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def warm_executable(host: Host) -> Path:
    """Return an ``aws`` for shells that runs as the host's does, and starts faster."""
    if os.environ.get(COLD):
        return host.executable
    return _warm(host).executable


def _warm(host: Host) -> WarmHost:
    return _HOSTS.get(host.name) or _HOSTS.setdefault(host.name, WarmHost(host))


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
        own = {warm_server.SOCKET: self._socket, warm_server.MODULES: str(_modules_file(host))}
        if is_frozen:
            own["AWS_CONFIG_FILE"] = str(config)
            own[warm_server.PLUGIN_FOLDER] = "".join(map(str, _PLUGIN_FOLDER))
        with StsStub() as stub:
            own[warm_server.ENDPOINT] = stub.url
            self._process = subprocess.Popen(
                [str(word) for word in command],
                env={**self.environment, **own},
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
            assert self._process.stdout is not None
            assert self._process.stdout.readline() == b"ready\n"

        self.executable = folder / "bin" / "aws"
        self._write_executable(host)

    def _write_executable(self, host: Host) -> None:
        values = {
            "SOCKET": self._socket,
            "EXECUTABLE": str(host.executable),
            "AT_START": _at_start(self.environment),
            "NAMES_AT_START": _AT_START,
        }
        lines = [f"{name} = {value!r}" for name, value in values.items()]
        text = "\n".join((f"#!{sys.executable} -IS", *lines, _PROGRAM.read_text()))
        self.executable.parent.mkdir()
        self.executable.write_text(text)
        self.executable.chmod(0o755)

    def can_run(self, env: Mapping[str, str]) -> bool:
        """Return whether a process that has started already can run with an environment."""
        return "HOME" in env and _at_start(env) == _at_start(self.environment)

    def run(
        self, command: list[str], env: Mapping[str, str], cwd: Path, timeout: float
    ) -> subprocess.CompletedProcess:
        """Run a command line."""
        fields = [str(_umask()), str(cwd), str(len(command)), *command]
        fields += [f"{name}={value}" for name, value in env.items()]
        request = b"".join(os.fsencode(field) + b"\0" for field in fields)
        with (
            open(os.devnull, "rb") as stdin,
            tempfile.TemporaryFile() as stdout,
            tempfile.TemporaryFile() as stderr,
            socket.socket(socket.AF_UNIX) as connection,
        ):
            connection.settimeout(timeout)
            connection.connect(self._socket)
            descriptors = [file.fileno() for file in (stdin, stdout, stderr)]
            data = b"%d\n%b" % (len(request), request)
            sent = socket.send_fds(connection, [data], descriptors)
            connection.sendall(data[sent:])
            code = self._exit_code(connection, command, timeout)
            texts = [_text(file) for file in (stdout, stderr)]
        return subprocess.CompletedProcess(command, code, *texts)

    def _exit_code(
        self, connection: socket.socket, command: list[str], timeout: float
    ) -> Optional[int]:
        with connection.makefile("rb") as replies:
            pid = int(replies.readline())
            try:
                return int(replies.readline())
            except TimeoutError:
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(command, timeout) from None


def _at_start(variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if name.startswith(_AT_START)}


def _modules_file(host: Host) -> Path:
    """Return the file for the names of the modules that the host's commands load."""
    path = cache_folder() / f"{host.name}-modules.json"
    # A week later the plugin has other modules.
    with suppress(FileNotFoundError):
        if time.time() - path.stat().st_mtime > 7 * 86400:
            path.unlink()
    return path


def _umask() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("Umask:")).split()[1], 8)


def _text(file) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "surrogateescape").replace("\r\n", "\n")

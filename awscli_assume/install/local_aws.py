"""A local AWS over real HTTP on loopback, which checks signatures, trust and permissions.

The server is ministack where it is installed (Python 3.10 and later), else moto; both come with
the ``demo`` extra. Neither connects to other machines: strace showed that ministack 1.5.33
connects to its own port only.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Callable, Optional

from awscli_assume.install.system import InstallError

# Without a proxy, because 127.0.0.1 is this machine.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_SETUP_SECONDS = 30.0
_START_SECONDS = 30.0
_STOP_SECONDS = 3.0
_POLL_SECONDS = 0.02
_ATTEMPTS = 3


@dataclass(frozen=True)
class AccessKey:
    """A long-term access key."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Server:
    """A kind of server: its module, how to start it, and the key of its administrator."""

    module: str
    arguments: Callable[[int], list[str]]
    settings: Callable[[Path, int], dict[str, str]]
    ready_path: str
    make_administrator: Callable[[str], AccessKey]


def installed_server() -> Server:
    """Return the first server that is installed. Raises InstallError if there is none."""
    for server in _SERVERS:
        if importlib.util.find_spec(server.module.partition(".")[0]):
            return server
    raise InstallError(
        "The demonstration needs a local AWS, which is not installed. "
        f"Type: {sys.executable} -m pip install '.[demo]' in the checkout of awscli-assume"
    )


class LocalAws:
    """A local AWS that runs inside of a ``with`` block.

    Raises InstallError if no server is installed, or with the end of its log if it does not start.
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
            log = self._log_end()
            self._stop()
            raise InstallError(f"{server.module} did not start: {error}.{log}") from error
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
        """The server's log, removed at the end of the ``with`` block."""
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
                    # A process group of its own, which the user's Ctrl-C does not end.
                    start_new_session=True,
                )
            if self._wait_until_ready(server):
                return
        raise OSError(f"it exited {_ATTEMPTS} times")

    def _wait_until_ready(self, server: Server) -> bool:
        assert self._process is not None  # noqa: S101 - for the type checker
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                # Another process may have taken the port: the caller tries another one.
                return False
            try:
                with _OPENER.open(self.endpoint_url + server.ready_path, timeout=1):
                    return True
            except OSError:
                time.sleep(_POLL_SECONDS)
        raise OSError(f"no answer from {self.endpoint_url} within {_START_SECONDS:.0f} seconds")

    def _inherited(self, folder: Path) -> dict[str, str]:
        # No other variables: both servers read dozens of them, and some make the servers listen
        # on other addresses, store data or connect to other machines.
        names = ("PATH", "PYTHONPATH", "SYSTEMROOT", "LANG")
        inherited = {name: self._env[name] for name in names if name in self._env}
        return {**inherited, "HOME": str(folder), "TMPDIR": str(folder), "TEMP": str(folder)}

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


def _ministack_settings(folder: Path, port: int) -> dict[str, str]:
    return {
        "AUTH": "true",
        # Without it ministack 1.5.33 listens on every interface.
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "LOG_LEVEL": "WARNING",
        # Otherwise it would remove containers of other ministacks, and serve MQTT and SFTP.
        "DOCKER_HOST": f"unix://{folder}/no-docker",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }


def _moto_administrator(endpoint_url: str) -> AccessKey:
    """Create an administrator while moto does not check permissions, then make it check them."""
    user = {"UserName": "administrator"}
    statement = '{"Effect": "Allow", "Action": "*", "Resource": "*"}'
    policy = f'{{"Version": "2012-10-17", "Statement": [{statement}]}}'
    _call_iam(endpoint_url, "CreateUser", user)
    _call_iam(
        endpoint_url, "PutUserPolicy", {**user, "PolicyName": "all", "PolicyDocument": policy}
    )
    response = _call_iam(endpoint_url, "CreateAccessKey", user)
    tags = ("AccessKeyId", "SecretAccessKey")
    found = [re.search(f"<{tag}>(.+?)</{tag}>", response) for tag in tags]
    if not all(found):
        raise OSError("moto created no access key")
    # Without the content type, moto 5.2.5 returns 500.
    _post(f"{endpoint_url}/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"})
    return AccessKey(*(match[1] for match in found if match))


def _call_iam(endpoint_url: str, action: str, parameters: Mapping[str, str]) -> str:
    # moto finds the service in the credential scope; it does not check the signature yet.
    scope = "Credential=setup/20200101/us-east-1/iam/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none"}
    form = urllib.parse.urlencode({"Action": action, "Version": "2010-05-08", **parameters})
    return _post(endpoint_url + "/", form.encode(), headers)


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> str:
    request = urllib.request.Request(url, body, dict(headers))  # noqa: S310 - loopback
    with _OPENER.open(request, timeout=_SETUP_SECONDS) as response:
        return str(response.read().decode())


_SERVERS = (
    Server(
        module="ministack",
        arguments=lambda port: [],
        settings=_ministack_settings,
        ready_path="/_ministack/health",
        make_administrator=lambda endpoint_url: AccessKey("test", "test"),
    ),
    Server(
        module="moto.server",
        arguments=lambda port: ["-H", "127.0.0.1", "-p", str(port)],
        settings=lambda folder, port: {"MOTO_IAM_LOAD_MANAGED_POLICIES": "true"},
        ready_path="/moto-api/data.json",
        make_administrator=_moto_administrator,
    ),
)

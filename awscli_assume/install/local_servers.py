"""The servers that can play AWS: how to start each one, shut off from everybody else.

ministack where there is one (Python 3.10 and later), else moto; both come with the ``demo`` extra.
Neither calls anybody when it starts: ministack 1.5.33 was watched with strace, and connects to
its own port only.
"""

from __future__ import annotations

import importlib.util
import re
import sys
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from awscli_assume.install.refusal import Refusal

# No proxy: 127.0.0.1 means this machine.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))

_SETUP_SECONDS = 30.0


@dataclass(frozen=True)
class AccessKey:
    """A long-term access key."""

    id: str
    secret: str = field(repr=False)


@dataclass(frozen=True)
class Server:
    """One kind of server: its module, how to start it, and who its administrator is."""

    module: str
    arguments: Callable[[int], list[str]]
    settings: Callable[[Path, int], dict[str, str]]
    ready_path: str
    make_administrator: Callable[[str], AccessKey]


def installed_server() -> Server:
    """Return the first server that this interpreter has. Raises Refusal with what to install."""
    for server in _SERVERS:
        if importlib.util.find_spec(server.module.partition(".")[0]):
            return server
    raise Refusal(
        "the demonstration needs a local AWS, which is not installed. "
        f"Type: {sys.executable} -m pip install '.[demo]' in the checkout of awscli-assume"
    )


def _ministack_settings(folder: Path, port: int) -> dict[str, str]:
    return {
        "AUTH": "true",
        # Without it ministack 1.5.33 listens on every interface.
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "LOG_LEVEL": "WARNING",
        # It removes containers of other ministacks at its start, and would serve MQTT and SFTP.
        "DOCKER_HOST": f"unix://{folder}/no-docker",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }


def _moto_administrator(endpoint_url: str) -> AccessKey:
    """Make an administrator while nobody is checked yet, then have everybody checked."""
    user = {"UserName": "administrator"}
    statement = '{"Effect": "Allow", "Action": "*", "Resource": "*"}'
    policy = f'{{"Version": "2012-10-17", "Statement": [{statement}]}}'
    _ask_iam(endpoint_url, "CreateUser", user)
    _ask_iam(
        endpoint_url, "PutUserPolicy", {**user, "PolicyName": "all", "PolicyDocument": policy}
    )
    answer = _ask_iam(endpoint_url, "CreateAccessKey", user)
    found = [
        re.search(f"<{tag}>(.+?)</{tag}>", answer) for tag in ("AccessKeyId", "SecretAccessKey")
    ]
    if not all(found):
        raise OSError("moto made no access key")
    # Without the content type, moto 5.2.5 answers 500.
    _post(f"{endpoint_url}/moto-api/reset-auth", b"0", {"Content-Type": "text/plain"})
    return AccessKey(*(match[1] for match in found if match))


def _ask_iam(endpoint_url: str, action: str, parameters: Mapping[str, str]) -> str:
    # moto tells the service by the credential scope; the signature is not looked at yet.
    scope = "Credential=setup/20200101/us-east-1/iam/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=none"}
    form = urllib.parse.urlencode({"Action": action, "Version": "2010-05-08", **parameters})
    return _post(endpoint_url + "/", form.encode(), headers)


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> str:
    request = urllib.request.Request(url, body, dict(headers))  # noqa: S310 - loopback
    with DIRECT.open(request, timeout=_SETUP_SECONDS) as answer:
        return str(answer.read().decode())


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

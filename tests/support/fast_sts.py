"""A cheap STS in a process of its own, for thousands of requests: latency, throttling, counts.

A stub in the process of the test would share its interpreter with what is measured, and one
thread for each connection costs more than the requests. Run as a program, it prints its URL and
then serves until its stdin ends.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Optional
from urllib.parse import parse_qs, unquote

_XMLNS = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'
_CALLER = (
    f"<GetCallerIdentityResponse {_XMLNS}><GetCallerIdentityResult>"
    "<Arn>arn:aws:iam::123456789012:user/alice</Arn><UserId>AIDASTUB</UserId>"
    "<Account>123456789012</Account></GetCallerIdentityResult>"
    "<ResponseMetadata><RequestId>stub</RequestId></ResponseMetadata></GetCallerIdentityResponse>"
)
_TOKEN = "StubSessionToken//////////wEaDmV4YW1wbGU+token/with=signs" * 8


@dataclass
class Settings:
    """How long a reply takes, and how many requests a second are served before the throttling."""

    seconds: float = 0.05
    rate: Optional[float] = None
    missing: str = "missing"


class Sts(asyncio.Protocol):
    """One connection. Replies are delayed without a thread."""

    settings = Settings()
    counts: dict[str, int] = {}
    tokens, filled = 0.0, 0.0

    def connection_made(self, transport: Any) -> None:
        """Keep the connection open for more requests."""
        self.transport, self.data = transport, b""
        _count("connections")

    def data_received(self, data: bytes) -> None:
        """Serve each complete request."""
        self.data += data
        while True:
            head, found, rest = self.data.partition(b"\r\n\r\n")
            if not found:
                return
            lower = head.lower()
            at = lower.find(b"content-length:")
            length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(rest) < length:
                return
            self.data = rest[length:]
            self._serve(head, rest[:length].decode())

    def _serve(self, head: bytes, body: str) -> None:
        status, content = self._reply(head, body)
        data = content.encode()
        reply = (
            f"HTTP/1.1 {status} X\r\nContent-Type: text/xml\r\nContent-Length: {len(data)}\r\n\r\n"
        ).encode() + data
        asyncio.get_running_loop().call_later(self.settings.seconds, self._write, reply)

    def _write(self, reply: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(reply)

    def _reply(self, head: bytes, body: str) -> tuple[int, str]:
        if head.startswith(b"GET /counts"):
            return 200, json.dumps(self.counts)
        action = body[body.find("Action=") + 7 :].split("&", 1)[0]
        if not _is_served():
            _count("throttled")
            return 400, _error("Throttling", "Rate exceeded")
        _count(action)
        if action == "GetCallerIdentity":
            return 200, _CALLER
        values = {name: found[0] for name, found in parse_qs(body).items()}
        if self.settings.missing in unquote(values["RoleArn"]):
            return 403, _error("AccessDenied", "User is not authorized to perform: sts:AssumeRole")
        return 200, _assumed(values)


def _is_served() -> bool:
    """Take a token of the bucket, which holds those of one second at most."""
    if Sts.settings.rate is None:
        return True
    now = time.monotonic()
    Sts.tokens = min(Sts.settings.rate, Sts.tokens + (now - Sts.filled) * Sts.settings.rate)
    Sts.filled = now
    if Sts.tokens < 1:
        return False
    Sts.tokens -= 1
    return True


def _count(name: str) -> None:
    Sts.counts[name] = Sts.counts.get(name, 0) + 1


def _error(code: str, message: str) -> str:
    return (
        f"<ErrorResponse {_XMLNS}><Error><Type>Sender</Type><Code>{code}</Code>"
        f"<Message>{message}</Message></Error><RequestId>stub</RequestId></ErrorResponse>"
    )


def _assumed(values: dict[str, str]) -> str:
    _, partition, _, _, account, resource = values["RoleArn"].split(":", 5)
    role, name = resource.rpartition("/")[2], values["RoleSessionName"]
    expires = datetime.now(timezone.utc) + timedelta(hours=1)
    return (
        f"<AssumeRoleResponse {_XMLNS}><AssumeRoleResult><AssumedRoleUser>"
        f"<AssumedRoleId>AROASTUB:{name}</AssumedRoleId>"
        f"<Arn>arn:{partition}:sts::{account}:assumed-role/{role}/{name}</Arn></AssumedRoleUser>"
        f"<Credentials><AccessKeyId>ASIA{account:0>16}</AccessKeyId>"
        f"<SecretAccessKey>stub/Secret+Access/Key0123456789abcdefgh</SecretAccessKey>"
        f"<SessionToken>{_TOKEN}</SessionToken>"
        f"<Expiration>{expires:%Y-%m-%dT%H:%M:%SZ}</Expiration></Credentials></AssumeRoleResult>"
        "<ResponseMetadata><RequestId>stub</RequestId></ResponseMetadata></AssumeRoleResponse>"
    )


async def _main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sts, "127.0.0.1", 0, backlog=1024)
    Sts.filled = time.monotonic()
    Sts.tokens = Sts.settings.rate or 0.0
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


class FastSts:
    """The program above inside a ``with`` statement."""

    def __init__(self, seconds: float = 0.05, rate: Optional[float] = None) -> None:
        self._settings = {"seconds": seconds, "rate": rate}
        self._process: Optional[subprocess.Popen[str]] = None
        self.url = ""

    def __enter__(self) -> FastSts:
        self._process = subprocess.Popen(
            [sys.executable, "-I", __file__, json.dumps(self._settings)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        return self

    def __exit__(self, *exception: object) -> None:
        assert self._process is not None
        self._process.communicate()

    def counts(self) -> dict[str, int]:
        """Return how often each operation was served, and the throttled requests."""
        # Not at the top: the program does not need it.
        from urllib.request import ProxyHandler, build_opener

        with build_opener(ProxyHandler({})).open(f"{self.url}/counts") as reply:
            counts: dict[str, int] = json.load(reply)
        return counts


if __name__ == "__main__":
    Sts.settings = Settings(**json.loads(sys.argv[1]))
    asyncio.run(_main())

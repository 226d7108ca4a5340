"""The web identity token of a GitHub Actions job, from a runner's endpoint over real HTTP."""

from __future__ import annotations

import json
import socket
import threading

import pytest

from awscli_assume.aws import github
from awscli_assume.errors import InvalidConfiguration
from support.runner_stub import BEARER, TOKEN, RunnerStub

URL, BEARER_NAME = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def runner():
    """Run a runner's endpoint for one test."""
    with RunnerStub() as stub:
        yield stub


def test_token_is_requested_for_sts(runner: RunnerStub) -> None:
    """There is one request, with the bearer token in a header and the audience in the query."""
    assert github.fetch_token(runner.variables) == TOKEN
    assert runner.paths == ["/token?api-version=2.0&audience=sts.amazonaws.com"]
    assert runner.bearers == [f"bearer {BEARER}"]


@pytest.mark.parametrize("missing", [URL, BEARER_NAME])
def test_job_without_the_permission(runner: RunnerStub, missing: str) -> None:
    """The error names the missing variable and the permission that the job needs."""
    variables = {**runner.variables, missing: ""}

    with pytest.raises(InvalidConfiguration, match=f"{missing}.*permissions: id-token: write"):
        github.fetch_token(variables)
    assert runner.paths == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/token", "http://127.0.0.1.example.com/", "file:///etc/passwd",
        "http://[::1", "https://x/\r\nHost: y", "ftp://127.0.0.1/",
    ],
)  # fmt: skip
def test_unencrypted_url_is_rejected(url: str) -> None:
    """The bearer token is sent over https or to this machine only, and is not in the error."""
    with pytest.raises(InvalidConfiguration, match="must be an https URL") as caught:
        github.fetch_token({URL: url, BEARER_NAME: BEARER})
    assert BEARER not in str(caught.value)


@pytest.mark.parametrize("status", [302, 401, 500])
def test_error_status_is_reported(runner: RunnerStub, status: int) -> None:
    """The error has the status and not the body; no redirect gets the bearer token."""
    with RunnerStub() as other:
        runner.status, runner.body, runner.location = status, b"BodyMark", other.url
        with pytest.raises(InvalidConfiguration, match=f"HTTP status {status}") as caught:
            github.fetch_token(runner.variables)
        assert other.paths == []
    assert "BodyMark" not in str(caught.value)
    assert "id-token: write" in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b'{"value": null}', b'{"Value": "eyJ"}', b"[" * 10000, b"\xff\xfe"],
)
def test_response_without_a_token(runner: RunnerStub, body: bytes) -> None:
    """A body that is not GitHub's documented format has no token."""
    runner.body = body
    with pytest.raises(InvalidConfiguration, match="a response without a token"):
        github.fetch_token(runner.variables)


def test_large_body_is_read_in_part(runner: RunnerStub) -> None:
    """No more is read than a token can have."""
    runner.body = json.dumps({"value": "TokenMark" * 1_000_000}).encode()
    with pytest.raises(InvalidConfiguration, match="a response without a token") as caught:
        github.fetch_token(runner.variables)
    assert "TokenMark" not in str(caught.value)


def test_malformed_token_is_not_shown(runner: RunnerStub) -> None:
    """A value with spaces is rejected and not shown."""
    runner.body = b'{"value": "Token Mark"}'
    with pytest.raises(InvalidConfiguration, match=URL) as caught:
        github.fetch_token(runner.variables)
    assert "Mark" not in str(caught.value)


def test_connection_refused() -> None:
    """The error names the exception and neither the URL nor the token."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{one.getsockname()[1]}/SecretPath"
        with pytest.raises(InvalidConfiguration, match="EndpointConnectionError") as caught:
            github.fetch_token({URL: url, BEARER_NAME: BEARER})
    assert "SecretPath" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """An endpoint that does not respond ends with an error."""
    monkeypatch.setattr(github, "SECONDS", 0.05)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        url = f"http://127.0.0.1:{one.getsockname()[1]}/"
        with pytest.raises(InvalidConfiguration, match="ReadTimeoutError"):
            github.fetch_token({URL: url, BEARER_NAME: BEARER})


def test_proxy_of_the_environment_is_used(
    runner: RunnerStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTPS_PROXY gets a CONNECT request without the bearer token."""
    seen: list[bytes] = []
    with socket.socket() as proxy:
        proxy.bind(("127.0.0.1", 0))
        proxy.listen()

        def refuse() -> None:
            connection, _ = proxy.accept()
            with connection:
                seen.append(connection.recv(4096))
                connection.sendall(b"HTTP/1.1 407 no\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=refuse, daemon=True)
        thread.start()
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        with pytest.raises(InvalidConfiguration, match="ProxyConnectionError"):
            github.fetch_token({URL: "https://github.invalid/x", BEARER_NAME: BEARER})
        thread.join(5)
    assert seen[0].startswith(b"CONNECT github.invalid:443")
    assert BEARER.encode() not in seen[0]


def test_ca_bundle(runner: RunnerStub, monkeypatch: pytest.MonkeyPatch) -> None:
    """--ca-bundle comes first, then the environment, then the CLI's own certificates."""
    made = []
    real = github.URLLib3Session
    monkeypatch.setattr(github, "URLLib3Session", lambda *a: made.append(a[0]) or real(*a))
    github.fetch_token(runner.variables, "/ca.pem")
    github.fetch_token({**runner.variables, "REQUESTS_CA_BUNDLE": "/other.pem"})
    github.fetch_token(runner.variables)

    assert made == ["/ca.pem", "/other.pem", True]

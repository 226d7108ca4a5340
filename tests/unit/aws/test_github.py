"""The token of a job of GitHub Actions, from a runner's endpoint over real HTTP."""

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


def test_the_token_is_asked_for_with_the_audience_of_sts(runner: RunnerStub) -> None:
    """One request, with the bearer token in a header and the audience in the query."""
    assert github.fetch_token(runner.variables) == TOKEN
    assert runner.paths == ["/token?api-version=2.0&audience=sts.amazonaws.com"]
    assert runner.bearers == [f"bearer {BEARER}"]


@pytest.mark.parametrize("missing", [URL, BEARER_NAME])
def test_a_job_without_the_permission(runner: RunnerStub, missing: str) -> None:
    """Without one of the variables the message says which, and what the job needs."""
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
def test_a_url_in_the_open_is_refused(url: str) -> None:
    """The bearer token goes over https, or to this machine itself; nothing of it is told."""
    with pytest.raises(InvalidConfiguration, match="has to be an https URL") as caught:
        github.fetch_token({URL: url, BEARER_NAME: BEARER})
    assert BEARER not in str(caught.value)


@pytest.mark.parametrize("status", [302, 401, 500])
def test_a_refusal_is_told_by_its_status(runner: RunnerStub, status: int) -> None:
    """The body is not shown, and no redirect is followed with the bearer token."""
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
def test_an_answer_without_a_token(runner: RunnerStub, body: bytes) -> None:
    """What is not the document that GitHub describes is said to have no token."""
    runner.body = body
    with pytest.raises(InvalidConfiguration, match="an answer without a token"):
        github.fetch_token(runner.variables)


def test_a_body_without_end_is_read_to_a_bound(runner: RunnerStub) -> None:
    """Of a body of megabytes so much is read as a token may have, and no more."""
    runner.body = json.dumps({"value": "TokenMark" * 1_000_000}).encode()
    with pytest.raises(InvalidConfiguration, match="an answer without a token") as caught:
        github.fetch_token(runner.variables)
    assert "TokenMark" not in str(caught.value)


def test_a_token_that_is_none_is_not_told(runner: RunnerStub) -> None:
    """A value with blanks is refused without being shown."""
    runner.body = b'{"value": "Token Mark"}'
    with pytest.raises(InvalidConfiguration, match=URL) as caught:
        github.fetch_token(runner.variables)
    assert "Mark" not in str(caught.value)


def test_nobody_listens() -> None:
    """No connection is told by the kind of error, without the URL or the token."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{one.getsockname()[1]}/SecretPath"
        with pytest.raises(InvalidConfiguration, match="EndpointConnectionError") as caught:
            github.fetch_token({URL: url, BEARER_NAME: BEARER})
    assert "SecretPath" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_an_endpoint_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wait has an end."""
    monkeypatch.setattr(github, "SECONDS", 0.05)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        url = f"http://127.0.0.1:{one.getsockname()[1]}/"
        with pytest.raises(InvalidConfiguration, match="ReadTimeoutError"):
            github.fetch_token({URL: url, BEARER_NAME: BEARER})


def test_the_proxy_of_the_environment_is_used(
    runner: RunnerStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTPS_PROXY is asked to connect; the bearer token is for GitHub alone."""
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


def test_the_certificates_are_those_that_were_given(
    runner: RunnerStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A CA bundle of the CLI is the one of this request; without one the CLI's own is."""
    made = []
    real = github.URLLib3Session
    monkeypatch.setattr(github, "URLLib3Session", lambda *a: made.append(a[0]) or real(*a))
    github.fetch_token(runner.variables, "/ca.pem")
    github.fetch_token({**runner.variables, "REQUESTS_CA_BUNDLE": "/other.pem"})
    github.fetch_token(runner.variables)

    assert made == ["/ca.pem", "/other.pem", True]

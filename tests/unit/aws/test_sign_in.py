"""The endpoint of AWS Sign-In, and its answers, over real HTTP and HTTPS."""

from __future__ import annotations

import io
import json
import logging
import socket
import traceback
from argparse import Namespace
from pathlib import Path
from typing import Any, Iterator, Optional

import pytest

from awscli_assume.aws.sign_in import SignInEndpoint, get_sign_in_token, sign_in_endpoint
from awscli_assume.errors import InvalidConfiguration, SignInFailed
from awscli_assume.host import Config
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.model.console.hosts import PARTITIONS
from awscli_assume.model.credentials import SessionCredentials
from support.federation_stub import FederationStub, make_certificate

# The CLI's own botocore, which `import awscli` has put in place by now.
from botocore.session import Session  # isort: skip

CREDENTIALS = SessionCredentials("ASIAKEYKEYKEYKEYKEYK", "KeySecret" * 4, "KeyToken" * 40, None)
MARKS = ("ASIAKEYKEYKEYKEYKEYK", "KeySecret", "KeyToken", "BodyMark")
SESSION = {
    "sessionId": CREDENTIALS.access_key_id,
    "sessionKey": CREDENTIALS.secret_access_key,
    "sessionToken": CREDENTIALS.session_token,
}


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("HOME", str(home))
    for name in ("AWS_CA_BUNDLE", "AWS_PROFILE", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def stub() -> Iterator[FederationStub]:
    """Run a stand-in for one test."""
    with FederationStub() as running:
        yield running


def context_of(
    variables: Optional[dict[str, str]] = None, verify: Any = None, seconds: float = 5
) -> CommandContext:
    session = Session()
    session.set_default_client_config(Config(connect_timeout=seconds, read_timeout=seconds))
    return CommandContext(
        session, Namespace(verify_ssl=verify, region=None), Environment(variables or {})
    )


def token_of(url: str, seconds: Optional[int] = None, **options: Any) -> str:
    is_posted = options.pop("is_posted", True)
    endpoint = SignInEndpoint(url, url, is_posted)
    return get_sign_in_token(context_of(**options), endpoint, CREDENTIALS, seconds)


def check_no_secret(error: BaseException) -> None:
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    assert [mark for mark in MARKS if mark in text] == []


@pytest.mark.parametrize("is_posted", [True, False])
@pytest.mark.parametrize("seconds", [None, 43200])
def test_parameters(stub: FederationStub, is_posted: bool, seconds: Optional[int]) -> None:
    """The credentials are one JSON document, and the duration is sent only if there is one."""
    token = token_of(stub.url, seconds, is_posted=is_posted)

    (request,) = stub.requests
    (parameters,) = stub.sign_ins
    assert token in stub.tokens
    assert json.loads(parameters.pop("Session")) == SESSION
    expected = {"Action": "getSigninToken"}
    assert parameters == (
        expected if seconds is None else {**expected, "SessionDuration": "43200"}
    )
    assert request.method == ("POST" if is_posted else "GET")
    assert (request.path == "/federation") == is_posted


def test_server_without_post(stub: FederationStub) -> None:
    """Where POST is not allowed, the documented GET follows."""
    stub.methods = ("GET",)

    assert token_of(stub.url) in stub.tokens
    assert [one.method for one in stub.requests] == ["POST", "GET"]


def html(status: int, **headers: str) -> Any:
    return lambda _: (
        status,
        {"Content-Type": "text/html", **headers},
        b"<p>BodyMark KeyToken</p>",
    )


def text(body: bytes) -> Any:
    return lambda _: (200, {"Content-Type": "application/json"}, body)


ANSWERS = {
    "400": (html(400), r"refused the credentials \(HTTP status 400\).*Only credentials of a role"),
    "403": (html(403), r"HTTP status 403"),
    "302": (html(302, Location="https://evil.example/x?BodyMark"), "redirects to evil.example"),
    "302 to nowhere": (html(302), "redirects to another page"),
    "500": (html(500), "HTTP status 500. Try again"),
    "429": (html(429), "HTTP status 429. Try again"),
    "418": (html(418), "HTTP status 418. Check the network, a proxy, and AWS_ENDPOINT_URL_SIGNIN"),
    "html": (html(200), "something other than a sign-in token"),
    "empty": (text(b""), "returned nothing"),
    "no token": (text(b"{}"), "something other than a sign-in token"),
    "empty token": (text(b'{"SigninToken": ""}'), "something other than a sign-in token"),
    "a number": (text(b'{"SigninToken": 1}'), "something other than a sign-in token"),
    "control characters": (text(b'{"SigninToken": "a\\n"}'), "something other"),
    "too long": (text(json.dumps({"SigninToken": "a" * 20000}).encode()), "something other"),
    "nested": (text(b"[" * 60000), "something other"),
    "not UTF-8": (text(b"\xff\xfe"), "something other"),
    "no answer": (lambda _: None, "closed the connection without an answer"),
}


@pytest.mark.parametrize(("script", "message"), ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("is_posted", [True, False])
def test_other_answers(stub: FederationStub, script: Any, message: str, is_posted: bool) -> None:
    """Each is one sentence without a secret and without what the endpoint sent."""
    stub.script = script
    with pytest.raises(SignInFailed, match=message) as caught:
        token_of(stub.url, is_posted=is_posted)

    check_no_secret(caught.value)
    assert len(stub.requests) == 1


def test_redirect_is_not_followed(stub: FederationStub) -> None:
    """No other host gets the credentials."""
    with FederationStub() as other:
        stub.script = html(307, Location=f"{other.url}/federation")
        with pytest.raises(SignInFailed, match="redirects to 127.0.0.1"):
            token_of(stub.url)
        assert other.requests == []


def test_refused_with_a_duration(stub: FederationStub) -> None:
    """A refusal with --session-duration says that the option may be the reason."""
    stub.script = html(400)
    with pytest.raises(SignInFailed, match="--session-duration is allowed only if the role was"):
        token_of(stub.url, 3600)


def test_unreachable() -> None:
    """A port without a server is one sentence."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(SignInFailed, match="127.0.0.1 can't be reached") as caught:
        token_of(f"http://127.0.0.1:{port}", is_posted=False)
    check_no_secret(caught.value)


@pytest.mark.parametrize("is_posted", [True, False])
def test_no_answer_in_time(is_posted: bool) -> None:
    """The time-outs are those of the command line."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(
            SignInFailed, match="did not answer in time.*--cli-read-timeout"
        ) as caught:
            token_of(url, is_posted=is_posted, seconds=0.2)
    check_no_secret(caught.value)


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_https(tmp_path: Path) -> None:
    """The certificate is verified with the CA bundle of the command line or the environment."""
    certificate = make_certificate(tmp_path)
    bundle = str(tmp_path / "certificate.pem")
    with FederationStub(certificate) as stub:
        assert token_of(stub.url, verify=bundle) in stub.tokens
        assert token_of(stub.url, variables={"REQUESTS_CA_BUNDLE": bundle}) in stub.tokens
        assert token_of(stub.url, verify=False) in stub.tokens
        before = len(stub.requests)
        with pytest.raises(
            SignInFailed, match="certificate that can't be verified.*--ca-bundle"
        ) as caught:
            token_of(stub.url, is_posted=False)
        assert len(stub.requests) == before
    check_no_secret(caught.value)


def test_bundle_that_is_not_there(tmp_path: Path) -> None:
    """The error says that the bundle may be missing."""
    with (
        FederationStub(make_certificate(tmp_path)) as stub,
        pytest.raises(SignInFailed, match="bundle may be missing.*--ca-bundle FILE"),
    ):
        token_of(stub.url, verify=str(tmp_path / "missing.pem"))


def test_proxy(stub: FederationStub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request goes through the proxy of the environment."""
    monkeypatch.setenv("http_proxy", stub.url)

    assert token_of("http://localhost:1") in stub.tokens
    assert stub.requests[0].path == "http://localhost:1/federation"


def test_proxy_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the proxy as the reason, without its password."""
    monkeypatch.setenv("https_proxy", "http://user:KeySecret@127.0.0.1:9")
    with pytest.raises(SignInFailed, match="can't be reached through the proxy") as caught:
        token_of("https://signin.example")
    check_no_secret(caught.value)


@pytest.mark.parametrize("is_posted", [True, False])
def test_log_has_no_secret(stub: FederationStub, is_posted: bool) -> None:
    """Neither urllib3 nor botocore logs the credentials or the token."""
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    levels = {name: logging.getLogger(name).level for name in ("botocore", "urllib3", "awscli")}
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).addHandler(handler)
    try:
        token = token_of(stub.url, is_posted=is_posted)
    finally:
        for name, level in levels.items():
            logging.getLogger(name).removeHandler(handler)
            logging.getLogger(name).setLevel(level)

    written = log.getvalue()
    assert "Getting a token from AWS Sign-In at 127.0.0.1" in written
    # What urllib3 says of the request.
    assert ("redacted by aws assume" in written) or is_posted
    assert [mark for mark in (*MARKS, token) if mark in written] == []


def endpoint_of(
    home: Path, monkeypatch: pytest.MonkeyPatch, config: str = "", **variables: str
) -> SignInEndpoint:
    (home / "config").write_text(f"[default]\n{config}")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / "config"))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    environment = Environment({"AWS_CONFIG_FILE": str(home / "config"), **variables})
    return sign_in_endpoint(Session(), environment, PARTITIONS["aws"], "eu-west-1")


SERVICES = "services = mine\n[services mine]\nsignin =\n  endpoint_url = https://service.example\n"
CONFIGURED: dict[str, tuple[str, dict[str, str], str]] = {
    "nothing": ("", {}, "eu-west-1.signin.aws.amazon.com"),
    "variable": ("", {"AWS_ENDPOINT_URL_SIGNIN": "https://variable.example/"}, "variable.example"),
    "all services": ("", {"AWS_ENDPOINT_URL": "https://all.example"}, "all.example"),
    "services": (SERVICES, {}, "service.example"),
    "variable first": (
        SERVICES, {"AWS_ENDPOINT_URL_SIGNIN": "https://variable.example"}, "variable.example",
    ),
    "another service": ("", {"AWS_ENDPOINT_URL_STS": "https://sts.example"},
                        "eu-west-1.signin.aws.amazon.com"),
    "profile": ("endpoint_url = https://profile.example\n", {}, "profile.example"),
    "ignored": (
        SERVICES,
        {"AWS_ENDPOINT_URL_SIGNIN": "https://variable.example",
         "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
        "eu-west-1.signin.aws.amazon.com",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("config", "variables", "host"), CONFIGURED.values(), ids=CONFIGURED)
def test_configured_endpoint(
    home: Path, monkeypatch: pytest.MonkeyPatch, config: str, variables: dict[str, str], host: str
) -> None:
    """The endpoint of the configuration comes first, for signing out as well."""
    endpoint = endpoint_of(home, monkeypatch, config, **variables)

    assert endpoint.url == f"https://{host}"
    is_own = host.endswith("amazon.com")
    assert (endpoint.sign_out_url == endpoint.url) != is_own


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://signin.example", "at signin.example .* must be an https URL.*the credentials"),
        ("http://127.0.0.1.evil.example", "must be an https URL"),
        ("ftp://signin.example", "must be an https URL"),
        ("signin.example", "must be a URL such as"),
        ("https://[::1", "must be a URL such as"),
        ("https://user:secret@signin.example", "must be a URL such as"),
        ("https://signin.example/?x=1", "must be a URL such as"),
        ("https://signin.example/a b", "must be a URL such as"),
        ("https://signin.example:99999", "must be a URL such as"),
    ],
)
def test_endpoint_that_can_not_be_used(
    home: Path, monkeypatch: pytest.MonkeyPatch, url: str, message: str
) -> None:
    """The credentials are sent over https, or to this machine."""
    with pytest.raises(InvalidConfiguration, match=message):
        endpoint_of(home, monkeypatch, AWS_ENDPOINT_URL_SIGNIN=url)

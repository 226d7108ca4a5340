"""Who gets credentials of the endpoint, who is refused and how, and what it leaves behind."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import select
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timezone
from typing import Iterator

import pytest

from awscli_assume.errors import InvalidConfiguration, UnexpectedAnswer
from awscli_assume.host import ClientError
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.outputs.endpoint import CredentialsEndpoint
from support.person import clean_environment

# An error that ends a handler's thread is printed by Python, but not where pytest catches it.
pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUC="
CREDENTIALS = TemporaryCredentials(
    "ASIAEXAMPLEEXAMPLE12", SECRET, TOKEN, datetime(2046, 11, 23, 10, 0, tzinfo=timezone.utc),
    "arn:aws:sts::123456789012:assumed-role/r/alice", "AROAEXAMPLE:alice",
)  # fmt: skip
DOCUMENT = {
    "AccessKeyId": "ASIAEXAMPLEEXAMPLE12",
    "SecretAccessKey": SECRET,
    "Token": TOKEN,
    "Expiration": "2046-11-23T10:00:00Z",
    "AccountId": "123456789012",
}
# ADDRESS, PORT and TOKEN stand for the endpoint's own.
LINE = b"GET /credentials HTTP/1.1\r\n"
HOST = b"Host: 127.0.0.1:PORT\r\n"
AUTHORIZATION = b"Authorization: TOKEN\r\n"
BOTH = HOST + AUTHORIZATION
AUTHORIZED = AUTHORIZATION + b"\r\n"
END = HOST + AUTHORIZED
GOOD = LINE + END
HEAD_MOST = 8192


class Provider:
    """Answers the credentials, or raises, and counts."""

    def __init__(self) -> None:
        self.calls = 0
        self.error: Exception | None = None

    def __call__(self) -> TemporaryCredentials:
        self.calls += 1
        if self.error is not None:
            raise self.error
        return CREDENTIALS


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
def endpoint(
    provider: Provider, capfd: pytest.CaptureFixture[str]
) -> Iterator[CredentialsEndpoint]:
    """Run an endpoint, and see that it never prints anything."""
    with CredentialsEndpoint(provider) as endpoint:
        yield endpoint
    assert capfd.readouterr() == ("", "")


def port_of(endpoint: CredentialsEndpoint) -> int:
    return int(endpoint.url.partition("127.0.0.1:")[2].partition("/")[0])


def connect(endpoint: CredentialsEndpoint) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port_of(endpoint)), timeout=30)


def filled(endpoint: CredentialsEndpoint, request: bytes) -> bytes:
    request = request.replace(b"PORT", str(port_of(endpoint)).encode())
    for name, length in ((b"TOKEN_BUT_LAST", -1), (b"TOKEN", None)):
        request = request.replace(name, endpoint.token[:length].encode())
    return request


def exchange(endpoint: CredentialsEndpoint, request: bytes) -> bytes:
    """Send the bytes and end, as a client does that has no more to say; answer all bytes back."""
    with connect(endpoint) as connection:
        connection.sendall(filled(endpoint, request))
        connection.shutdown(socket.SHUT_WR)
        return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65536), b""))


def status_and_document(answer: bytes) -> tuple[int, dict[str, str]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 ")
    assert f"\r\nContent-Length: {len(body)}\r\n".encode() in head
    return int(head.split(b" ")[1]), json.loads(body)


def assert_no_secret(endpoint: CredentialsEndpoint, answer: bytes) -> None:
    for secret in (endpoint.token, SECRET, TOKEN, CREDENTIALS.access_key_id):
        assert secret.encode() not in answer


REFUSED = {
    "no token": (LINE + HOST + b"\r\n", 403),
    "wrong token": (LINE + HOST + b"Authorization: wrong\r\n\r\n", 403),
    "empty token": (LINE + HOST + b"Authorization:\r\n\r\n", 403),
    "prefix of the token": (LINE + HOST + b"Authorization: TOKEN_BUT_LAST\r\n\r\n", 403),
    "token and more": (LINE + HOST + b"Authorization: TOKENx\r\n\r\n", 403),
    "token with a scheme": (LINE + HOST + b"Authorization: Bearer TOKEN\r\n\r\n", 403),
    "token not of ASCII": (LINE + HOST + b"Authorization: \xff\xfe\r\n\r\n", 403),
    "token twice": (LINE + HOST + AUTHORIZATION * 2 + b"\r\n", 403),
    "token beside a wrong one": (LINE + HOST + b"authorization: x\r\n" + AUTHORIZED, 403),
    "token in another header": (LINE + HOST + b"X-Authorization: TOKEN\r\n\r\n", 403),
    "token in the target": (b"GET /credentials?TOKEN HTTP/1.1\r\n" + HOST + b"\r\n", 403),
    "no host": (LINE + AUTHORIZED, 403),
    "no host in HTTP/1.0": (b"GET /credentials HTTP/1.0\r\n" + AUTHORIZED, 403),
    "host twice": (LINE + HOST * 2 + AUTHORIZED, 403),
    "host without port": (LINE + b"Host: 127.0.0.1\r\n" + AUTHORIZED, 403),
    "host of another port": (LINE + b"Host: 127.0.0.1:1PORT\r\n" + AUTHORIZED, 403),
    "host of a rebound domain": (LINE + b"Host: localtest.me:PORT\r\n" + AUTHORIZED, 403),
    "host that begins well": (LINE + b"Host: 127.0.0.1:PORT.example.com\r\n" + AUTHORIZED, 403),
    "host with a person": (LINE + b"Host: x@127.0.0.1:PORT\r\n" + AUTHORIZED, 403),
    "host of every address": (LINE + b"Host: 0.0.0.0:PORT\r\n" + AUTHORIZED, 403),
    "absolute target": (b"GET http://127.0.0.1:PORT/credentials HTTP/1.1\r\n" + END, 403),
    "absolute target elsewhere": (b"GET http://example.com/ HTTP/1.1\r\n" + END, 403),
    "origin": (LINE + BOTH + b"Origin: http://127.0.0.1:PORT\r\n\r\n", 403),
    "origin null": (LINE + BOTH + b"Origin: null\r\n\r\n", 403),
    "another path": (b"GET / HTTP/1.1\r\n" + END, 404),
    "path with more": (b"GET /credentials/x HTTP/1.1\r\n" + END, 404),
    "path with a query": (b"GET /credentials?x HTTP/1.1\r\n" + END, 404),
    "path with dots": (b"GET /../credentials HTTP/1.1\r\n" + END, 404),
    "path in percent": (b"GET /%63redentials HTTP/1.1\r\n" + END, 404),
    "another path without token": (b"GET /x HTTP/1.1\r\n" + HOST + b"\r\n", 403),
    "CONNECT": (b"CONNECT 127.0.0.1:PORT HTTP/1.1\r\n" + END, 405),
    "OPTIONS of all": (b"OPTIONS * HTTP/1.1\r\n" + END, 405),
    "body": (LINE + BOTH + b"Content-Length: 5\r\n\r\nhello", 400),
    "body that is not sent": (LINE + BOTH + b"Content-Length: 5\r\n\r\n", 400),
    "body in chunks": (LINE + BOTH + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "chunks not sent": (LINE + BOTH + b"Transfer-Encoding: chunked\r\n\r\n", 400),
    "two lengths": (LINE + BOTH + b"Content-Length: 0\r\n" * 2 + b"\r\n", 400),
    "length that is none": (LINE + BOTH + b"Content-Length: -0\r\n\r\n", 400),
    "second request behind": (GOOD + GOOD, 400),
    "HTTP/0.9": (b"GET /credentials\r\n\r\n", 400),
    "HTTP/0.9 with headers": (b"GET /credentials\r\n" + END, 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    "HTTP/1.2": (b"GET /credentials HTTP/1.2\r\n" + END, 400),
    "HTTP/1.10": (b"GET /credentials HTTP/1.10\r\n" + END, 400),
    "two spaces": (b"GET  /credentials HTTP/1.1\r\n" + END, 400),
    "no target": (b"GET HTTP/1.1\r\n" + END, 400),
    "line feeds alone": (GOOD.replace(b"\r\n", b"\n"), 400),
    "one line feed alone": (LINE[:-2] + b"\n" + END, 400),
    "return inside a header": (LINE + HOST + b"X: a\rb\r\n" + AUTHORIZED, 400),
    "empty line first": (b"\r\n" + GOOD, 400),
    "garbage": (bytes(range(128, 256)) * 3, 400),
    "garbage with an end": (bytes(range(128, 256)) + b"\r\n\r\n", 400),
    "TLS": (b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03", 400),
    "nothing": (b"", 400),
    "half a request": (GOOD[:-2], 400),
    "NUL in the target": (b"GET /credentials\0 HTTP/1.1\r\n" + END, 400),
    "NUL in a header": (LINE + HOST + b"X: \0\r\n" + AUTHORIZED, 400),
    "NUL behind the token": (LINE + HOST + b"Authorization: TOKEN\0\r\n\r\n", 400),
    "folded header": (LINE + HOST + b"X: a\r\n b\r\n" + AUTHORIZED, 400),
    "folded token": (LINE + HOST + b"Authorization:\r\n TOKEN\r\n\r\n", 400),
    "space before the colon": (LINE + HOST + b"Authorization : TOKEN\r\n\r\n", 400),
    "no colon": (LINE + BOTH + b"nonsense\r\n\r\n", 400),
    "no name": (LINE + BOTH + b": x\r\n\r\n", 400),
    "huge header": (LINE + BOTH + b"X: " + b"x" * 30000 + b"\r\n\r\n", 431),
    "huge target": (b"GET /" + b"x" * 30000 + b" HTTP/1.1\r\n" + END, 431),
    "many headers": (LINE + BOTH + b"X: x\r\n" * 5000 + b"\r\n", 431),
    "no end of spaces": (LINE + HOST + b"X:" + b" " * 30000, 431),
    **{
        method: (LINE.replace(b"GET", method.encode()) + END, 405)
        for method in ("POST", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "get", "GETS")
    },
}  # fmt: skip
CODES = {
    400: "BadRequest", 403: "AccessDenied", 404: "NotFound", 405: "MethodNotAllowed",
    431: "RequestTooLarge",
}  # fmt: skip


@pytest.mark.parametrize(("request_bytes", "status"), REFUSED.values(), ids=REFUSED)
def test_hostile_requests_are_refused(
    endpoint: CredentialsEndpoint, provider: Provider, request_bytes: bytes, status: int
) -> None:
    """Each gets its status, a code and a sentence; no secret, and the provider is not asked."""
    answer = exchange(endpoint, request_bytes)
    found, document = status_and_document(answer)

    assert (found, document["code"]) == (status, CODES[status])
    assert sorted(document) == ["code", "message"]
    assert (b"\r\nAllow: GET\r\n" in answer) == (status == 405)
    assert_no_secret(endpoint, answer)
    assert answer.count(b"HTTP/1.1 ") == 1 or status == 400
    assert provider.calls == 0
    assert status_and_document(exchange(endpoint, GOOD)) == (200, DOCUMENT)


GOOD_ONES = {
    "plain": GOOD,
    "HTTP/1.0": GOOD.replace(b"HTTP/1.1", b"HTTP/1.0"),
    "localhost": GOOD.replace(b"127.0.0.1", b"localhost"),
    "small letters": LINE
    + HOST.lower().replace(b"port", b"PORT")
    + b"authorization:TOKEN\r\n\r\n",
    "spaces around": LINE + HOST + b"Authorization: \t TOKEN \t \r\n\r\n",
    "empty body": LINE + HOST + AUTHORIZATION + b"Content-Length: 0\r\n\r\n",
    "other headers": LINE + b"User-Agent: \xfc;x\r\n" + HOST + b"X:\r\n" + AUTHORIZATION + b"\r\n",
}


@pytest.mark.parametrize("request_bytes", GOOD_ONES.values(), ids=GOOD_ONES)
def test_good_requests_get_the_credentials(
    endpoint: CredentialsEndpoint, request_bytes: bytes
) -> None:
    """The answer is the document of the SDKs' guide, not to be stored."""
    answer = exchange(endpoint, request_bytes)

    assert status_and_document(answer) == (200, DOCUMENT)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert sorted(head.decode().split("\r\n")[1:]) == [
        "Cache-Control: no-store",
        "Connection: close",
        f"Content-Length: {len(body)}",
        "Content-Type: application/json",
    ]


def test_an_open_client_is_answered_and_left(endpoint: CredentialsEndpoint) -> None:
    """A client that keeps its end open gets the answer, and the end of the connection."""
    with connect(endpoint) as connection:
        connection.sendall(filled(endpoint, GOOD))
        assert status_and_document(read_all(connection)) == (200, DOCUMENT)


@pytest.mark.parametrize(("size", "status"), [(HEAD_MOST, 200), (HEAD_MOST + 1, 431)])
def test_the_head_has_a_size(endpoint: CredentialsEndpoint, size: int, status: int) -> None:
    """8 KiB of request line and headers are read, and not a byte more."""
    rest = size - len(filled(endpoint, GOOD)) - len(b"X: \r\n")
    request = GOOD[:-2] + b"X: " + b"x" * rest + b"\r\n\r\n"
    assert len(filled(endpoint, request)) == size

    assert status_and_document(exchange(endpoint, request))[0] == status


def test_a_token_missing_or_wrong_gets_the_same_answer(endpoint: CredentialsEndpoint) -> None:
    """Nobody learns from the answer how near a token was."""
    names = ("no token", "wrong token", "prefix of the token", "token and more", "token twice")

    assert len({exchange(endpoint, REFUSED[name][0]) for name in names}) == 1


def test_an_endless_header_ends(endpoint: CredentialsEndpoint) -> None:
    """A client that never stops sending is cut off."""
    sent = 0
    with connect(endpoint) as connection, suppress(ConnectionError):
        connection.sendall(filled(endpoint, GOOD[:-2]) + b"X: ")
        while sent < 10**8:
            sent += connection.send(b"x" * 65536)
    assert sent < 10**8

    assert status_and_document(exchange(endpoint, GOOD)) == (200, DOCUMENT)


@pytest.mark.parametrize("first", [b"", GOOD[:-2] + b"X: "], ids=["at once", "in a header"])
def test_a_slow_drip_has_one_deadline(provider: Provider, first: bytes) -> None:
    """A byte now and then does not buy more time: the deadline is one for the whole request."""
    with CredentialsEndpoint(provider, deadline_seconds=0.2) as endpoint:
        with connect(endpoint) as connection:
            connection.sendall(filled(endpoint, first))
            for number in itertools.count():
                assert number < HEAD_MOST, "the drip was never cut off"
                if select.select([connection], [], [], 0.01)[0]:
                    break
                connection.sendall(b"x")
            answer = connection.recv(65536)
        assert status_and_document(answer)[0] == 408
        assert_no_secret(endpoint, answer)
    assert provider.calls == 0


@pytest.mark.parametrize("first", [b"", GOOD[:-2]], ids=["at once", "in the headers"])
def test_a_silent_client_has_a_deadline(provider: Provider, first: bytes) -> None:
    """A client that stops in the middle, and stays, is answered and left."""
    with CredentialsEndpoint(provider, deadline_seconds=0.1) as endpoint:
        with connect(endpoint) as connection:
            connection.sendall(filled(endpoint, first))
            answer = read_all(connection)
        assert status_and_document(answer)[0] == 408
        assert_no_secret(endpoint, answer)
    assert provider.calls == 0


def test_200_at_once_are_all_answered(endpoint: CredentialsEndpoint, provider: Provider) -> None:
    """More clients than there are slots get the right document, each of them."""
    barrier = threading.Barrier(200)

    def ask(_: int) -> tuple[int, object]:
        client = http.client.HTTPConnection("127.0.0.1", port_of(endpoint), timeout=60)
        barrier.wait()
        client.request("GET", "/credentials", headers={"Authorization": endpoint.token})
        answer = client.getresponse()
        return answer.status, json.loads(answer.read())

    with ThreadPoolExecutor(200) as pool:
        found = list(pool.map(ask, range(200)))

    assert found == [(200, DOCUMENT)] * 200
    assert provider.calls == 200


def test_threads_are_bounded() -> None:
    """All slots are used at once; beyond them nobody is attended to, and later everybody is."""
    slots = 4
    entered, leave = threading.Semaphore(0), threading.Event()

    def provide() -> TemporaryCredentials:
        entered.release()
        leave.wait(60)
        return CREDENTIALS

    with CredentialsEndpoint(provide, slots=slots) as endpoint, ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(exchange, endpoint, GOOD) for _ in range(20)]
        for _ in range(slots):
            assert entered.acquire(timeout=60)
        # Nobody else comes, however long one waits.
        more = entered.acquire(timeout=0.2)
        leave.set()
        found = [status_and_document(one.result()) for one in asked]

    assert not more
    assert found == [(200, DOCUMENT)] * 20


def test_leaving_does_not_wait_for_the_provider() -> None:
    """A renewal that hangs in the last slot keeps neither the port nor the client."""
    entered, leave = threading.Event(), threading.Event()

    def provide() -> TemporaryCredentials:
        entered.set()
        leave.wait(60)
        return CREDENTIALS

    try:
        with CredentialsEndpoint(provide, slots=1) as endpoint:
            client = connect(endpoint)
            client.sendall(filled(endpoint, GOOD))
            assert entered.wait(60)

        with client:
            assert read_all(client) == b""
        with pytest.raises(ConnectionRefusedError):
            connect(endpoint)
    finally:
        leave.set()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (InvalidConfiguration("It is gone.\nTry: y"), "It is gone. Try: y"),
        (UnexpectedAnswer("No answer of STS"), "No answer of STS"),
        (
            ClientError({"Error": {"Code": "ExpiredToken", "Message": "expired"}}, "AssumeRole"),
            "An error occurred (ExpiredToken) when calling the AssumeRole operation: expired",
        ),
        (ValueError(f"secret {SECRET}"), "No credentials are available (ValueError)"),
        (RuntimeError(TOKEN), "No credentials are available (RuntimeError)"),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_an_error_of_the_provider_is_told(
    endpoint: CredentialsEndpoint, provider: Provider, error: Exception, message: str
) -> None:
    """What is made for people is told, in one line; anything else stays in the process."""
    provider.error = error
    answer = exchange(endpoint, GOOD)

    expected = {"code": "ProviderError", "message": message}
    assert status_and_document(answer) == (500, expected)
    assert_no_secret(endpoint, answer)
    provider.error = None
    assert status_and_document(exchange(endpoint, GOOD)) == (200, DOCUMENT)


def test_only_this_machine_is_listened_to(endpoint: CredentialsEndpoint) -> None:
    """Another address of the machine, even another one of loopback, refuses."""
    assert endpoint.url.startswith("http://127.0.0.1:")
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.2", port_of(endpoint)), timeout=1)


def test_the_port_is_gone_after_the_block(provider: Provider) -> None:
    """Once the block is left, and the child with it, nobody listens."""
    with CredentialsEndpoint(provider) as endpoint:
        assert status_and_document(exchange(endpoint, GOOD))[0] == 200

    with pytest.raises(ConnectionRefusedError):
        connect(endpoint)


@pytest.mark.parametrize("slots", [1, 64])
def test_leaving_ends_open_connections(provider: Provider, slots: int) -> None:
    """A client that says nothing, with every slot taken or not, keeps nobody from leaving."""
    with CredentialsEndpoint(provider, deadline_seconds=600, slots=slots) as endpoint:
        client = connect(endpoint)
        # Answered after it: the silent client is attended to by now.
        if slots > 1:
            exchange(endpoint, GOOD)
        waiting = connect(endpoint)

    with client, waiting:
        for connection in (client, waiting):
            with suppress(ConnectionError):
                assert b" 200 " not in read_all(connection)
    with pytest.raises(ConnectionRefusedError):
        connect(endpoint)


def test_leaving_by_an_error_closes_the_port(provider: Provider) -> None:
    """An exception inside of the block, Ctrl-C too, ends the endpoint as well."""
    with pytest.raises(KeyboardInterrupt), CredentialsEndpoint(provider) as endpoint:
        raise KeyboardInterrupt

    with pytest.raises(ConnectionRefusedError):
        connect(endpoint)


def test_a_client_that_leaves_early_is_nothing(endpoint: CredentialsEndpoint) -> None:
    """Connections that are reset in the middle neither print nor stop anything."""
    for request in (b"", GOOD[:20], GOOD):
        with connect(endpoint) as connection:
            # Reset instead of end.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.sendall(filled(endpoint, request))

    assert status_and_document(exchange(endpoint, GOOD)) == (200, DOCUMENT)


def test_a_machine_without_threads_is_survived(
    endpoint: CredentialsEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no thread can be started the client is closed, and the next one may be answered."""
    real = threading.Thread.start
    failures = iter([RuntimeError("can't start new thread")])

    def start(thread: threading.Thread) -> None:
        for error in failures:
            raise error
        real(thread)

    monkeypatch.setattr(threading.Thread, "start", start)

    # Reset or just closed, as the bytes and the close cross.
    with suppress(OSError):
        assert exchange(endpoint, GOOD) == b""
    assert status_and_document(exchange(endpoint, GOOD)) == (200, DOCUMENT)


def test_tokens_are_random_and_not_shown(provider: Provider) -> None:
    """Each endpoint has a token of 256 bits, which its text keeps to itself."""
    with CredentialsEndpoint(provider) as one, CredentialsEndpoint(provider) as other:
        assert one.token != other.token
        assert len(one.token) == 43
        assert one.url != other.url
        assert one.token not in repr(one) + str(one) + one.url


def test_botocore_reads_a_refusal(endpoint: CredentialsEndpoint, provider: Provider) -> None:
    """What botocore makes of a refusal has the sentence in it, and no secret."""
    from botocore.utils import ContainerMetadataFetcher, MetadataRetrievalError

    fetcher = ContainerMetadataFetcher(sleep=lambda seconds: None)
    provider.error = UnexpectedAnswer("No answer of STS")
    with pytest.raises(MetadataRetrievalError, match="No answer of STS") as failed:
        fetcher.retrieve_full_uri(endpoint.url, {"Authorization": endpoint.token})
    with pytest.raises(MetadataRetrievalError, match="AccessDenied") as refused:
        fetcher.retrieve_full_uri(endpoint.url, {"Authorization": "wrong"})

    for error in (failed, refused):
        assert_no_secret(endpoint, str(error.value).encode())


def test_botocore_reads_the_answer(endpoint: CredentialsEndpoint) -> None:
    """The fetcher of botocore, of the CLI's own copy, gets the document."""
    from botocore.utils import ContainerMetadataFetcher

    fetcher = ContainerMetadataFetcher(sleep=lambda seconds: None)
    found = fetcher.retrieve_full_uri(endpoint.url, {"Authorization": endpoint.token})

    assert found == DOCUMENT


def test_a_child_with_boto3_gets_credentials(
    endpoint: CredentialsEndpoint, home: os.PathLike[str]
) -> None:
    """The two variables are all that a program with boto3 needs."""
    program = (
        "import boto3; c = boto3.Session().get_credentials(); "
        "print(c.method, *c.get_frozen_credentials())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={
            **clean_environment(home),
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": endpoint.url,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": endpoint.token,
        },
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    expected = f"container-role ASIAEXAMPLEEXAMPLE12 {SECRET} {TOKEN} 123456789012\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, expected, "")

"""Who is led to the URL, who is not, and what is left afterwards."""

from __future__ import annotations

import http.client
import os
import socket
import threading
import time
from typing import Iterator
from urllib.parse import urlsplit

import pytest

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.outputs.browser.page import OneShotPage

pytestmark = pytest.mark.filterwarnings("error::pytest.PytestUnhandledThreadExceptionWarning")

SECRET = "https://signin.aws.amazon.com/federation?Action=login&SigninToken=SECRET"


def nothing() -> None:
    """Check nothing while the page waits."""


@pytest.fixture
def page(capfd: pytest.CaptureFixture[str]) -> Iterator[OneShotPage]:
    """Run a page for this user, and see that it never prints anything."""
    with OneShotPage(SECRET, os.getuid()) as page:
        yield page
    assert capfd.readouterr() == ("", "")


def request(
    page: OneShotPage, method: str = "GET", path: str = "", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    """Send a request to a page; return its status, headers and body."""
    url = urlsplit(page.url)
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=30)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path or url.path, headers=names)
    response = connection.getresponse()
    found = response.status, dict(response.getheaders()), response.read()
    connection.close()
    return found


def test_the_first_get_is_redirected(page: OneShotPage) -> None:
    """No cache and no next page learns about it."""
    status, headers, body = request(page)

    assert (status, body) == (303, b"")
    assert headers == {
        "Location": SECRET,
        "Referrer-Policy": "no-referrer",
        "Content-Length": "0",
        "Cache-Control": "no-store",
        "Connection": "close",
    }
    assert page.wait(nothing, 1)


def test_the_second_get_is_not(page: OneShotPage) -> None:
    """Whoever comes later gets nothing."""
    request(page)

    assert request(page)[0] == 410


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("HEAD", "", {}, 405),
        ("POST", "", {}, 405),
        ("OPTIONS", "", {}, 405),
        ("GET", "/", {}, 404),
        ("GET", "/favicon.ico", {}, 404),
        ("GET", "", {"Host": "evil.example"}, 403),
        ("GET", "", {"Host": "127.0.0.1"}, 403),
        ("GET", "", {"Origin": "https://evil.example"}, 403),
        ("GET", "", {"Sec_Purpose": "prefetch"}, 503),
        ("GET", "", {"Purpose": "prefetch"}, 503),
        ("GET", "", {"Content_Length": "5"}, 400),
    ],
)
def test_other_requests_do_not_use_it_up(
    page: OneShotPage, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    """They learn nothing, and the browser is still served."""
    found = request(page, method, path, **headers)

    assert found[0] == status
    assert "SECRET" not in str(found)
    assert not page.wait(nothing, 0)
    assert request(page)[0] == 303


def test_a_path_that_begins_alike_is_another(page: OneShotPage) -> None:
    """Only the whole path is the page's."""
    path = urlsplit(page.url).path

    assert {request(page, path=one)[0] for one in (path[:-1], f"{path}x", f"{path}?a=b")} == {404}


def test_the_name_localhost_is_its_own(page: OneShotPage) -> None:
    """Windows reaches a page in WSL by this name."""
    host = urlsplit(page.url).netloc.replace("127.0.0.1", "localhost")

    assert request(page, Host=host)[0] == 303


def test_a_silent_connection_does_not_block_others(page: OneShotPage) -> None:
    """Chromium opens connections in advance and sends nothing."""
    url = urlsplit(page.url)
    with socket.create_connection((url.hostname, url.port)):
        assert request(page)[0] == 303


def test_two_at_once_get_one_redirect(page: OneShotPage) -> None:
    """A race has one winner."""
    barrier, found = threading.Barrier(8), []

    def fetch() -> None:
        barrier.wait()
        found.append(request(page)[0])

    threads = [threading.Thread(target=fetch) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [303, *[410] * 7]


@pytest.mark.skipif(not os.path.exists("/proc/net/tcp"), reason="Linux has the table of users")
def test_another_user_gets_nothing() -> None:
    """The address is on a command line, which other users of the machine can read."""
    with OneShotPage(SECRET, os.getuid() + 4321) as page:
        found = request(page)
        # Relays into a container or into WSL run as root.
        expected = 303 if os.getuid() == 0 else 403

    assert found[0] == expected


@pytest.mark.skipif(
    not hasattr(os, "fork") or os.getuid() != 0, reason="only root can become another user"
)
def test_a_process_of_another_user_gets_nothing(page: OneShotPage) -> None:
    """It gets an error, and the browser is still served."""
    child = os.fork()
    if child == 0:  # pragma: no cover - in the child
        os.setuid(65534)
        os._exit({303: 1, 403: 0}.get(request(page)[0], 2))

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert request(page)[0] == 303


def test_waiting_ends() -> None:
    """Nobody comes, and the wait has a limit."""
    with OneShotPage(SECRET) as page:
        start = time.monotonic()
        assert not page.wait(nothing, 0.3)

    assert 0.3 <= time.monotonic() - start < 5


def test_waiting_ends_by_an_error_of_the_check() -> None:
    """A browser that has failed is not waited for."""

    def check() -> None:
        raise InvalidConfiguration("the browser has failed")

    with OneShotPage(SECRET) as page, pytest.raises(InvalidConfiguration, match="has failed"):
        page.wait(check, 30)


def test_the_port_is_closed_afterwards() -> None:
    """Nothing keeps running."""
    before = threading.active_count()
    with OneShotPage(SECRET) as page:
        request(page)

    with pytest.raises(ConnectionRefusedError):
        request(page)
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(5)
    assert threading.active_count() == before


def test_addresses_are_random() -> None:
    """Nobody guesses the path: it has 24 random bytes."""
    with OneShotPage(SECRET) as one, OneShotPage(SECRET) as other:
        paths = [urlsplit(page.url).path for page in (one, other)]

    assert paths[0] != paths[1]
    assert {len(path) for path in paths} == {33}
    assert "SECRET" not in repr(one)

"""How a browser is started, what it gets, and what happens when it fails."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Iterator
from urllib.parse import parse_qs

import pytest

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host.environment import Environment
from awscli_assume.model.browser_identity import BrowserIdentity
from awscli_assume.outputs.browser.launch import Browser, open_in_browser
from support.processes import is_running

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the browsers are scripts")

URL = "https://signin.aws.amazon.com/federation?Action=login&SigninToken=SECRET"
IDENTITY = BrowserIdentity("my profile", "123456789012", "Admin")
# A browser: notes what it has got, fetches the URL, notes the redirect, and stays open.
SCRIPT = """
import http.client, json, os, signal, sys, time, urllib.parse
folder, mode, *words = sys.argv[1:]
def note(name, value):
    with open(os.path.join(folder, name + ".new"), "w") as file:
        json.dump(value, file)
    os.replace(os.path.join(folder, name + ".new"), os.path.join(folder, name))
note("started", {
    "words": words, "environment": dict(os.environ), "pid": os.getpid(),
    "session": os.getsid(0), "input": os.readlink("/proc/self/fd/0"),
    "ignored": signal.getsignal(signal.SIGINT) == signal.SIG_IGN,
})
sys.stderr.write("a message with " + words[-1])
if mode == "fail late":
    if os.fork():
        os._exit(1)
    time.sleep(0.3)
if mode in ("open", "hand over", "fail late"):
    url = words[-1]
    if url.startswith("ext+"):
        url = urllib.parse.parse_qs(url.partition(":")[2])["url"][0]
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port)
    connection.request("GET", parts.path)
    note("location", connection.getresponse().getheader("Location"))
if mode == "fail":
    sys.exit(3)
if mode == "crash":
    os.kill(os.getpid(), signal.SIGKILL)
if mode == "crash 40":
    os.kill(os.getpid(), 40)
if mode in ("open", "wait"):
    time.sleep(60)
"""


class FakeBrowser:
    """A script in place of a browser, with what it notes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.script = folder / "browser.py"
        self.script.write_text(SCRIPT)

    def browser(self, mode: str, *words: str, **more: Any) -> Browser:
        python = (sys.executable, str(self.script), str(self.folder), mode)
        return Browser("fake", (*python, *words, "{url}"), **more)

    def note(self, name: str) -> Any:
        """Return a note as soon as it is there."""
        for _ in range(200):
            if (self.folder / name).exists():
                return json.loads((self.folder / name).read_text())
            time.sleep(0.05)
        raise AssertionError(f"there is no note {name}")

    def is_open(self) -> bool:
        """Return whether it still runs, neither ended nor left as a zombie."""
        return is_running(self.note("started")["pid"])


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeBrowser]:
    """Make a fake browser, and end it after the test."""
    fake = FakeBrowser(tmp_path)
    yield fake
    if (tmp_path / "started").exists() and fake.is_open():
        os.kill(fake.note("started")["pid"], signal.SIGKILL)


def environment(**variables: str) -> Environment:
    return Environment(variables={"PATH": os.defpath, **variables})


def test_the_browser_gets_a_page_that_leads_to_the_url(
    fake: FakeBrowser, capfd: pytest.CaptureFixture[str]
) -> None:
    """The URL is on no command line. The browser stays open, and prints nothing here."""
    open_in_browser(fake.browser("open"), URL, IDENTITY, environment(), direct=False)

    assert fake.note("location") == URL
    started = fake.note("started")
    assert started["words"][0].startswith("http://127.0.0.1:")
    assert "SECRET" not in str(started)
    assert fake.is_open()
    assert capfd.readouterr() == ("", "")


def test_it_is_not_ended_with_us(fake: FakeBrowser) -> None:
    """It has a session of its own, so that neither Ctrl-C nor a closed terminal reaches it."""
    open_in_browser(fake.browser("open"), URL, IDENTITY, environment(), direct=False)
    started = fake.note("started")

    assert started["session"] == started["pid"] != os.getsid(0)
    assert started["input"] == "/dev/null"
    assert not started["ignored"]


def test_a_browser_that_hands_over_is_waited_for(fake: FakeBrowser) -> None:
    """Most programs give the URL to the browser that runs, and end at once."""
    open_in_browser(fake.browser("hand over"), URL, IDENTITY, environment(), direct=False)

    assert fake.note("location") == URL


def test_a_program_that_hands_over_and_fails(fake: FakeBrowser) -> None:
    """Its exit code counts only if nobody asks for the page."""
    open_in_browser(fake.browser("fail late"), URL, IDENTITY, environment(), direct=False)

    assert fake.note("location") == URL


def test_direct_gives_the_url_itself(fake: FakeBrowser) -> None:
    """Without a page, and without waiting for a browser that stays open."""
    start = time.monotonic()
    open_in_browser(fake.browser("wait"), URL, IDENTITY, environment(), direct=True)

    assert time.monotonic() - start < 10
    assert fake.note("started")["words"] == [URL]
    assert fake.is_open()


def test_a_container_gets_the_page(fake: FakeBrowser) -> None:
    """The extension's URL has the address of the page."""
    browser = fake.browser("open", scheme="ext+container")
    open_in_browser(browser, URL, IDENTITY, environment(), direct=False)

    scheme, _, rest = fake.note("started")["words"][-1].partition(":")
    values = parse_qs(rest)
    assert scheme == "ext+container"
    assert values["name"] == ["Admin-123456789012"]
    assert values["url"][0].startswith("http://127.0.0.1:")
    assert fake.note("location") == URL


def test_placeholders(fake: FakeBrowser) -> None:
    """Each is replaced once: what looks like one in a value stays."""
    identity = BrowserIdentity("{url} $(x) 'y'", "123456789012", "Admin")
    browser = fake.browser(
        "open", "{profile}", "--a={account}/{role}", "{color}", "{name}", "{other}"
    )
    open_in_browser(browser, URL, identity, environment(), direct=False)

    assert fake.note("started")["words"][:-1] == [
        "{url} $(x) 'y'", "--a=123456789012/Admin", identity.color,
        "Admin-123456789012", "{other}",
    ]  # fmt: skip


def test_the_environment_is_the_users(fake: FakeBrowser, monkeypatch: pytest.MonkeyPatch) -> None:
    """A frozen AWS CLI changes the path of libraries for itself."""
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    given = environment(
        LD_LIBRARY_PATH="/frozen", LD_LIBRARY_PATH_ORIG="/mine", _PYI_ARCHIVE_FILE="x", MINE="1"
    )
    open_in_browser(fake.browser("open"), URL, IDENTITY, given, direct=False)

    found = fake.note("started")["environment"]
    assert found["LD_LIBRARY_PATH"] == "/mine"
    assert found["MINE"] == "1"
    assert not {"LD_LIBRARY_PATH_ORIG", "_PYI_ARCHIVE_FILE"} & {*found}


@pytest.mark.parametrize("direct", [True, False])
@pytest.mark.parametrize(
    ("mode", "how"),
    [("fail", "exit code 3"), ("crash", "signal SIGKILL"), ("crash 40", "signal 40")],
)
def test_a_browser_that_fails(fake: FakeBrowser, mode: str, how: str, direct: bool) -> None:
    """It is noticed at once, and the error has no secret."""
    start = time.monotonic()
    with pytest.raises(
        InvalidConfiguration, match=f"in fake: the program ended with {how}\\."
    ) as error:
        open_in_browser(fake.browser(mode), URL, IDENTITY, environment(), direct=direct)

    assert time.monotonic() - start < 10
    assert "SECRET" not in str(error.value)
    assert "127.0.0.1" not in str(error.value)
    assert "--no-browser" in str(error.value)


@pytest.mark.parametrize("direct", [True, False])
def test_a_program_that_can_not_start(tmp_path: Path, direct: bool) -> None:
    """It was there when it was chosen."""
    program = tmp_path / "gone"
    with pytest.raises(InvalidConfiguration, match="Can't start fake .*: No such file") as error:
        open_in_browser(
            Browser("fake", (str(program), "{url}")), URL, IDENTITY, environment(), direct=direct
        )

    assert "SECRET" not in str(error.value)
    assert error.value.__cause__ is None


@pytest.mark.parametrize(("scheme", "reason"), [("", ""), ("ext+container", "It needs an ext")])
def test_nobody_fetches_the_page(
    fake: FakeBrowser, monkeypatch: pytest.MonkeyPatch, scheme: str, reason: str
) -> None:
    """The error says why that may be; the browser stays open, and the port is closed."""
    monkeypatch.setattr("awscli_assume.outputs.browser.launch.PAGE_SECONDS", 0.3)
    browser = fake.browser("wait", scheme=scheme)
    threads = threading.active_count()
    with pytest.raises(
        InvalidConfiguration, match="in fake: it did not ask for the page"
    ) as error:
        open_in_browser(browser, URL, IDENTITY, environment(), direct=False)

    assert reason in str(error.value)
    assert "SECRET" not in str(error.value)
    assert fake.is_open()
    assert threading.active_count() == threads


@pytest.mark.parametrize("direct", [True, False])
def test_a_note_is_printed(
    fake: FakeBrowser, capfd: pytest.CaptureFixture[str], direct: bool
) -> None:
    """As that the browser has no extension for identities."""
    browser = fake.browser("open" if not direct else "wait", note="It has no extension")
    open_in_browser(browser, URL, IDENTITY, environment(), direct=direct)

    assert capfd.readouterr() == ("", "It has no extension\n")


def test_windows_has_another_name_for_wsl(fake: FakeBrowser) -> None:
    """Windows forwards connections to localhost into WSL."""
    open_in_browser(
        fake.browser("open", in_windows=True), URL, IDENTITY, environment(), direct=False
    )

    assert fake.note("started")["words"][-1].startswith("http://localhost:")
    assert fake.note("location") == URL


def test_ctrl_c_while_waiting(fake: FakeBrowser) -> None:
    """The command ends at once, without a trace of the URL. The browser stays open."""
    code = f"""
import awscli
from awscli_assume.host.environment import Environment
from awscli_assume.outputs.browser.launch import Browser, open_in_browser
from awscli_assume.model.browser_identity import BrowserIdentity
words = {fake.browser("wait").words!r}
try:
    open_in_browser(Browser("fake", words), {URL!r}, BrowserIdentity("p", "1", "r"),
                    Environment(), direct=False)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    fake.note("started")
    # As a terminal does: to the whole foreground group.
    os.killpg(child.pid, signal.SIGINT)
    out, _ = child.communicate(timeout=10)

    assert out == "interrupted\n"
    assert fake.is_open()

"""Real browsers, started by `aws assume console` inside the official AWS CLI.

With AWSCLI_ASSUME_SCREENSHOTS=1 the tests renew the pictures in docs/.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, Iterator

import pytest

from support.browsers import Chromium, Firefox, closed_afterwards
from support.federation_stub import COOKIE, FederationStub
from support.hosts import REPOSITORY, Host
from support.loopback import Request
from support.person import Person
from support.processes import command_lines, wait_for
from support.required import missing
from support.sts_stub import ACCOUNT, StsStub
from support.virtual_screen import VirtualScreen, colors_of, read_png

pytestmark = [
    pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True),
    pytest.mark.skipif(sys.platform != "linux", reason="the browsers are Debian's"),
]


# The head of the stand-in's page, and Firefox's red of a container.
PAGE_COLOR, CONTAINER_RED = "#232f3e", "#ff613d"


@pytest.fixture
def sign_in() -> Iterator[FederationStub]:
    """Run a stand-in for AWS Sign-In and the console."""
    with FederationStub() as stub:
        yield stub


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[VirtualScreen]:
    """Run a screen in memory."""
    with VirtualScreen(tmp_path) as screen:
        yield screen


@pytest.fixture
def bob(make_person: Callable, sts_stub: StsStub, screen: VirtualScreen) -> Person:
    """Return a user at a desktop, whose STS is scripted."""
    person = make_person(sts_stub.url)
    person.environment["DISPLAY"] = screen.display
    return person


def open_console(
    person: Person, stub: FederationStub, *words: str
) -> subprocess.CompletedProcess[str]:
    """Run ``aws assume console`` as a new process; wait until the browser is at the console."""
    stub.arrived.clear()
    variables = person.variables(
        AWS_ENDPOINT_URL_SIGNIN=stub.url, AWS_ENDPOINT_URL_STS=person.endpoint_url
    )
    variables["PATH"] = f"{person.home / 'bin'}{os.pathsep}{variables['PATH']}"
    done = subprocess.run(
        ["aws", "assume", "console", *words], executable=person.host.executable, env=variables,
        cwd=person.home, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert stub.arrived.wait(30), stub.requests
    return done


def save_picture(screen: VirtualScreen, name: str, color: str, folder: Path) -> None:
    """Save what is on the screen when it has a color; the picture in docs/ shows the same."""
    assert wait_for(lambda: color in screen.colors())
    # The page is there before the rest of the window.
    time.sleep(0.5)
    published = REPOSITORY / "docs" / name
    screen.save(published if os.environ.get("AWSCLI_ASSUME_SCREENSHOTS") == "1" else folder / name)
    (width, height), picture = read_png(published)

    assert (width * height * 3) == len(screen.picture())
    assert color in colors_of(picture)


def logins(stub: FederationStub) -> list[Request]:
    """Return the requests with which a browser has signed in."""
    return [one for one in stub.requests if one.query.get("Action") == "login"]


def test_chromium_has_a_profile_for_each_role(
    bob: Person, sign_in: FederationStub, screen: VirtualScreen, tmp_path: Path
) -> None:
    """The cookies of one role are not sent for another, and are kept for the next time."""
    chromium = Chromium(bob.home)
    with closed_afterwards(chromium):
        done = open_console(bob, sign_in, "--browser", "chromium", "my-iam-role")
        environment, words = chromium.environment, chromium.words
        lines = command_lines()

        assert "The console is open in chromium as my-iam-role" in done.stderr
        assert f"--profile-directory=my-iam-role-{ACCOUNT}" in words
        assert words[-1].startswith("http://127.0.0.1:")
        # The frozen AWS CLI leads its children to its own libraries.
        assert "LD_LIBRARY_PATH" not in environment
        assert not [name for name in environment if name.startswith(("_PYI", "_MEI"))]
        assert chromium.is_open
        token = sign_in.visits[0]["SigninToken"]
        assert not [line for line in lines if token in line]
        save_picture(screen, "console-chromium.png", PAGE_COLOR, tmp_path)

        open_console(bob, sign_in, "--browser", "chromium", "ProdAdmin")
        open_console(bob, sign_in, "--browser", "chromium", "my-iam-role")

        cookies = [COOKIE in (one.headers.get("Cookie") or "") for one in logins(sign_in)]
        assert cookies == [False, False, True]
        expected = {f"my-iam-role-{ACCOUNT}", f"ProdAdmin-{ACCOUNT}"}
        assert wait_for(lambda: expected <= chromium.profiles)
        assert "Referer" not in logins(sign_in)[0].headers


def test_firefox_has_a_container_for_each_role(
    bob: Person, sign_in: FederationStub, screen: VirtualScreen, tmp_path: Path
) -> None:
    """The extension that is installed opens the page in a container, red for production."""
    firefox = Firefox(bob.home)
    firefox.install("container")
    with closed_afterwards(firefox):
        open_console(bob, sign_in, "--browser", "firefox", "ProdAdmin")

        assert firefox.words[0] == "--new-tab"
        assert firefox.words[1].startswith(
            f"ext+container:name=ProdAdmin-{ACCOUNT}&url=http%3A%2F"
        )
        assert "LD_LIBRARY_PATH" not in firefox.environment
        assert wait_for(lambda: firefox.containers) == {
            f"ProdAdmin-{ACCOUNT}": ("red", "fingerprint")
        }
        save_picture(screen, "console-firefox.png", CONTAINER_RED, tmp_path)


def test_firefox_without_an_identity(bob: Person, sign_in: FederationStub) -> None:
    """With the settings for Firefox and no identity, it is an ordinary tab."""
    with bob.config.open("a") as file:
        file.write("[profile other]\nregion = us-east-1\nassume =\n  browser = firefox\n"
                   "  browser_identity = none\n")  # fmt: skip
    with bob.credentials.open("a") as file:
        file.write(bob.credentials.read_text().replace("[default]", "[other]"))
    firefox = Firefox(bob.home)
    with closed_afterwards(firefox):
        open_console(bob, sign_in, "my-iam-role", "--profile", "other")

        assert firefox.words[1].startswith("http://127.0.0.1:")
        assert COOKIE not in (logins(sign_in)[0].headers.get("Cookie") or "")
        assert firefox.is_open


def test_the_clipboard_has_the_url(
    bob: Person, sign_in: FederationStub, screen: VirtualScreen
) -> None:
    """`--copy` gives the URL to xclip, on no command line; it can be pasted afterwards."""
    xclip = shutil.which("xclip") or missing("the clipboard's tool xclip", "xclip")
    done = bob.aws(
        "assume", "console", "my-iam-role", "--copy",
        env={"AWS_ENDPOINT_URL_SIGNIN": sign_in.url, "WAYLAND_DISPLAY": None},
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "The URL is in the clipboard (xclip)." in done.stderr
    pasted = subprocess.run(
        [xclip, "-o", "-selection", "clipboard"], env={"DISPLAY": screen.display},
        capture_output=True, text=True, check=True, timeout=30,
    ).stdout  # fmt: skip
    (token,) = sign_in.tokens
    assert pasted.startswith(f"{sign_in.url}/federation?Action=login&")
    assert pasted.endswith(f"SigninToken={token}")
    assert token not in done.stderr
    assert not [line for line in command_lines() if token in line]


@pytest.mark.parametrize("required", [True, False])
def test_a_missing_browser(
    required: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, host: Host
) -> None:
    """The test skips with the package's name, or fails where browsers are required."""
    monkeypatch.setenv("PATH", "/nonexistent")
    monkeypatch.setenv("AWSCLI_ASSUME_REQUIRE_BROWSERS", "1" if required else "")
    outcome = pytest.fail.Exception if required else pytest.skip.Exception

    with pytest.raises(
        outcome, match="firefox is missing; on Debian: apt-get install firefox-esr"
    ):
        Firefox(tmp_path)
    with pytest.raises(outcome, match="Xvfb is missing; on Debian: apt-get install xvfb"):
        VirtualScreen(tmp_path).__enter__()

"""Which browser `aws assume console` opens, by its option and the settings, and its faults."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Iterator

import pytest

from support.environment import NO_TERMINAL
from support.federation_stub import FederationStub
from support.processes import wait_for
from support.sts_stub import ROLE_ARN

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the browsers are scripts")


@pytest.fixture
def federation(aws: Any) -> Iterator[FederationStub]:
    """Run the stand-in for a user at a desktop."""
    with FederationStub() as stub:
        aws.set_variable("AWS_ENDPOINT_URL_SIGNIN", stub.url)
        aws.set_variable("DISPLAY", ":99")
        aws.environment = NO_TERMINAL
        yield stub


def browser(folder: Path, name: str, code: int = 0) -> str:
    """Make a browser that notes its words, fetches the URL unless it fails; return its path."""
    path = folder / name
    fetch = "import urllib.request, sys; urllib.request.urlopen(sys.argv[1]).read()"
    last = f"exit {code}" if code else f'exec "{sys.executable}" -c "{fetch}" "$1"'
    path.write_text(f'#!/bin/sh\necho "$@" > "{path}.words"\n{last}\n')
    path.chmod(0o755)
    return str(path)


def test_the_option_comes_before_the_setting(
    aws: Any, federation: FederationStub, tmp_path: Path
) -> None:
    """The setting of the source profile names the browser, unless the option does."""
    one, other = browser(tmp_path, "one"), browser(tmp_path, "other")
    aws("configure", "set", "assume.browser", f"{one} {{url}} --for={{role}}")

    assert aws("assume", "console", ROLE_ARN).code == 0
    assert aws("assume", "console", ROLE_ARN, "--browser", f"{other} {{url}}").code == 0
    assert "--for=my-iam-role" in Path(f"{one}.words").read_text()
    assert Path(f"{other}.words").read_text().startswith("http://127.0.0.1:")
    assert wait_for(lambda: len(federation.visits) == 2)


@pytest.mark.parametrize("identity", ["container", "granted"])
def test_the_setting_of_the_identity(
    aws: Any, federation: FederationStub, tmp_path: Path, identity: str
) -> None:
    """A command gets the URL for the Firefox extension of the setting."""
    path = browser(tmp_path, "mine", code=3)
    aws("configure", "set", "assume.browser", f"{path} {{url}}")
    aws("configure", "set", "assume.browser_identity", identity)
    aws("assume", "console", ROLE_ARN)

    assert Path(f"{path}.words").read_text().startswith(
        "ext+container:name=my-iam-role-" if identity == "container" else
        "ext+granted-containers:name=my-iam-role-"
    )  # fmt: skip


SWITCHES = {
    "role of a profile": ("--profile outer", "name=outer-"),
    "role of a chain": ("--via arn:aws:iam::123456789012:role/first", "name=first-"),
    # Its session may be in any identity.
    "user": ("", "http://"),
}


@pytest.mark.parametrize(("words", "start"), SWITCHES.values(), ids=SWITCHES)
def test_the_session_that_switches(
    aws: Any, federation: FederationStub, tmp_path: Path, words: str, start: str
) -> None:
    """The page for switching opens in the browser identity of the role that signed in."""
    path = browser(tmp_path, "mine", code=3)
    aws.add_config(f"[profile outer]\nrole_arn = {ROLE_ARN.replace('my-iam-role', 'outer')}\n"
                   "source_profile = default\nregion = us-east-1\n")  # fmt: skip
    for profile in ("default", "outer"):
        for name, value in (("browser", f"{path} {{url}}"), ("browser_identity", "container")):
            aws("configure", "set", f"assume.{name}", value, "--profile", profile)
    aws("assume", "console", *words.split(), "--role-arn", ROLE_ARN, "--switch-role")

    assert Path(f"{path}.words").read_text().removeprefix("ext+container:").startswith(start)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("browser", "opera", "assume.browser: Unknown browser 'opera'. Name one of firefox, "),
        ("browser", "x {url} {y}", "assume.browser: Invalid browser command 'x {url} {y}'"),
        ("browser", "/no/such {url}", "assume.browser: Can't find the program '/no/such'"),
        ("browser_identity", "x", "Invalid value 'x' of the setting 'assume.browser_identity'"),
    ],
)
def test_invalid_settings(
    aws: Any, federation: FederationStub, name: str, value: str, message: str
) -> None:
    """Each is found before any call."""
    aws("configure", "set", f"assume.{name}", value)
    done = aws("assume", "console", ROLE_ARN)

    assert (done.code, done.out) == (255, "")
    assert message in done.err
    assert (aws.stub.actions, federation.requests) == ([], [])


def test_an_option_that_is_empty(aws: Any, federation: FederationStub) -> None:
    """It is an error, not the default."""
    done = aws("assume", "console", ROLE_ARN, "--browser", "")

    assert "Unknown browser ''" in done.err
    assert federation.requests == []


@pytest.mark.parametrize("options", [(), ("--direct",)])
def test_a_browser_that_ends_at_once(
    aws: Any, federation: FederationStub, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """It is one sentence without the URL."""
    path = browser(tmp_path, "broken", code=3)
    done = aws("assume", "console", ROLE_ARN, "--browser", f"{path} {{url}}", *options)
    (token,) = federation.tokens

    assert (done.code, done.out) == (255, "")
    assert "in broken: the program ended with exit code 3." in done.err
    assert token not in done.err
    assert "127.0.0.1" not in done.err
    assert federation.visits == []

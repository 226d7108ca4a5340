"""`aws assume roles` with real AWS CLIs and a stub of IAM Identity Center over HTTP."""

from __future__ import annotations

import json
import shlex
import time
from collections import Counter
from typing import Any, Callable, Iterator

import pytest

from support.loopback import Journal
from support.person import Person
from support.sso_stub import (
    ACCESS_TOKEN,
    REFRESHED_TOKEN,
    SSO_PROFILE,
    PortalAccount,
    SsoStub,
    write_sso_token,
)
from support.sts_stub import StsStub
from support.terminal import Terminal, exit_code

newest = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)


@pytest.fixture
def portal() -> Iterator[SsoStub]:
    """Return a portal with 500 accounts of three roles."""
    with SsoStub() as stub:
        yield stub


@pytest.fixture
def dana(make_person: Callable, sts_stub: StsStub, portal: SsoStub) -> Person:
    """Return a user who is logged in to Identity Center."""
    person: Person = make_person(sts_stub.url)
    with person.config.open("a") as file:
        file.write(SSO_PROFILE)
    person.environment.update(portal.variables())
    write_sso_token(person.home)
    return person


def roles(person: Person, *words: str, code: int = 0) -> list[dict[str, Any]]:
    done = person.aws("assume", "roles", *words, "--output", "json")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)["Roles"]


def calls(journal: Journal) -> Counter[str]:
    found = Counter(call.operation for call in journal.calls)
    journal.calls.clear()
    return found


@pytest.mark.parametrize("host", ["v2-2.38.5", "v2-2.22.12", "v1-newest"], indirect=True)
def test_500_accounts(dana: Person, portal: SsoStub) -> None:
    """505 calls with the token list 1,500 roles; then they come from the cache.

    An expired token is refreshed once. Throttled calls are repeated.
    """
    first = roles(dana)

    assert len(first) == 1501
    assert {call.by for call in portal.journal.calls} == {ACCESS_TOKEN}
    assert calls(portal.journal) == {"sso:ListAccounts": 5, "sso:ListAccountRoles": 500}
    assert [one["Command"] for one in roles(dana, "admin", "PRODUCT")] == [
        "aws assume --account-id 123456789012 --role-name AdministratorAccess --sso-session corp"
    ]
    assert calls(portal.journal) == {}
    write_sso_token(dana.home, hours=-1, has_refresh_token=True)
    portal.throttled = 2
    assert roles(dana) == first
    by = Counter(call.by for call in portal.journal.calls)
    assert by == {REFRESHED_TOKEN: 507, None: 1}
    assert calls(portal.journal)["sso-oidc:CreateToken"] == 1


@newest
def test_services_section_names_the_endpoint(dana: Person, portal: SsoStub) -> None:
    """The `services` section of the profile determines the endpoint."""
    del dana.environment["AWS_ENDPOINT_URL_SSO"]
    text = dana.config.read_text().replace("[default]\n", "[default]\nservices = local\n", 1)
    dana.config.write_text(f"{text}[services local]\nsso =\n    endpoint_url = {portal.url}\n")
    portal.accounts = portal.accounts[:2]
    # Variables come before the file.
    done = dana.aws("assume", "roles", "--output", "json", env={"AWS_ENDPOINT_URL": None})

    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)["Roles"]) == 7


@newest
def test_expired_login_and_a_page_that_fails(dana: Person, portal: SsoStub) -> None:
    """The received roles are printed, failures are reported, and the exit code is 1."""
    dana.environment["AWS_MAX_ATTEMPTS"] = "1"
    portal.failing = {"200"}
    done = dana.aws("assume", "roles", "--query", "length(Roles)")

    assert (done.returncode, done.stdout) == (1, "601\n")
    assert done.stderr == (
        "aws: [WARNING]: SSO session corp: Only 200 accounts were listed: sso:ListAccounts "
        "failed with InternalServerException\n"
    )
    write_sso_token(dana.home, hours=-1)
    done = dana.aws("assume", "roles", "--query", "length(Roles)")
    assert (done.returncode, done.stdout) == (1, "1\n")
    assert "Log in: aws sso login --sso-session corp, or add --login\n" in done.stderr


def on_terminal(person: Person, columns: int, *words: str) -> Terminal:
    """Run ``aws`` on a terminal of that width."""
    command = shlex.join([str(person.host.executable), *words])
    variables = {**person.environment, "TERM": "xterm", "NO_COLOR": "1"}
    shell = ["sh", "-c", f"stty cols {columns}; exec {command}"]
    return Terminal(shell, variables, str(person.home))


@newest
def test_terminal_of_20_columns(dana: Person, portal: SsoStub) -> None:
    """The table and the progress line fit, and control characters in names are escaped."""
    portal.accounts = [PortalAccount("1" * 12, "a\x1b[2Jb", ("AdministratorAccess",))]
    terminal = on_terminal(dana, 20, "assume", "roles")

    assert exit_code(terminal.end()) == 0
    assert "\x1b[2J" not in terminal.seen
    assert "\r\x1b[KListing the roles o\r\x1b[K" in terminal.seen
    lines = terminal.seen.rpartition("\x1b[K")[2].splitlines()
    assert lines == ["ACCOUNT  ROLE", "-        Developer", "a\\x1b[…  Administra…"]


@newest
def test_interrupt(dana: Person, portal: SsoStub) -> None:
    """Ctrl-C soon ends the command with 130, without a traceback and without a cache."""
    portal.delay = 0.2
    terminal = on_terminal(dana, 80, "assume", "roles")
    terminal.expect("Listing the roles of accounts: ")
    started = time.monotonic()
    terminal.type("\x03")

    assert exit_code(terminal.end()) == 130
    assert time.monotonic() - started < 10
    assert "Traceback" not in terminal.seen
    assert not list((dana.home / ".aws/cli/cache").glob("assume-roles/*"))

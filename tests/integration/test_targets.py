"""`aws assume each --list` with real AWS CLIs and an organization of 300 accounts over HTTP."""

from __future__ import annotations

import json
import subprocess
from typing import Any, Callable, Iterator

import pytest

from support.organization_stub import (
    MANAGEMENT,
    NOT_ACTIVE,
    OUS,
    OrganizationStub,
    account_id,
    organization_credentials,
)
from support.person import Person
from support.terminal import Terminal, exit_code

hosts = pytest.mark.parametrize("host", ["v2-2.38.5", "v2-2.22.12", "v1-newest"], indirect=True)
newest = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)


@pytest.fixture
def stub() -> Iterator[OrganizationStub]:
    with OrganizationStub() as server:
        yield server


@pytest.fixture
def carol(make_person: Callable, stub: OrganizationStub) -> Person:
    """Return an administrator of the organization, who also has a profile of a member account."""
    person: Person = make_person(stub.url)
    with person.credentials.open("a") as file:
        file.write(organization_credentials("member", is_member=True))
    with person.config.open("a") as file:
        file.write("[profile member]\nregion = us-east-1\n")
    return person


def listed(person: Person, *words: str) -> tuple[list[dict[str, Any]], str]:
    """Return the rows of ``--list``, and what is on stderr."""
    done = person.aws("assume", "each", "--list", "--output", "json", "--accounts", *words)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["Accounts"], done.stderr


def calls(stub: OrganizationStub) -> dict[str, int]:
    """Return the number of calls of each operation since the last time."""
    found = {name: count for name, count in stub.counts.items() if count}
    stub.reset()
    return found


def production() -> set[str]:
    """Return the active accounts of the unit."""
    return {
        account_id(n)
        for n in range(299)
        if n not in NOT_ACTIVE and list(OUS)[n % 8].startswith("Production")
    }


@hosts
def test_organization(carol: Person, stub: OrganizationStub) -> None:
    """All accounts, a unit, exclusions and tags, with the calls that they take on each AWS CLI."""
    has_paths = carol.host.name != "v2-2.22.12"
    # Three throttled calls are repeated.
    stub.throttle_next = 3
    rows, notes = listed(carol, "ou:Production")
    assert {row["AccountId"] for row in rows} == production()
    assert "not active and were left out: app-010 (200000000010) SUSPENDED" in notes
    expected = {"GetCallerIdentity": 1, "ListRoots": 1, "ListOrganizationalUnitsForParent": 1}
    if has_paths:
        expected.update(ListAccounts=16)
    else:
        # The units are listed, since the model of this AWS CLI has no paths.
        expected.update(ListOrganizationalUnitsForParent=5, ListAccountsForParent=12)
    found = calls(stub)
    assert sum(found.values()) == sum(expected.values()) + 3
    assert all(found[name] >= count for name, count in expected.items())

    rows, notes = listed(carol, "all", "not:tag:Stage=none", f"not:{account_id(0)}")
    assert len(rows) == 294 - 37 - 1
    assert f"own account management ({MANAGEMENT}) was left out" in notes
    assert calls(stub) == {
        **({} if has_paths else {"ListAccounts": 16}),
        # Of all active accounts but the excluded one.
        "ListTagsForResource": 294,
    }
    # All of it is cached.
    assert len(listed(carol, "all", "not:tag:Stage=none", "not:ou:Production")[0]) == 109
    assert calls(stub) == {}
    assert listed(carol, "app-001", account_id(2))[0][0]["AccountId"] == account_id(1)
    assert calls(stub) == {}
    listed(carol, "all", "--no-cache")
    assert calls(stub) == {"ListAccounts": 16}


@hosts
def test_errors(carol: Person, stub: OrganizationStub) -> None:
    """The messages and codes of each AWS CLI; nothing but the text differs from a terminal's."""
    for words, code, text in (
        (("twin",), 252, "Several accounts have the name 'twin'. Type the ID in place of it: "),
        (("ou:Nowhere",), 252, "Its units: Production, Development, Security, Empty. To see"),
        (("all", "--profile", "member"), 253, "The account 200000000000 may not list"),
        (("all", "--organization-profile", "nobody"), 255, "The config profile (nobody)"),
        (("@missing",), 252, "Cannot read the accounts of '@missing': No such file"),
    ):
        done = carol.aws("assume", "each", "--list", "--accounts", *words)
        assert done.returncode == (code if carol.host.major == 2 else 255), done.stderr
        assert text in done.stderr
    words = ("all", "--profile", "member", "--organization-profile", "default")
    rows, notes = listed(carol, *words)
    assert len(rows) == 294
    assert "own account app-000 (200000000000)" in notes


@newest
def test_ids_without_a_call(carol: Person, stub: OrganizationStub) -> None:
    """IDs from stdin are listed without any call, even of the CLI's own."""
    ids = [account_id(n) for n in range(5000)]
    words = carol.words("assume", "each", "--list", "--accounts", "-", "--output", "text")
    done = subprocess.run(
        [str(carol.host.executable), *words[1:]], env=carol.variables(), input="\n".join(ids),
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert [line.split("\t")[1] for line in done.stdout.splitlines()] == ids
    assert stub.counts.total() == 0


@newest
def test_no_secret_in_the_log(carol: Person, stub: OrganizationStub) -> None:
    """--debug has neither the key's secret nor its session token, and the cache has no key."""
    keys = {
        "AWS_ACCESS_KEY_ID": f"ASIA{MANAGEMENT}0001",
        "AWS_SECRET_ACCESS_KEY": "SecretOfTheEnvironment",
        "AWS_SESSION_TOKEN": "TokenOfTheEnvironment",
    }
    words = ("assume", "each", "--list", "--debug", "--accounts", "tag:Stage=none", "ou:Security")
    done = carol.aws(*words, env=dict(keys))
    assert done.returncode == 0
    assert "ListTagsForResource" in done.stderr
    cached = [path for path in (carol.home / ".aws" / "cli").rglob("*") if path.is_file()]
    texts = [done.stdout + done.stderr, *(path.read_text() for path in cached)]
    assert len(texts) > 2
    assert not any(value in text for text in texts for value in list(keys.values())[1:])
    assert not any("Authorization" in text for text in texts)


@newest
def test_table_on_a_terminal(carol: Person, stub: OrganizationStub) -> None:
    """On a terminal, --list prints the CLI's table, and progress is removed."""
    stub.delay = 0.02
    words = ("assume", "each", "--list", "--color", "off", "--accounts", "ou:Security")
    terminal = Terminal([str(carol.host.executable), *words], carol.variables(), str(carol.home))
    assert exit_code(terminal.end()) == 0, terminal.seen

    assert "Listing the accounts of the organization: 20" in terminal.seen
    text = terminal.seen.replace("\r\n", "\n")
    assert "|   AccountId   | AccountName  |     ParentId       |  State  ||\n" in text
    assert f"|  {account_id(7)}" in text
    assert "Region" not in text

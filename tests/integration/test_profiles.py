"""``aws assume profiles`` with real AWS CLIs."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import Any, Callable, Iterator

import pytest

from support.person import Person
from support.sso_stub import (
    SSO_KEYS,
    START_URL,
    PortalAccount,
    SsoStub,
    many_accounts,
    write_sso_token,
)
from support.sts_stub import ACCOUNT, StsStub

hosts = pytest.mark.parametrize("host", ["v2-2.38.5", "v2-2.22.12", "v1-newest"], indirect=True)
FOREIGN = (
    f"[sso-session corp]\nsso_start_url = {START_URL}\nsso_region = us-east-1\n"
    "sso_registration_scopes = sso:account:access\n"
    "# of somebody else\n[profile team-001-PowerUserAccess]\nregion = eu-west-1\n"
    "s3 =\n  addressing_style = path\n"
)
TWINS = ("301000000001", "301000000002")
NASTY = PortalAccount("302000000000", "red\x1b[31m\u202e]\n[profile x]\nregion = y", ("Admin",))


@pytest.fixture
def sts() -> Iterator[StsStub]:
    """Return a scripted STS."""
    with StsStub() as stub:
        stub.caller = (
            f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/carol"
        )
        yield stub


@pytest.fixture
def carol(make_person: Callable, sts: StsStub) -> Iterator[tuple[Person, SsoStub]]:
    """Return a user signed in to a portal with two accounts of one name and many others."""
    person = make_person(sts.url)
    with ExitStack() as stack, person.config.open("a") as file:
        portal = stack.enter_context(SsoStub())
        twins = [PortalAccount(account_id, "twin", ("Admin", "Reader")) for account_id in TWINS]
        portal.accounts = [*many_accounts(_others(person)), *twins, NASTY]
        file.write(FOREIGN)
        file.close()
        person.environment.update(**portal.variables())
        write_sso_token(person.home)
        yield person, portal


def _others(person: Person) -> int:
    """Return how many accounts of three roles the portal has besides three special ones."""
    return 500 if person.host.name == "v2-2.38.5" else 20


def outcome(done: Any) -> dict[str, list[str]]:
    """Return the profiles of each state in the output of a run."""
    states: dict[str, list[str]] = {}
    for one in json.loads(done.stdout)["Profiles"]:
        states.setdefault(one["State"], []).append(one["Profile"])
    return states


@hosts
def test_many_profiles_are_written_and_removed(
    carol: tuple[Person, SsoStub], sts: StsStub
) -> None:
    """All profiles are written and removed with one write each, and the files are restored."""
    person, portal = carol
    before = person.snapshot()
    # Two roles of each twin and one more; the name of one is taken.
    count = 3 * _others(person) + 5 - 1

    dry = person.aws("assume", "profiles", "--dry-run", "--output", "json")
    assert dry.returncode == 1, dry.stderr
    (change,) = json.loads(dry.stdout)["Changes"]
    assert change["File"] == str(person.config)
    assert {line[:1] for line in change["Diff"][3:]} == {" ", "+"}
    assert "+[profile production-ReadOnlyAccess]" in change["Diff"]
    assert person.snapshot() == before

    first = person.aws("assume", "profiles", "--output", "json")
    assert first.returncode == 1
    assert (
        "aws: [ERROR]: The profile 'team-001-PowerUserAccess' exists, and was not written by aws "
        "assume profiles: choose another name"
    ) in first.stderr
    assert "\x1b" not in first.stdout + first.stderr
    states = outcome(first)
    assert states["taken"] == ["team-001-PowerUserAccess"]
    assert len(states["created"]) == count
    assert [name for name in states["created"] if "twin" in name or "red" in name] == [
        *(f"twin-{account_id}-{role}" for account_id in TWINS for role in ("Admin", "Reader")),
        "red-x1b-31m-u202e--x0a-profile-x--x0aregion-=-y-Admin",
    ]
    after = person.snapshot()
    assert {name for name in after if after[name] != before[name]} == {".aws/config"}
    assert after[".aws/config"].startswith(before[".aws/config"])
    calls = len(portal.journal.calls)

    status = person.config.stat()
    again = person.aws("assume", "profiles", "--output", "json")
    assert {state: len(names) for state, names in outcome(again).items()} == {
        "unchanged": count, "taken": 1,
    }  # fmt: skip
    assert (person.snapshot(), person.config.stat()) == (after, status)
    assert len(portal.journal.calls) == calls

    identity = person.aws("sts", "get-caller-identity", "--profile", f"twin-{TWINS[1]}-Reader")
    assert identity.returncode == 0, identity.stderr
    (call,) = [one for one in portal.journal.calls if one.operation == "sso:GetRoleCredentials"]
    assert call.parameters == {"account_id": TWINS[1], "role_name": "Reader"}
    assert SSO_KEYS.id in sts.headers[-1]["Authorization"]

    renewing = person.aws(
        "assume", "profiles", "production", "--as", "auto-refresh", "--name-template", "r-{role}"
    )
    assert renewing.returncode == 0, renewing.stderr
    exported = person.aws(
        "assume", "export", "--update-profile", "r-PowerUserAccess", "--format", "process"
    )
    assert exported.returncode == 0, exported.stderr
    assert json.loads(exported.stdout)["AccessKeyId"] == SSO_KEYS.id
    listed = person.aws("assume", "list", "--output", "json")
    assert {one["Profile"] for one in json.loads(listed.stdout)["Profiles"]} == {
        "r-AdministratorAccess", "r-PowerUserAccess", "r-ReadOnlyAccess",
    }  # fmt: skip

    portal.accounts = portal.accounts[:2]
    pruned = person.aws("assume", "profiles", "production", "--prune", "--output", "json")
    assert pruned.returncode == 0, pruned.stderr
    assert len(outcome(pruned)["removed"]) == count - 5
    kept = {name for name in person.sections(person.config) if "Access" in name}
    assert len(kept) == 9
    cleared = person.aws("assume", "clear", "--all")
    assert cleared.returncode == 0, cleared.stderr
    assert person.snapshot() == before

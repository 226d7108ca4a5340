"""A profile for each role: the template of the target's name."""

from __future__ import annotations

import json
import shlex
from typing import Callable

import pytest

from support.person import Person
from support.sts_stub import ACCOUNT, ROLE_ARN, StsStub

pytestmark = pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)

MINE, OTHER = f"{ACCOUNT}-my-iam-role", f"{ACCOUNT}-other"
OTHER_ARN = ROLE_ARN.replace("my-iam-role", "other")


@pytest.fixture
def person(make_person: Callable[..., Person], sts_stub: StsStub) -> Person:
    """Return a user of the scripted STS, who has set the template."""
    person = make_person(sts_stub.url)
    done = person.aws("configure", "set", "assume.update_profile", "{account}-{role}")
    assert done.returncode == 0, done.stderr
    return person


def targets(person: Person) -> set[str]:
    """Return the sections of the credentials file without the source."""
    return set(person.sections(person.credentials)) - {"default"}


def test_each_role_gets_its_profile(person: Person, sts_stub: StsStub) -> None:
    """The account of a bare role name is looked up first, and verbs know the profile."""
    first = person.aws("assume", "--role-name", "my-iam-role")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["Profile"] == MINE
    actions = [one["Action"] for one in sts_stub.requests]
    assert actions == ["GetCallerIdentity", "AssumeRole"]
    # One profile stands for the template, so nothing has to be named.
    assert person.aws("assume", "refresh").returncode == 0
    again = person.aws("assume", "--role-name", "my-iam-role", "--min-ttl", "60")
    assert again.returncode == 0, again.stderr
    assert len(sts_stub.requests) == 3

    shell = {"AWS_PROFILE": MINE}
    second = person.aws("assume", "--role-arn", OTHER_ARN, env=shell)
    assert second.returncode == 0, second.stderr
    assert "replaced" not in second.stderr
    assert "WARNING" not in second.stderr
    assert (
        "source-profile = default" in person.sections(person.config)[f"profile {OTHER}"]["assumed"]
    )
    assert targets(person) == {MINE, OTHER}

    refused = person.aws("assume", "clear")
    assert refused.returncode != 0
    assert f"stands for these profiles: {MINE}, {OTHER}" in refused.stderr
    words = shlex.split(refused.stderr.rpartition("Name one: ")[2].partition(". To see all")[0])
    assert person.aws("assume", "clear", *words).returncode == 0
    assert person.aws("assume", "clear").returncode == 0
    assert targets(person) <= {MINE, OTHER}
    assert json.loads(person.aws("assume", "list").stdout) == {"Profiles": []}


def test_a_dry_run_calls_nothing(person: Person, sts_stub: StsStub) -> None:
    """An unknown account is shown as such; a known one makes the name."""
    done = person.aws("assume", "--role-name", "my-iam-role", "--dry-run")
    assert json.loads(done.stdout)["Requests"][0]["TargetProfile"] == "ACCOUNT-my-iam-role"
    done = person.aws("assume", "--role-arn", ROLE_ARN, "--dry-run")
    assert json.loads(done.stdout)["Requests"][0]["TargetProfile"] == MINE
    assert sts_stub.requests == []


def test_auto_needs_no_setting(make_person: Callable[..., Person], sts_stub: StsStub) -> None:
    """--update-profile auto is the template of account and role, for every verb."""
    person = make_person(sts_stub.url)
    auto = ("--update-profile", "auto")
    done = person.aws("assume", "--role-arn", ROLE_ARN, "--auto-refresh", *auto)
    assert done.returncode == 0, done.stderr
    assert f"profile {MINE}" in person.sections(person.config)
    assert person.aws("assume", "refresh", *auto).returncode == 0
    exported = person.aws("assume", "export", "--format", "process", *auto)
    assert json.loads(exported.stdout)["Version"] == 1
    assert person.aws("assume", "clear", *auto).returncode == 0


@pytest.mark.parametrize("template", ["{acount}-{role}", "{account", "x}y", "{}"])
def test_a_name_with_braces_is_never_created(
    person: Person, sts_stub: StsStub, template: str
) -> None:
    """An unknown placeholder and braces of the option are errors that say what to type."""
    before = person.snapshot()
    done = person.aws("assume", "--role-arn", ROLE_ARN, "--update-profile", template)
    assert done.returncode == (252 if person.host.major == 2 else 255)
    assert "--update-profile auto" in done.stderr
    assert person.snapshot() == before
    person.aws("configure", "set", "assume.update_profile", template)
    done = person.aws("assume", "--role-arn", ROLE_ARN)
    assert done.returncode == (253 if person.host.major == 2 else 255)
    assert "aws configure set assume.update_profile '{account}-{role}'" in done.stderr
    assert targets(person) == set()
    assert sts_stub.requests == []


def test_another_role_in_the_same_profile_warns(person: Person) -> None:
    """Other shells become the new role, and the suggested option keeps both."""
    same = ("--update-profile", "admin")
    person.aws("assume", "--role-arn", ROLE_ARN, *same)
    done = person.aws("assume", "--role-arn", OTHER_ARN, *same)
    assert "WARNING" in done.stderr
    assert "Other shells that use the profile have the new role" in done.stderr
    words = done.stderr.partition("each role: ")[2].splitlines()[0].split()
    done = person.aws("assume", "--role-arn", ROLE_ARN, *words)
    assert "WARNING" not in done.stderr
    assert targets(person) == {"admin", MINE}

"""The words that people type: names that are nearly right, and the syntax of other tools."""

from __future__ import annotations

import re
import shlex
from typing import Callable, Optional

import pytest

from support.person import Person
from support.sts_stub import ACCOUNT, ROLE_ARN, USER_ARN, Answer, StsStub, refusal

pytestmark = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
PROFILES = f"""[profile prod-admin]
role_arn = arn:aws:iam::{ACCOUNT}:role/Administrator
source_profile = default
region = us-east-1
"""
DENIAL = refusal(
    403,
    "AccessDenied",
    f"User: {USER_ARN} is not authorized to perform: sts:AssumeRole on resource: {ROLE_ARN}1",
)


def deny(parameters: dict[str, str]) -> Optional[Answer]:
    """Deny AssumeRole."""
    return DENIAL if parameters["Action"] == "AssumeRole" else None


@pytest.fixture
def bob(make_person: Callable, sts_stub: StsStub) -> Person:
    """Return a user with a role's profile, whose STS is scripted."""
    person = make_person(sts_stub.url)
    with person.config.open("a") as file:
        file.write(PROFILES)
    return person


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("Prod-Admin", "aws assume --profile prod-admin"),
        ("ls", "aws assume list"),
        ("version", "aws assume help"),
        ("login", "aws assume help"),
        ("--help", "aws assume help"),
        ("list -h", "aws assume list help"),
        ("exec prod-admin --help -- ls -h", "aws assume exec help"),
    ],
)
def test_what_is_no_role_is_not_sent(
    bob: Person, sts_stub: StsStub, words: str, command: str
) -> None:
    """The message has the command to type, which works; STS is not called."""
    done = bob.aws("assume", *shlex.split(words))

    assert done.returncode == 252, done.stderr
    assert f"Try: {command}" in done.stderr
    assert sts_stub.actions == []
    again = bob.aws(*shlex.split(command)[1:])
    assert again.returncode == 0, again.stderr


def test_near_names_after_a_denial(bob: Person, sts_stub: StsStub) -> None:
    """A name that STS denies is compared with profiles and earlier roles; each command works."""
    assert bob.aws("assume", "--role-arn", ROLE_ARN).returncode == 0
    for typed, command in {
        "my-iam-rol": f"aws assume --role-arn {ROLE_ARN}",
        "assumed-role": "aws assume refresh --update-profile assumed-role",
        "prod-admn": "aws assume --profile prod-admin",
    }.items():
        sts_stub.script = deny
        done = bob.aws("assume", typed)
        sts_stub.script = lambda parameters: None

        assert done.returncode == 254, done.stderr
        found = re.search(r"Try: (.*)", done.stderr)
        assert found is not None, done.stderr
        assert command in found[1].split(", or ")
        again = bob.aws(*shlex.split(command)[1:])
        assert again.returncode == 0, again.stderr


def test_a_mistyped_profile(bob: Person) -> None:
    """Profiles with a similar name are shown where a profile does not exist."""
    done = bob.aws("assume", "r1", "--profile", "prod-admn")

    assert "Similar profiles: prod-admin" in done.stderr
    done = bob.aws("assume", env={"AWS_PROFILE": "prod-admn"})
    assert done.stderr.count("aws configure list-profiles") == 1
    assert bob.aws("assume", "prod-admin", "--update-profile", "ours").returncode == 0
    done = bob.aws("assume", "refresh", "our")
    assert done.returncode == 253
    assert "Similar profiles: ours. To see those that were: aws assume list" in done.stderr


def test_words_are_accepted(bob: Person, sts_stub: StsStub) -> None:
    """Verbs take the profile or the role as a word, and durations have units."""
    for words in (
        "role prod-admin --duration-seconds 90m",
        "refresh assumed-role",
        "refresh --expiring-within 1h30m",
        "prod-admin --min-ttl 15m --duration-seconds 1h30m",
        "clear assumed-role",
        "help list",
    ):
        done = bob.aws("assume", *shlex.split(words))
        assert done.returncode == 0, (words, done.stderr)
    assert (
        next(one for one in sts_stub.requests if "DurationSeconds" in one)["DurationSeconds"]
        == "5400"
    )
    assert "assumed-role" not in bob.credentials.read_text()

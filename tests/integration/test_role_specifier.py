"""A role in one word, and an account by its name, on real executables."""

from __future__ import annotations

import json
import shlex
from typing import Callable

import pytest

from support.person import Person
from support.sts_stub import ACCOUNT, OTHER_ACCOUNT, Directory, StsStub

ROLE_ARN = f"arn:aws:iam::{OTHER_ACCOUNT}:role/my-iam-role"
URL = "https://signin.aws.amazon.com/switchrole?roleName=my-iam-role&account="


@pytest.fixture
def person(make_person: Callable, sts_stub: StsStub) -> Person:
    """Return a user with a key, against the scripted STS."""
    return make_person(sts_stub.url)


@pytest.mark.parametrize(
    "host", ["v2-2.38.5", "v2-2.22.12", "v2-2.11.0", "v1-newest", "v1-1.32.0"], indirect=True
)
def test_exec_takes_a_role_and_leaves_the_command_alone(person: Person, sts_stub: StsStub) -> None:
    """ROLE stands before --; all behind it is the command's, a second -- and options included."""
    show = 'printf "%s\\n" "$AWS_ASSUMED_ROLE" "$@"'
    words = ("list", "--", "--profile", "nobody", "file://x")
    done = person.aws(
        "assume", "exec", f"{OTHER_ACCOUNT}:my-iam-role", "--", "sh", "-c", show, *words
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [ROLE_ARN, *words[1:]]
    assert sts_stub.actions == ["AssumeRole"]


@pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)
def test_account_of_the_url_is_looked_up(person: Person, sts_stub: StsStub) -> None:
    """The URL is not called, its account is found by AWS Organizations at the given endpoint."""
    sts_stub.script = Directory("", [[], [(OTHER_ACCOUNT, "My-Prod", "ACTIVE")]])
    done = person.aws("assume", f"{URL}my-prod")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["RoleArn"] == ROLE_ARN
    assert sts_stub.actions == ["ListAccountAliases", "ListAccounts", "ListAccounts", "AssumeRole"]


@pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)
def test_ambiguous_specifier_is_refused(person: Person, sts_stub: StsStub) -> None:
    """What has two meanings calls nothing and prints both."""
    done = person.aws("assume", "team/my-iam-role")

    assert done.returncode == (252 if person.host.major == 2 else 255)
    assert (
        "--role-name my-iam-role --account-id team; or --role-name team/my-iam-role" in done.stderr
    )
    assert sts_stub.requests == []


@pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
@pytest.mark.parametrize("role", ["team/my-iam-role", "team/dev/my-iam-role", "team/-x"])
def test_each_listed_meaning_works(person: Person, sts_stub: StsStub, role: str) -> None:
    """Each listed meaning works in place of ROLE, also with another verb."""
    sts_stub.script = Directory("", [[(OTHER_ACCOUNT, "team", "ACTIVE")]])
    _, _, in_team = role.partition("/")
    arns = [f"arn:aws:iam::{OTHER_ACCOUNT}:role/{in_team}", f"arn:aws:iam::{ACCOUNT}:role/{role}"]
    refused = person.aws("assume", role)
    listed = refused.stderr.strip().partition("in place of it: ")[2].split("; or ")

    assert len(listed) == len(arns), refused.stderr
    for options, arn in zip(listed, arns):
        done = person.aws("assume", *shlex.split(options))
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["RoleArn"] == arn
        done = person.aws("assume", "export", *shlex.split(options), "--format", "process")
        assert done.returncode == 0, done.stderr
        assert sts_stub.requests[-1]["RoleArn"] == arn
    # The record now contains the role's path, so the word is no longer ambiguous.
    done = person.aws("assume", role)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["RoleArn"] == arns[1]

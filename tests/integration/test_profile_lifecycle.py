"""The life of a profile on every host: assumed, listed, renewed, cleared, and nothing left."""

from __future__ import annotations

import json
from typing import Callable

import pytest

from support.person import Person
from support.sts_stub import StsStub, assume_role_answer

COMMENTS = "\n# of my own\n[profile other]   # not mine\nregion   =   eu-west-1\n"


def test_from_assume_to_clear(person: Person) -> None:
    """Assume, list, refresh and clear: in the end both files are as before, byte for byte."""
    with person.config.open("a") as file:
        file.write(COMMENTS)
    before = person.snapshot()
    for name in ("assumed-role", "second"):
        done = person.aws("assume", "--role-name", "my-iam-role", "--update-profile", name)
        assert done.returncode == 0, done.stderr
    held = person.sections(person.credentials)["second"]["aws_access_key_id"]

    listed = person.aws("assume", "list", "--query", "Profiles[].[Profile,State]")
    renewed = person.aws("assume", "refresh", "--all", "--query", "Profiles[].State")
    now = person.sections(person.credentials)["second"]["aws_access_key_id"]
    cleared = person.aws("assume", "clear", "--all", "--query", "Profiles[].State")

    assert json.loads(listed.stdout) == [["assumed-role", "valid"], ["second", "valid"]]
    assert renewed.returncode == 0, renewed.stderr
    assert json.loads(renewed.stdout) == ["valid", "valid"]
    assert now != held
    assert cleared.returncode == 0, cleared.stderr
    assert json.loads(cleared.stdout) == ["cleared", "cleared"]
    assert person.snapshot() == before


@pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)
def test_a_script_that_is_run_again(make_person: Callable, sts_stub: StsStub) -> None:
    """--min-ttl calls STS once, and the second run prints the same object."""
    person = make_person(sts_stub.url)
    words = ("assume", "--role-name", "my-iam-role", "--min-ttl", "900")
    first = person.aws(*words)
    before = person.snapshot()
    second = person.aws(*words)

    assert second.returncode == 0, second.stderr
    assert second.stdout == first.stdout
    assert sts_stub.actions == ["GetCallerIdentity", "AssumeRole"]
    assert person.snapshot() == before


def test_each_verb_has_its_own_options(make_person: Callable, sts_stub: StsStub) -> None:
    """A name and --dry-run behind a verb are the verb's: no other profile, and nothing done."""
    sts_stub.script = lambda request: (
        assume_role_answer(request["RoleArn"], "s1", secret="SecretOfTheAnswer")
        if request["Action"] == "AssumeRole"
        else None
    )
    person = make_person(sts_stub.url)
    person.aws("assume", "--role-name", "r1")
    person.aws("assume", "--role-name", "r2", "--update-profile", "second")
    before = person.snapshot()
    calls = len(sts_stub.actions)
    dry_runs = [
        person.aws("assume", *words, "--update-profile", "second", "--dry-run")
        for words in (("--role-name", "r3"), ("refresh",), ("clear",))
    ]
    after = person.snapshot()
    cleared = person.aws("assume", "clear", "--update-profile", "second")

    for done in dry_runs:
        assert done.returncode == 0, done.stderr
        assert "second" in done.stdout
        assert "Secret" not in done.stdout + done.stderr
    assert after == before
    assert len(sts_stub.actions) == calls
    assert cleared.returncode == 0, cleared.stderr
    assert set(person.sections(person.credentials)) == {"default", "assumed-role"}

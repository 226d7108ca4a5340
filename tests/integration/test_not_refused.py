"""Configurations that look unusual and are fine."""

from __future__ import annotations

import json
import os
from typing import Callable

import pytest

from support.hosts import HOST_NAMES
from support.person import Person
from support.sts_stub import ACCESS_KEY_ID, ROLE_ARN, USER_KEY_ID, USER_SECRET, StsStub

NULL = {"AWS_SHARED_CREDENTIALS_FILE": os.devnull}
KEYS = f"aws_access_key_id = {USER_KEY_ID}\naws_secret_access_key = {USER_SECRET}\n"
NEWEST = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)


@pytest.fixture
def without_file(make_person: Callable[..., Person], sts_stub: StsStub) -> Person:
    """Return a user whose keys are in the config file, with /dev/null as credentials file."""
    person = make_person(sts_stub.url)
    text = person.config.read_text()
    person.config.write_text(text.replace("[default]\n", f"[default]\n{KEYS}"))
    person.credentials.unlink()
    person.environment.update(NULL)
    return person


@pytest.mark.parametrize("host", HOST_NAMES, indirect=True)
def test_auto_refresh_with_the_null_device(without_file: Person) -> None:
    """A self-renewing profile needs no credentials file: assume, use, refresh, clear."""
    done = without_file.aws("assume", "--role-arn", ROLE_ARN, "--auto-refresh")
    assert done.returncode == 0, done.stderr
    used = without_file.aws("sts", "get-caller-identity", "--profile", "assumed-role")
    assert used.returncode == 0, used.stderr
    renewed = without_file.aws("assume", "refresh")
    assert renewed.returncode == 0, renewed.stderr
    cleared = without_file.aws("assume", "clear")
    assert cleared.returncode == 0, cleared.stderr
    assert "profile assumed-role" not in without_file.sections(without_file.config)


@NEWEST
def test_exec_auto_refresh_with_the_null_device(without_file: Person) -> None:
    """The command gets its credentials from the endpoint."""
    aws = str(without_file.host.executable)
    done = without_file.aws(
        "assume", "exec", "--role-arn", ROLE_ARN, "--auto-refresh", "--",
        aws, "configure", "list",
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert ACCESS_KEY_ID[-4:] in done.stdout


@NEWEST
def test_keys_are_not_written_to_the_null_device(without_file: Person, sts_stub: StsStub) -> None:
    """They would be lost: the command is refused before STS is called."""
    done = without_file.aws("assume", "--role-arn", ROLE_ARN)

    assert done.returncode == 253
    assert os.devnull in done.stderr
    assert sts_stub.requests == []


@NEWEST
def test_an_empty_block(make_person: Callable[..., Person], sts_stub: StsStub) -> None:
    """A line ``assume =`` with nothing below it has no settings."""
    person = make_person(sts_stub.url)
    text = person.config.read_text()
    person.config.write_text(text.replace("[default]\n", "[default]\nassume =\n"))
    done = person.aws("assume", "--role-arn", ROLE_ARN)

    assert done.returncode == 0, done.stderr


@NEWEST
def test_a_shell_whose_profile_was_cleared(
    make_person: Callable[..., Person], sts_stub: StsStub
) -> None:
    """After clear, list and clear work in the shell that still names the profile."""
    person = make_person(sts_stub.url)
    assert person.aws("assume", "--role-arn", ROLE_ARN).returncode == 0
    person.environment["AWS_PROFILE"] = "assumed-role"
    assert person.aws("assume", "clear").returncode == 0
    done = person.aws("assume", "list")

    assert json.loads(done.stdout) == {"Profiles": []}, done.stderr
    assert person.aws("assume", "clear", "--all").returncode == 0

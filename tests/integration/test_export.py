"""`aws assume export` on the real hosts."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Callable

import pytest

from support.person import Person
from support.sts_stub import ACCESS_KEY_ID, ROLE_ARN, SECRET, TOKEN, USER_SECRET, StsStub
from support.terminal import Terminal, exit_code

NEWEST = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)


@pytest.fixture
def bob(make_person: Callable, sts_stub: StsStub) -> Person:
    """Return a user whose STS is scripted."""
    return make_person(sts_stub.url)


def test_a_shell_becomes_the_role(person: Person) -> None:
    """`eval "$(aws assume export --format env)"`, and `aws` in that shell is the role."""
    export = " ".join(person.words("assume", "export", "--role-name", "my-iam-role"))
    who = " ".join(person.words("sts", "get-caller-identity", "--query", "Arn"))
    done = subprocess.run(
        ["sh", "-c", f'eval "$({export} --format env)" && {who}'],
        env=person.variables(AWS_PROFILE="default"), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ":assumed-role/my-iam-role/alice-" in done.stdout, done.stderr
    assert person.sections(person.credentials).keys() == {"default"}


def test_only_the_credentials_are_on_stdout(bob: Person) -> None:
    """Stdout is the document and nothing else; stderr is empty; no file has changed."""
    before = bob.snapshot()

    done = bob.aws("assume", "export", "--role-arn", ROLE_ARN, "--format", "process")

    answer = json.loads(done.stdout)
    assert answer.pop("Expiration").endswith("Z")
    assert answer == {
        "Version": 1,
        "AccessKeyId": ACCESS_KEY_ID,
        "SecretAccessKey": SECRET,
        "SessionToken": TOKEN,
    }
    assert done.stderr == ""
    assert bob.snapshot() == before


@NEWEST
def test_it_is_one_write(bob: Person) -> None:
    """What is printed goes to stdout in one write, so no reader sees half of it."""
    # A pipe in packet mode (pipe(2), O_DIRECT) keeps writes apart.
    reader, writer = os.pipe2(os.O_DIRECT)
    command = bob.words("assume", "export", "--role-arn", ROLE_ARN, "--format", "env")
    subprocess.run(command, env=bob.variables(), stdout=writer, check=True)
    os.close(writer)
    packets = list(iter(lambda: os.read(reader, 65536), b""))
    os.close(reader)

    assert len(packets) == 1
    assert packets[0].count(b"export ") == 9


@NEWEST
@pytest.mark.parametrize(
    ("shell", "words"),
    [
        ("/bin/bash", f"export AWS_ACCESS_KEY_ID={ACCESS_KEY_ID}"),
        ("/usr/bin/fish", f'set -gx AWS_ACCESS_KEY_ID "{ACCESS_KEY_ID}"'),
        ("/bin/tcsh", "setenv AWS_ACCESS_KEY_ID "),
    ],
)
def test_on_a_terminal_it_is_the_form_of_the_shell(bob: Person, shell: str, words: str) -> None:
    """A user at a terminal gets what their shell reads."""
    command = bob.words("assume", "export", "--role-arn", ROLE_ARN)
    terminal = Terminal(command, bob.variables(SHELL=shell), str(bob.home))
    terminal.expect(words)

    assert exit_code(terminal.end()) == 0


@NEWEST
def test_a_temporary_source_is_exported_as_it_is(bob: Person, sts_stub: StsStub) -> None:
    """With no role, a profile that holds temporary keys is printed; STS is not asked."""
    bob.aws("assume", "--role-arn", ROLE_ARN)
    before = list(sts_stub.actions)

    done = bob.aws("assume", "export", "--profile", "assumed-role", "--format", "env-no-export")

    lines = dict(line.split("=", 1) for line in done.stdout.splitlines())
    kept = bob.sections(bob.credentials)["assumed-role"]
    assert lines["AWS_ACCESS_KEY_ID"] == kept["aws_access_key_id"]
    assert lines["AWS_SESSION_TOKEN"].strip("'") == kept["aws_session_token"]
    assert lines["AWS_CREDENTIAL_EXPIRATION"] == kept["x_security_token_expires"]
    assert lines["AWS_DEFAULT_REGION"] == "us-east-1"
    assert sts_stub.actions == before


@NEWEST
def test_a_profile_of_ours_by_its_name(bob: Person, sts_stub: StsStub) -> None:
    """--update-profile prints what a profile holds; STS is not asked."""
    bob.aws("assume", "--role-arn", ROLE_ARN)
    before = list(sts_stub.actions)

    done = bob.aws("assume", "export", "--update-profile", "assumed-role", "--format", "json")

    assert json.loads(done.stdout)["Credentials"]["AccessKeyId"] == ACCESS_KEY_ID
    assert sts_stub.actions == before


EXPIRED = """[old]
aws_access_key_id = ASIAOLDOLDOLDOLDOLD1
aws_secret_access_key = s
aws_session_token = t
x_security_token_expires = 2020-01-01T00:00:00Z
"""
BAD = {
    "long-lived keys": (("assume", "export"), 252, "long-lived credentials"),
    "expired": (("assume", "export", "--profile", "old"), 253, "expired at 2020-01-01T00:00:00Z"),
    "no such format": (
        ("assume", "export", "--role-arn", ROLE_ARN, "--format", "yaml"), 252, "'yaml'",
    ),
    "an option of STS without a role": (
        ("assume", "export", "--duration-seconds", "900"), 252, "No role was named",
    ),
    "a role beside a profile of ours": (
        ("assume", "export", "--update-profile", "x", "--role-arn", ROLE_ARN), 252, "--role-arn",
    ),
    "a profile that is not ours": (
        ("assume", "export", "--update-profile", "default"), 253, "was not written by aws assume",
    ),
    "a profile that is not there": (
        ("assume", "export", "--profile", "nobody"), 255, "nobody",
    ),
}  # fmt: skip


@NEWEST
@pytest.mark.parametrize(("words", "code", "text"), BAD.values(), ids=BAD)
def test_what_can_not_be_exported(
    bob: Person, sts_stub: StsStub, words: tuple[str, ...], code: int, text: str
) -> None:
    """One sentence, the right exit code, nothing on stdout, and STS not asked."""
    with bob.credentials.open("a") as file:
        file.write(EXPIRED)

    done = bob.aws(*words)

    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert text in done.stderr
    assert "Traceback" not in done.stderr
    assert USER_SECRET not in done.stderr
    assert sts_stub.actions == []


@NEWEST
def test_no_secret_is_in_the_log(bob: Person) -> None:
    """--debug has no secret on stderr, though stdout has them."""
    done = bob.aws("assume", "export", "--role-arn", ROLE_ARN, "--debug")

    assert SECRET in done.stdout
    assert SECRET not in done.stderr
    assert TOKEN not in done.stderr

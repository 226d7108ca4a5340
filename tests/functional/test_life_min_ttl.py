"""`aws assume --min-ttl` in the CLI's own driver: the top of a script, run again and again."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any, Callable

import pytest

from awscli_assume.host.environment import Environment
from support.sts_stub import ACCOUNT, assume_role_answer

OTHER_ACCOUNT = "210987654321"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/my-iam-role"
SERIAL = f"arn:aws:iam::{ACCOUNT}:mfa/alice"
NOW = datetime(2026, 11, 24, 10, 0, tzinfo=timezone.utc)


@pytest.fixture(autouse=True)
def world(aws) -> Callable[..., None]:
    """Return a way to put the command some minutes after NOW; credentials live for an hour."""
    aws.stub.script = lambda asked: (
        assume_role_answer(asked["RoleArn"], asked["RoleSessionName"], "2026-11-24T11:00:00Z")
        if asked["Action"] == "AssumeRole"
        else None
    )

    def put(minutes: float = 0, **given: Any) -> None:
        aws.environment = Environment(now=lambda: NOW + timedelta(minutes=minutes), **given)

    put()
    return put


def calls_of(aws, *words: str) -> list[str]:
    """Return what STS is asked by a command line, which has to succeed."""
    before = len(aws.stub.actions)
    done = aws("assume", *words)
    assert done.code == 0, done.err
    return aws.stub.actions[before:]


def test_enough_time_left_is_no_call_and_the_same_object(aws, world) -> None:
    """The second run asks nothing, writes nothing and prints what the first one printed."""
    words = ("assume", "--role-name", "my-iam-role", "--min-ttl", "900")
    first = aws(*words)
    before = aws.files()
    calls = list(aws.stub.actions)
    world(20)
    second = aws(*words)

    assert calls == ["GetCallerIdentity", "AssumeRole"]
    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert second.out == first.out
    assert json.loads(second.out)["Region"] == "us-east-1"
    assert "2026-11-24T11:00:00Z" in second.err
    assert aws.stub.actions == calls
    assert aws.files() == before


@pytest.mark.parametrize(
    ("minutes", "least", "calls"),
    [(0, "3599", 0), (0, "3600", 1), (45, "899", 0), (45, "900", 1), (59, "0", 0)],
)
def test_more_than_so_many_seconds(aws, world, minutes: float, least: str, calls: int) -> None:
    """Exactly so many seconds left are not enough."""
    calls_of(aws, "--role-arn", ROLE_ARN)
    world(minutes)

    assert len(calls_of(aws, "--role-arn", ROLE_ARN, "--min-ttl", least)) == calls


def test_without_the_option_it_is_always_asked_for(aws) -> None:
    """Plain `aws assume` gives a new hour each time."""
    calls_of(aws, "--role-arn", ROLE_ARN)

    assert calls_of(aws, "--role-arn", ROLE_ARN) == ["AssumeRole"]


SAME = {
    "role name": ("--role-name", "my-iam-role"),
    "options": ("--role-arn", ROLE_ARN, "--external-id", "partner", "--duration-seconds", "3600"),
    "structures": (
        "--role-arn", ROLE_ARN, "--tags", "Key=a,Value=b", "Key=c,Value=d", "--policy-arns",
        "arn=arn:aws:iam::aws:policy/ReadOnlyAccess", "--transitive-tag-keys", "a",
    ),
    "policy": ("--role-arn", ROLE_ARN, "--policy", '{"Version": "2012-10-17", "Statement": []}'),
    "session name": ("--role-arn", ROLE_ARN, "--role-session-name", "by-hand"),
    "region": ("--role-arn", ROLE_ARN, "--region", "eu-west-1"),
    "another account": ("--role-name", "r1", "--account-id", OTHER_ACCOUNT),
    "path": ("--role-arn", f"arn:aws:iam::{ACCOUNT}:role/team/dev/my-iam-role"),
    "target": ("--role-arn", ROLE_ARN, "--update-profile", "with blank"),
}  # fmt: skip


@pytest.mark.parametrize("words", SAME.values(), ids=SAME)
def test_the_same_command_line_twice(aws, words: tuple[str, ...]) -> None:
    """Whatever the options are, the same ones again need no call."""
    calls_of(aws, *words, "--min-ttl", "900")

    assert calls_of(aws, *words, "--min-ttl", "900") == []


DIFFERENT = {
    "role": ("--role-arn", f"{ROLE_ARN}-2"),
    "account": ("--role-arn", ROLE_ARN.replace(ACCOUNT, OTHER_ACCOUNT)),
    "path": ("--role-arn", ROLE_ARN.replace("role/", "role/team/")),
    "source": ("--role-arn", ROLE_ARN, "--profile", "bob"),
    "duration": ("--role-arn", ROLE_ARN, "--duration-seconds", "900"),
    "external id": ("--role-arn", ROLE_ARN, "--external-id", "partner"),
    "session policy": ("--role-arn", ROLE_ARN, "--policy", '{"Statement": []}'),
    "tags": ("--role-arn", ROLE_ARN, "--tags", "Key=a,Value=b"),
    "session name": ("--role-arn", ROLE_ARN, "--role-session-name", "by-hand"),
    "region": ("--role-arn", ROLE_ARN, "--region", "eu-west-1"),
    "target": ("--role-arn", ROLE_ARN, "--update-profile", "other"),
}


@pytest.mark.parametrize("words", DIFFERENT.values(), ids=DIFFERENT)
def test_anything_else_is_asked_for(aws, words: tuple[str, ...]) -> None:
    """Another role, source, option, region or target is another request."""
    aws.add_config("[profile bob]\nregion = us-east-1\n")
    aws.add_key("bob", "AKIABOBBOBBOBBOBBOB1", "secret")
    calls_of(aws, "--role-arn", ROLE_ARN)

    assert calls_of(aws, *words, "--min-ttl", "900") == ["AssumeRole"]


def test_the_environments_keys_are_another_source(aws) -> None:
    """What a profile's key made is not what the environment's key would make."""
    calls_of(aws, "--role-arn", ROLE_ARN)
    aws.set_variable("AWS_ACCESS_KEY_ID", "AKIAENVENVENVENVENV1")
    aws.set_variable("AWS_SECRET_ACCESS_KEY", "EnvironmentSecret")

    assert calls_of(aws, "--role-arn", ROLE_ARN, "--min-ttl", "900") == ["AssumeRole"]
    assert calls_of(aws, "--role-arn", ROLE_ARN, "--min-ttl", "900") == []


def test_an_option_that_is_left_out_is_asked_for(aws) -> None:
    """A session that was narrowed is not the one without the session policy."""
    calls_of(aws, "--role-arn", ROLE_ARN, "--policy-arns",
             "arn=arn:aws:iam::aws:policy/ReadOnlyAccess")  # fmt: skip

    assert calls_of(aws, "--role-arn", ROLE_ARN, "--min-ttl", "900") == ["AssumeRole"]


def test_another_key_of_the_source_asks_for_its_account(aws) -> None:
    """A role name whose account nobody remembers is looked up, and may be another role."""
    calls_of(aws, "--role-name", "my-iam-role")
    text = aws.credentials.read_text()
    aws.credentials.write_text(text.replace("AKIAALICEALICEALICE1", "AKIAALICEALICEALICE2"))
    aws.stub.caller = f"arn:aws:iam::{OTHER_ACCOUNT}:user/alice"
    calls = calls_of(aws, "--role-name", "my-iam-role", "--min-ttl", "900")

    assert calls == ["GetCallerIdentity", "AssumeRole"]
    assert aws.stub.requests[-1]["RoleArn"] == f"arn:aws:iam::{OTHER_ACCOUNT}:role/my-iam-role"


def test_expired_is_asked_for(aws, world) -> None:
    """Nothing left is never enough, not even for --min-ttl 0."""
    calls_of(aws, "--role-arn", ROLE_ARN)
    world(60)
    aws.stub.script = lambda asked: assume_role_answer(
        asked["RoleArn"], "s1", "2026-11-24T13:00:00Z"
    )

    assert calls_of(aws, "--role-arn", ROLE_ARN, "--min-ttl", "0") == ["AssumeRole"]


def test_replaced_keys_are_asked_for(aws) -> None:
    """Keys of somebody else in the target are not the role, whatever our marks say."""
    calls_of(aws, "--role-arn", ROLE_ARN)
    aws("configure", "set", "aws_access_key_id", "ASIAOTHEROTHEROTHER1", "--profile",
        "assumed-role")  # fmt: skip

    assert calls_of(aws, "--role-arn", ROLE_ARN, "--min-ttl", "900") == ["AssumeRole"]


def test_keys_that_are_gone_are_asked_for(aws) -> None:
    """A record without keys is not enough."""
    before = aws.credentials.read_text()
    calls_of(aws, "--role-arn", ROLE_ARN)
    aws.credentials.write_text(before)

    assert calls_of(aws, "--role-arn", ROLE_ARN, "--min-ttl", "900") == ["AssumeRole"]


def test_no_code_is_asked_for_where_none_is_needed(aws, world) -> None:
    """With an MFA device the question comes once, and not again while the time lasts."""
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return "918273"

    words = ("--role-arn", ROLE_ARN, "--serial-number", SERIAL, "--min-ttl", "900")
    world(has_terminal=lambda: True, ask=ask)
    calls_of(aws, *words)
    world(10, has_terminal=lambda: False)

    assert calls_of(aws, *words) == []
    assert len(questions) == 1


def test_in_a_shell_of_the_target(aws) -> None:
    """AWS_PROFILE on the target does not make it another source."""
    calls_of(aws, "--role-arn", ROLE_ARN)
    aws.set_variable("AWS_PROFILE", "assumed-role")

    assert calls_of(aws, "--role-arn", ROLE_ARN, "--min-ttl", "900") == []


@pytest.mark.parametrize("least", ["soon", "-1", "1.5", ""])
def test_a_number_that_is_none(aws, least: str) -> None:
    """The option takes whole seconds; anything else ends before a request."""
    done = aws("assume", "--role-arn", ROLE_ARN, f"--min-ttl={least}")

    assert done.code == 255
    assert "--min-ttl" in done.err
    assert aws.stub.requests == []


# Beside it: what is said when a profile changes hands.


@pytest.mark.parametrize(
    ("minutes", "role", "is_noted"),
    [(0, "other", True), (0, "my-iam-role", False), (61, "other", False)],
)
def test_replacing_another_valid_role_is_noted(
    aws, world, minutes: int, role: str, is_noted: bool
) -> None:
    """A different role that was still valid is named; the same one, or an expired one, is not."""
    calls_of(aws, "--role-arn", ROLE_ARN)
    world(minutes)
    aws.stub.script = lambda asked: assume_role_answer(
        asked["RoleArn"], "s1", "2026-11-24T13:00:00Z"
    )
    done = aws("assume", "--role-arn", ROLE_ARN.replace("my-iam-role", role))

    assert done.code == 0, done.err
    assert ("replaced" in done.err and ROLE_ARN in done.err) is is_noted


@pytest.mark.parametrize(("mode", "is_warned"), [(0o600, False), (0o644, True), (0o620, True)])
def test_a_file_that_is_open_to_others_is_warned_of(aws, mode: int, is_warned: bool) -> None:
    """The credentials file keeps its mode, and a person is told when others may read it."""
    aws.credentials.chmod(mode)
    done = aws("assume", "--role-arn", ROLE_ARN)

    assert done.code == 0, done.err
    assert ("chmod 600" in done.err) is is_warned
    assert aws.credentials.stat().st_mode & 0o777 == mode

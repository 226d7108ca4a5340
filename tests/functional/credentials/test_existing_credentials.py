"""`aws assume --min-ttl` in the CLI's own driver: the top of a script, run again and again."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from support.environment import IN_AN_HOUR
from support.sts_stub import (
    ACCOUNT,
    MFA_SERIAL,
    OTHER_ACCOUNT,
    ROLE_ARN,
    USER_KEY_ID,
    assume_role_answer,
)


@pytest.fixture(autouse=True)
def _clock(set_clock) -> None:
    """Each test starts at NOW."""


def calls_of(aws, *words: str) -> list[str]:
    """Return the calls to STS of a command line that has to succeed."""
    before = len(aws.stub.actions)
    done = aws("assume", *words)
    assert done.code == 0, done.err
    return aws.stub.actions[before:]


def test_enough_time_left_is_no_call_and_the_same_object(aws, set_clock) -> None:
    """The second run asks nothing, writes nothing and prints what the first one printed."""
    words = ("assume", "--role-name", "my-iam-role", "--min-ttl", "900")
    first = aws(*words)
    before = aws.files()
    calls = list(aws.stub.actions)
    set_clock(20)
    second = aws(*words)

    assert calls == ["GetCallerIdentity", "AssumeRole"]
    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert second.out == first.out
    assert json.loads(second.out)["Region"] == "us-east-1"
    local = datetime.fromisoformat(IN_AN_HOUR.replace("Z", "+00:00")).astimezone()
    assert f"until {local:%H:%M} (40 minutes)" in second.err
    assert aws.stub.actions == calls
    assert aws.files() == before


@pytest.mark.parametrize(
    ("minutes", "least", "calls"),
    [(0, "3599", 0), (0, "3600", 1), (45, "899", 0), (45, "900", 1), (59, "0", 0)],
)
def test_more_than_so_many_seconds(aws, set_clock, minutes: float, least: str, calls: int) -> None:
    """Exactly so many seconds left are not enough."""
    calls_of(aws, "--role-arn", ROLE_ARN)
    set_clock(minutes)

    assert len(calls_of(aws, "--role-arn", ROLE_ARN, "--min-ttl", least)) == calls


def test_without_the_option_sts_is_always_called(aws) -> None:
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
def test_another_role_calls_sts(aws, words: tuple[str, ...]) -> None:
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


def test_an_omitted_option_calls_sts(aws) -> None:
    """A session that was narrowed is not the one without the session policy."""
    calls_of(aws, "--role-arn", ROLE_ARN, "--policy-arns",
             "arn=arn:aws:iam::aws:policy/ReadOnlyAccess")  # fmt: skip

    assert calls_of(aws, "--role-arn", ROLE_ARN, "--min-ttl", "900") == ["AssumeRole"]


def test_another_key_of_the_source_asks_for_its_account(aws) -> None:
    """A role name whose account is not cached is looked up, and may be another role."""
    calls_of(aws, "--role-name", "my-iam-role")
    text = aws.credentials.read_text()
    aws.credentials.write_text(text.replace(USER_KEY_ID, "AKIAALICEALICEALICE2"))
    aws.stub.caller = f"arn:aws:iam::{OTHER_ACCOUNT}:user/alice"
    calls = calls_of(aws, "--role-name", "my-iam-role", "--min-ttl", "900")

    assert calls == ["GetCallerIdentity", "AssumeRole"]
    assert aws.stub.requests[-1]["RoleArn"] == f"arn:aws:iam::{OTHER_ACCOUNT}:role/my-iam-role"


def test_expired_credentials_call_sts(aws, set_clock) -> None:
    """Nothing left is never enough, not even for --min-ttl 0."""
    calls_of(aws, "--role-arn", ROLE_ARN)
    set_clock(60)
    aws.stub.script = lambda request: assume_role_answer(
        request["RoleArn"], "s1", "2026-11-24T13:00:00Z"
    )

    assert calls_of(aws, "--role-arn", ROLE_ARN, "--min-ttl", "0") == ["AssumeRole"]


def test_replaced_keys_call_sts(aws) -> None:
    """Keys of another tool in the target are not the role, whatever our marks say."""
    calls_of(aws, "--role-arn", ROLE_ARN)
    aws("configure", "set", "aws_access_key_id", "ASIAOTHEROTHEROTHER1", "--profile",
        "assumed-role")  # fmt: skip

    assert calls_of(aws, "--role-arn", ROLE_ARN, "--min-ttl", "900") == ["AssumeRole"]


def test_missing_keys_call_sts(aws) -> None:
    """A record without keys is not enough."""
    before = aws.credentials.read_text()
    calls_of(aws, "--role-arn", ROLE_ARN)
    aws.credentials.write_text(before)

    assert calls_of(aws, "--role-arn", ROLE_ARN, "--min-ttl", "900") == ["AssumeRole"]


def test_no_prompt_where_no_code_is_needed(aws, set_clock) -> None:
    """With an MFA device the question comes once, and not again while the time lasts."""
    questions: list[str] = []

    def ask(question: str) -> str:
        questions.append(question)
        return "918273"

    words = ("--role-arn", ROLE_ARN, "--serial-number", MFA_SERIAL, "--min-ttl", "900")
    set_clock(has_terminal=lambda: True, ask=ask)
    calls_of(aws, *words)
    set_clock(10, has_terminal=lambda: False)

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
    aws, set_clock, minutes: int, role: str, is_noted: bool
) -> None:
    """A different role that was still valid is named; the same one, or an expired one, is not."""
    calls_of(aws, "--role-arn", ROLE_ARN)
    set_clock(minutes)
    aws.stub.script = lambda request: assume_role_answer(
        request["RoleArn"], "s1", "2026-11-24T13:00:00Z"
    )
    done = aws("assume", "--role-arn", ROLE_ARN.replace("my-iam-role", role))

    assert done.code == 0, done.err
    assert (f"the profile 'assumed-role' had {ROLE_ARN} until" in done.err) is is_noted


@pytest.mark.parametrize(("mode", "is_warned"), [(0o600, False), (0o644, True), (0o620, True)])
def test_a_file_that_is_open_to_others_is_warned_of(aws, mode: int, is_warned: bool) -> None:
    """The credentials file keeps its mode, and a user is told when others may read it."""
    aws.credentials.chmod(mode)
    done = aws("assume", "--role-arn", ROLE_ARN)

    assert done.code == 0, done.err
    assert ("chmod 600" in done.err) is is_warned
    assert aws.credentials.stat().st_mode & 0o777 == mode

"""Durations on real executables: what STS and IAM were asked, in order, with which parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

import pytest

from support.person import Person
from support.sts_stub import MFA_SERIAL, ROLE_ARN, RoleOfSeconds, StsStub

both_majors = pytest.mark.parametrize("host", ["v2-2.38.5", "v1-newest"], indirect=True)
# What follows from the calls in test_the_longest_session is the same on both majors.
one_host = pytest.mark.parametrize("host", ["v2-2.38.5"], indirect=True)

ASSUME = ("assume", "--role-arn", ROLE_ARN)
MAX = (*ASSUME, "--duration-seconds", "max")
DEVICE = ("--serial-number", MFA_SERIAL, "--token-code", "123456")


@pytest.fixture
def person(make_person: Callable, sts_stub: StsStub) -> Person:
    """Return a user with a key, against the scripted STS."""
    return make_person(sts_stub.url)


def get_role() -> dict[str, str]:
    return {"Action": "GetRole", "Version": "2010-05-08", "RoleName": "my-iam-role"}


def assume_role(seconds: str, **more: str) -> dict[str, str]:
    return {
        "Action": "AssumeRole",
        "Version": "2011-06-15",
        "RoleArn": ROLE_ARN,
        "RoleSessionName": "s1",
        "DurationSeconds": seconds,
        **more,
    }


@dataclass(frozen=True)
class Run:
    """A role, the words of a command, and all that is asked in a first and in a second run."""

    role: RoleOfSeconds
    words: tuple[str, ...]
    first: tuple[dict[str, str], ...]
    second: tuple[dict[str, str], ...]


CODE = {"SerialNumber": MFA_SERIAL, "TokenCode": "123456"}
RUNS = {
    "IAM says": Run(
        RoleOfSeconds(7200, ROLE_ARN), MAX,
        (get_role(), assume_role("7200")), (assume_role("7200"),),
    ),
    "IAM does not say": Run(
        RoleOfSeconds(14400), MAX,
        (get_role(), *map(assume_role, ("43200", "28800", "14400"))), (assume_role("14400"),),
    ),
    "IAM says, with a device": Run(
        RoleOfSeconds(7200, ROLE_ARN), (*MAX, *DEVICE),
        (get_role(), assume_role("7200", **CODE)), (assume_role("7200", **CODE),),
    ),
    "IAM does not say, with a device": Run(
        RoleOfSeconds(7200), (*MAX, *DEVICE),
        (get_role(), assume_role("3600", **CODE)), (get_role(), assume_role("3600", **CODE)),
    ),
}  # fmt: skip


@both_majors
@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_the_longest_session(person: Person, sts_stub: StsStub, run: Run) -> None:
    """`--duration-seconds max` asks as documented, and the next run for what it has learned."""
    sts_stub.script = run.role
    words = (*run.words, "--role-session-name", "s1")
    first = person.aws(*words)
    seen = len(sts_stub.requests)
    second = person.aws(*words)

    assert (first.returncode, second.returncode) == (0, 0), first.stderr + second.stderr
    assert sts_stub.requests[:seen] == list(run.first)
    assert sts_stub.requests[seen:] == list(run.second)
    record = person.sections(person.config)["profile assumed-role"]["assumed"]
    assert "duration-seconds = max" in record


def failure(person: Person, code: int) -> int:
    """Return the exit code that a failure has on this major."""
    return code if person.host.major == 2 else 255


def chain(person: Person) -> None:
    """Make the profile `first`, a role session."""
    done = person.aws("assume", "--role-name", "first", "--update-profile", "first")
    assert done.returncode == 0, done.stderr


@one_host
def test_a_chain_by_option(person: Person, sts_stub: StsStub) -> None:
    """More than an hour from a role by option is a wrong parameter, and no prompt is shown."""
    chain(person)
    seen = len(sts_stub.requests)
    done = person.aws(
        *ASSUME, "--profile", "first", "--update-profile", "second", "--duration-seconds", "7200"
    )

    assert done.returncode == failure(person, 252), done.stderr
    assert "role chaining gives at most 3600 seconds" in done.stderr
    assert sts_stub.requests[seen:] == []


@one_host
@pytest.mark.parametrize("value", ["28800", "max"])
def test_a_chain_by_default(person: Person, sts_stub: StsStub, value: str) -> None:
    """A default is shortened to the hour, now and at each refresh."""
    chain(person)
    person.aws("configure", "set", "assume.duration_seconds", value, "--profile", "first")
    seen = len(sts_stub.requests)
    done = person.aws(
        *ASSUME, "--profile", "first", "--update-profile", "second", "--role-session-name", "s1"
    )
    again = person.aws("assume", "refresh", "--update-profile", "second")

    assert (done.returncode, again.returncode) == (0, 0), done.stderr + again.stderr
    assert sts_stub.requests[seen:] == [assume_role("3600"), assume_role("3600")]
    assert done.stderr.count("[NOTE]") == (0 if value == "max" else 1)
    record = person.sections(person.config)["profile second"]["assumed"]
    assert f"duration-seconds = {value}" in record


@one_host
def test_a_role_of_less(person: Person, sts_stub: StsStub) -> None:
    """28800 seconds of a role with less: STS's error, what the role allows, what to type."""
    sts_stub.script = RoleOfSeconds(7200, ROLE_ARN)
    done = person.aws(*ASSUME, "--duration-seconds", "28800", "--role-session-name", "s1")

    assert done.returncode == failure(person, 254), done.stderr
    assert "Try: --duration-seconds 7200, or --duration-seconds max" in done.stderr
    assert sts_stub.requests == [assume_role("28800"), get_role()]


@one_host
@pytest.mark.parametrize(
    "words",
    [("export", "--format", "env"), ("exec",), ("exec", "--auto-refresh")],
    ids=["export", "exec", "endpoint"],
)
def test_the_longest_without_a_profile(
    person: Person, sts_stub: StsStub, words: tuple[str, ...]
) -> None:
    """Verbs that write no profile ask the same."""
    sts_stub.script = RoleOfSeconds(7200, ROLE_ARN)
    command: Any = ("--", "true") if words[0] == "exec" else ()
    done = person.aws("assume", *words, *MAX[1:], "--role-session-name", "s1", *command)

    assert done.returncode == 0, done.stderr
    assert sts_stub.requests == [get_role(), assume_role("7200")]


@one_host
def test_iam_is_called_once(person: Person, sts_stub: StsStub) -> None:
    """An IAM that does not serve is no reason to wait: no retry, and the role is assumed."""
    role = RoleOfSeconds(43200)
    down = (503, "text/xml", "")
    sts_stub.script = lambda request: down if request["Action"] == "GetRole" else role(request)
    done = person.aws(*MAX, "--role-session-name", "s1", env={"AWS_MAX_ATTEMPTS": "3"})

    assert done.returncode == 0, done.stderr
    assert sts_stub.requests == [get_role(), assume_role("43200")]

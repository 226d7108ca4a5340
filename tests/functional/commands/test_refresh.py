"""`aws assume refresh` in the CLI's own driver: again as recorded, one or many at once."""

from __future__ import annotations

import gc
import json
import os
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Iterator, Optional

import pytest

from awscli_assume.profiles.writer import sections, store
from awscli_assume.workflow.many_roles.workers import MOST_WORKERS, WorkerCount
from support.environment import IN_TWELVE_HOURS, NOW
from support.sts_stub import (
    ACCOUNT,
    MFA_SERIAL,
    ROLE_ARN,
    SESSION_KEY_ID,
    USER_KEY_ID,
    Answer,
    assume_role_answer,
    refusal,
    session_answer,
)

BOB = "AKIABOBBOBBOBBOBBOB1"
ENVIRONMENT = "AKIAENVENVENVENVENV1"
LATER = "2026-11-24T18:00:00Z"


class Sts:
    """Hands out another key each time, until LATER; refuses the roles that it is told to."""

    def __init__(self, stub: Any) -> None:
        self.refused: set[str] = set()
        self._lock = threading.Lock()
        self._count = 0
        stub.script = self

    def __call__(self, request: dict[str, str]) -> Optional[Answer]:
        if request["Action"] == "GetSessionToken":
            return session_answer(expiration=IN_TWELVE_HOURS)
        with self._lock:
            self._count += 1
            number = self._count
        name = request["RoleArn"].rpartition("/")[2]
        if name in self.refused:
            return refusal(403, "AccessDenied", f"not authorized to perform this on {name}")
        key_id = f"ASIANEW{number:013d}"
        return assume_role_answer(request["RoleArn"], request["RoleSessionName"], LATER, key_id)


@pytest.fixture
def sts(aws, set_clock) -> Sts:
    return Sts(aws.stub)


@pytest.fixture(autouse=True)
def _clock(set_clock, sts) -> None:
    """Each test starts at NOW, without a terminal."""
    set_clock(has_terminal=lambda: False)


def add_ours(aws, name: str, minutes: float = 5, **more: str) -> None:
    """Append a profile as `aws assume` leaves it, with that many minutes left."""
    record = {
        "role-arn": f"arn:aws:iam::{ACCOUNT}:role/role-of-{name}",
        "role-session-name": "{user}-{date}-session",
        "source-profile": "default",
        **{key.replace("_", "-"): value for key, value in more.items()},
    }
    if "credential-source" in record:
        del record["source-profile"]
    block = "".join(f"    {key} = {value}\n" for key, value in record.items())
    aws.add_config(f"[profile {name}]\nregion = us-east-1\nassumed =\n{block}")
    expiration = (NOW + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
    key_id = "ASIAOLD" + name.upper().ljust(13, "0")
    aws.add_key(name, key_id, "old-secret", "old-token")
    with aws.credentials.open("a") as file:
        file.write(
            f"x_security_token_expires = {expiration}\n"
            f"x_principal_arn = arn:aws:sts::{ACCOUNT}:assumed-role/role-of-{name}/old\n"
            f"x_principal_id = AROAOLD:old\nx_principal_access_key_id = {key_id}\n"
        )


def rows(done: Any) -> dict[str, tuple[str, bool]]:
    """Return state, and whether there was an error, by profile."""
    found = json.loads(done.out)["Profiles"]
    return {row["Profile"]: (row["State"], row["Error"] is not None) for row in found}


def roles_asked(aws) -> list[str]:
    return sorted(request["RoleArn"].rpartition("-")[2] for request in aws.stub.requests)


# One


def test_the_default_target_is_assumed_again_as_recorded(aws) -> None:
    """One call with every recorded option; the record and the region stay."""
    words = ["--duration-seconds", "1800", "--external-id", "partner", "--tags", "Key=a,Value=b",
             "--policy-arns", "arn=arn:aws:iam::aws:policy/ReadOnlyAccess"]  # fmt: skip
    aws("assume", "--role-arn", ROLE_ARN, *words)
    record = aws.section(aws.config, "profile assumed-role")
    held = aws.section(aws.credentials, "assumed-role")
    done = aws("assume", "refresh")

    assert done.code == 0, done.err
    assert rows(done) == {"assumed-role": ("valid", False)}
    first, second = aws.stub.requests
    assert second == first
    assert "ExternalId" in second
    assert aws.section(aws.config, "profile assumed-role") == record
    now = aws.section(aws.credentials, "assumed-role")
    assert now["aws_access_key_id"] != held["aws_access_key_id"]
    assert now["x_principal_access_key_id"] == now["aws_access_key_id"]


def test_a_named_one(aws) -> None:
    """--update-profile names the one to refresh, and the others stay."""
    add_ours(aws, "one")
    add_ours(aws, "two")
    other = aws.section(aws.credentials, "two")
    done = aws("assume", "refresh", "--update-profile", "one")

    assert rows(done) == {"one": ("valid", False)}
    assert roles_asked(aws) == ["one"]
    assert aws.section(aws.credentials, "two") == other


def test_in_a_shell_of_the_target(aws) -> None:
    """AWS_PROFILE on a profile of ours names it, and its recorded source signs."""
    add_ours(aws, "one", minutes=-5)
    aws.set_variable("AWS_PROFILE", "one")
    done = aws("assume", "refresh")

    assert rows(done) == {"one": ("valid", False)}
    assert aws.signers() == [USER_KEY_ID]


def test_a_refusal_of_one_is_the_commands_error(aws, sts) -> None:
    """With one profile meant, STS's refusal ends the command as everywhere else."""
    add_ours(aws, "one")
    sts.refused = {"role-of-one"}
    before = aws.files()
    done = aws("assume", "refresh", "--update-profile", "one")

    assert done.code == 255
    assert "AccessDenied" in done.err
    assert done.out == ""
    assert aws.files() == before


@pytest.mark.parametrize("name", ["theirs", "default", "no-such-profile"])
def test_a_profile_that_is_not_ours_is_refused(aws, name: str) -> None:
    """A foreign profile, and one that does not exist, are errors, and nothing is asked."""
    aws.add_key("theirs", "ASIATHEIRSTHEIRSTHEI", "secret", "token")
    add_ours(aws, "assumed-role")
    before = aws.files()
    done = aws("assume", "refresh", "--update-profile", name)

    assert done.code == 255
    assert f"'{name}'" in done.err
    assert aws.stub.requests == []
    assert aws.files() == before


@pytest.mark.parametrize(
    "words",
    [
        ("--all", "--update-profile", "one"),
        ("--all", "--expiring-within", "900"),
        ("--expiring-within", "soon"),
        ("--expiring-within", "-1"),
    ],
)
def test_choices_that_cannot_be(aws, words: tuple[str, ...]) -> None:
    """Two choices at once, or a number that is none, are errors before anything is asked."""
    add_ours(aws, "one")
    done = aws("assume", "refresh", *words)

    assert done.code == 255
    assert words[-2] in done.err
    assert aws.stub.requests == []


# Which of many


def test_all_of_them(aws) -> None:
    """--all renews valid, expiring, expired and missing ones, and no foreign profile."""
    for name, minutes in (("valid", 50), ("expiring", 5), ("expired", -5)):
        add_ours(aws, name, minutes)
    aws.add_config(f"[profile missing]\nassumed =\n    role-arn = {ROLE_ARN}-missing\n"
                   "    source-profile = default\n")  # fmt: skip
    aws.add_key("theirs", "ASIATHEIRSTHEIRSTHEI", "secret", "token")
    assert "Invalid --workers '0'" in aws("assume", "refresh", "--all", "--workers", "0").err
    assert aws.stub.requests == []
    done = aws("assume", "refresh", "--all", "--workers", "1")

    assert done.code == 0, done.err
    assert roles_asked(aws) == ["expired", "expiring", "missing", "valid"]
    assert set(rows(done).values()) == {("valid", False)}
    assert aws.section(aws.credentials, "theirs")["aws_access_key_id"] == "ASIATHEIRSTHEIRSTHEI"


@pytest.mark.parametrize(("seconds", "expected"), [("600", ["b", "c"]), ("601", ["a", "b", "c"])])
def test_expiring_within(aws, seconds: str, expected: list[str]) -> None:
    """Those with less than so many seconds left, and no others."""
    for name, minutes in (("a", 10), ("b", 9), ("c", -1), ("d", 60)):
        add_ours(aws, name, minutes)
    done = aws("assume", "refresh", "--expiring-within", seconds)

    assert done.code == 0, done.err
    assert roles_asked(aws) == expected


@pytest.mark.parametrize("words", [("--all",), ("--expiring-within", "900")])
def test_replaced_keys_are_left_alone(aws, words: tuple[str, ...]) -> None:
    """Keys that another tool has set are only overwritten where the profile is named."""
    add_ours(aws, "one")
    text = aws.credentials.read_text()
    theirs = text.replace("aws_access_key_id = ASIAOLDONE", "aws_access_key_id = ASIATHE")
    aws.credentials.write_text(theirs)
    before = aws.files()
    done = aws("assume", "refresh", *words)
    after = aws.files()
    named = aws("assume", "refresh", "--update-profile", "one")

    assert text != theirs
    assert (done.code, rows(done)) == (0, {})
    assert after == before
    assert rows(named) == {"one": ("valid", False)}


def test_nothing_to_refresh(aws) -> None:
    """No profile of ours: no call, no write, no error."""
    before = aws.files()
    done = aws("assume", "refresh", "--all")

    assert (done.code, rows(done)) == (0, {})
    assert aws.stub.requests == []
    assert aws.files() == before


# Sources


def test_each_source_signs_for_its_own(aws) -> None:
    """Several sources in one run: each profile's recorded one signs, in its own region."""
    aws.add_config("[profile bob]\nregion = eu-west-1\n")
    aws.add_key("bob", BOB, "secret")
    add_ours(aws, "a")
    add_ours(aws, "b", source_profile="bob")
    add_ours(aws, "c")
    done = aws("assume", "refresh", "--all")

    assert done.code == 0, done.err
    signed = {
        request["RoleArn"].rpartition("-")[2]: header["Authorization"]
        for request, header in zip(aws.stub.requests, aws.stub.headers)
    }
    assert {name: BOB in text for name, text in signed.items()} == {
        "a": False, "b": True, "c": False,
    }  # fmt: skip
    assert "/us-east-1/sts/" in signed["a"]
    assert "/eu-west-1/sts/" in signed["b"]
    assert "/us-east-1/sts/" in signed["c"]


def test_the_environment_is_one_source_of_several(aws) -> None:
    """Keys in the environment sign for what was made from them, and for nothing else."""
    aws.set_variable("AWS_ACCESS_KEY_ID", ENVIRONMENT)
    aws.set_variable("AWS_SECRET_ACCESS_KEY", "EnvironmentSecret")
    add_ours(aws, "a")
    add_ours(aws, "z", credential_source="Environment")
    done = aws("assume", "refresh", "--all")

    assert done.code == 0, done.err
    signed = {
        request["RoleArn"].rpartition("-")[2]: signer
        for request, signer in zip(aws.stub.requests, aws.signers())
    }
    assert signed == {"a": USER_KEY_ID, "z": ENVIRONMENT}
    block = aws.section(aws.config, "profile z")["assumed"]
    assert "credential-source = Environment" in block


def test_an_environment_that_is_gone(aws) -> None:
    """A profile made from the environment's keys fails without them, and the others go on."""
    add_ours(aws, "a")
    add_ours(aws, "z", credential_source="Environment")
    done = aws("assume", "refresh", "--all")

    assert done.code == 1
    assert rows(done) == {"a": ("valid", False), "z": ("expiring", True)}
    assert "AWS_ACCESS_KEY_ID" in done.err
    assert roles_asked(aws) == ["a"]


def test_a_source_that_has_vanished(aws) -> None:
    """A source profile that is gone fails its profile by name, before any request."""
    add_ours(aws, "a", source_profile="carol")
    add_ours(aws, "b")
    done = aws("assume", "refresh", "--all")
    alone = aws("assume", "refresh", "--update-profile", "a")

    assert done.code == 1
    assert rows(done) == {"a": ("expiring", True), "b": ("valid", False)}
    assert roles_asked(aws) == ["b"]
    assert alone.code == 255
    for text in (done.err, alone.err):
        assert "'carol'" in text
        assert "--profile" in text


def test_a_source_without_credentials(aws) -> None:
    """A source profile that holds no credentials fails its own profiles only."""
    aws.add_config("[profile empty]\nregion = us-east-1\n")
    add_ours(aws, "a", source_profile="empty")
    add_ours(aws, "b")
    done = aws("assume", "refresh", "--all")

    assert done.code == 1
    assert rows(done) == {"a": ("expiring", True), "b": ("valid", False)}


def test_a_target_that_has_become_foreign(aws) -> None:
    """A profile of ours that has got a role_arn since is left alone, and said so."""
    add_ours(aws, "a")
    aws.add_config(f"role_arn = {ROLE_ARN}\nsource_profile = default\n")
    add_ours(aws, "b")
    held = aws.section(aws.credentials, "a")
    done = aws("assume", "refresh", "--all")

    assert done.code == 1
    assert rows(done) == {"a": ("expiring", True), "b": ("valid", False)}
    assert aws.section(aws.credentials, "a") == held
    assert roles_asked(aws) == ["b"]


# Chains


def order_asked(aws) -> list[str]:
    return [request["RoleArn"].rpartition("-")[2] for request in aws.stub.requests]


def test_a_profile_made_from_one_of_ours_comes_after_it(aws) -> None:
    """Each of a chain is signed with the new keys of the one that it was made from."""
    add_ours(aws, "a", source_profile="b")
    add_ours(aws, "b", minutes=-5, source_profile="c")
    add_ours(aws, "c", minutes=-5)
    add_ours(aws, "d", source_profile="c")
    done = aws("assume", "refresh", "--all")

    assert done.code == 0, done.err
    assert set(rows(done).values()) == {("valid", False)}
    order = order_asked(aws)
    assert (order[0], order[3]) == ("c", "a")
    held = {n: aws.section(aws.credentials, n) for n in "abcd"}
    signers = dict(zip(order, aws.signers()))
    assert signers == {
        "a": held["b"]["aws_access_key_id"], "b": held["c"]["aws_access_key_id"], "c": USER_KEY_ID,
        "d": held["c"]["aws_access_key_id"],
    }  # fmt: skip
    tokens = dict(
        zip(order, (headers.get("X-Amz-Security-Token") for headers in aws.stub.headers))
    )
    assert tokens["c"] is None
    assert tokens["a"] == held["b"]["aws_session_token"] != "old-token"


def test_a_source_that_is_not_refreshed_signs_as_it_is(aws) -> None:
    """Only what is of the same run is waited for: a named one uses the keys that are there."""
    add_ours(aws, "a", source_profile="b")
    add_ours(aws, "b", minutes=60)
    held = aws.section(aws.credentials, "b")
    named = aws("assume", "refresh", "--update-profile", "a")
    due = aws("assume", "refresh", "--expiring-within", "7200")

    assert rows(named) == {"a": ("valid", False)}
    assert aws.signers()[0] == held["aws_access_key_id"]
    assert rows(due) == {"b": ("valid", False)}


def test_a_failed_source_fails_what_was_made_from_it(aws, sts) -> None:
    """The error names the source; STS is not asked with its old keys, and the others go on."""
    add_ours(aws, "a", source_profile="b")
    add_ours(aws, "b")
    add_ours(aws, "c", source_profile="a")
    add_ours(aws, "d")
    sts.refused = {"role-of-b"}
    done = aws("assume", "refresh", "--all")

    assert done.code == 1
    assert rows(done) == {
        "a": ("expiring", True), "b": ("expiring", True), "c": ("expiring", True),
        "d": ("valid", False),
    }  # fmt: skip
    assert roles_asked(aws) == ["b", "d"]
    errors = {row["Profile"]: row["Error"] for row in json.loads(done.out)["Profiles"]}
    assert "'b'" in errors["a"]
    assert "'a'" in errors["c"]
    assert "AccessDenied" in errors["b"]


@pytest.mark.parametrize("words", [(), ("--dry-run",)])
def test_a_loop_is_an_error_that_names_its_path(aws, words: tuple[str, ...]) -> None:
    """Profiles made from each other fail, and so does what hangs on them; the others go on."""
    add_ours(aws, "a", source_profile="b")
    add_ours(aws, "b", source_profile="a")
    add_ours(aws, "c", source_profile="a")
    add_ours(aws, "d")
    add_ours(aws, "e", source_profile="e")
    done = aws("assume", "refresh", "--all", *words)

    assert done.code == 1
    assert roles_asked(aws) == ([] if words else ["d"])
    errors = [line for line in done.err.splitlines() if "[ERROR]" in line]
    for path in ("a from b from a", "b from a from b", "c from a from b from a", "e from e"):
        assert sum(path in line for line in errors) >= 1, path
    assert len(errors) == 4


# MFA


def test_one_code_for_all_of_a_device(aws, set_clock) -> None:
    """One code buys the session that all profiles of the device go by; the others need none."""
    questions: list[int] = []

    def ask(question: str) -> str:
        assert MFA_SERIAL in question
        questions.append(len(aws.stub.requests))
        return "000001"

    set_clock(has_terminal=lambda: True, ask=ask)
    for name, more in {
        "a": {"serial_number": MFA_SERIAL},
        "b": {},
        "c": {"serial_number": MFA_SERIAL},
    }.items():
        add_ours(aws, name, **more)
    done = aws("assume", "refresh", "--all")

    assert done.code == 0, done.err
    assert questions == [0]
    assert aws.stub.actions == ["GetSessionToken", *["AssumeRole"] * 3]
    signers = {
        request["RoleArn"].rpartition("-")[2]: signer
        for request, signer in list(zip(aws.stub.requests, aws.signers()))[1:]
    }
    assert signers == {"a": SESSION_KEY_ID, "b": USER_KEY_ID, "c": SESSION_KEY_ID}
    assert [request.get("TokenCode") for request in aws.stub.requests] == [
        "000001",
        None,
        None,
        None,
    ]


def test_a_longer_session_takes_a_code_of_its_own(aws, set_clock) -> None:
    """Beside a session of one hour at most, each longer one is requested by its own code."""
    codes = iter(["000001", "000002", "000003"])
    set_clock(has_terminal=lambda: True, ask=lambda question: next(codes))
    add_ours(aws, "a", serial_number=MFA_SERIAL)
    add_ours(aws, "b", serial_number=MFA_SERIAL, duration_seconds="7200")
    add_ours(aws, "c", serial_number=MFA_SERIAL, duration_seconds="7200")
    add_ours(aws, "d", serial_number=MFA_SERIAL)
    done = aws("assume", "refresh", "--all")

    assert done.code == 0, done.err
    sent = [(one["Action"], one.get("TokenCode")) for one in aws.stub.requests]
    assert sent[0] == ("GetSessionToken", "000001")
    assert sorted(sent[1:], key=str) == [
        ("AssumeRole", "000002"), ("AssumeRole", "000003"), ("AssumeRole", None),
        ("AssumeRole", None),
    ]  # fmt: skip
    assert done.err.count("7200 seconds needs an MFA code of its own") == 2


def test_without_a_terminal_the_others_go_on(aws) -> None:
    """Nobody to ask: those with an MFA device fail, the others are renewed."""
    add_ours(aws, "a", serial_number=MFA_SERIAL)
    add_ours(aws, "b")
    done = aws("assume", "refresh", "--all")

    assert done.code == 1
    assert rows(done) == {"a": ("expiring", True), "b": ("valid", False)}
    assert MFA_SERIAL in done.err
    assert roles_asked(aws) == ["b"]


# Partial failure, one replace, many at once


@pytest.fixture
def replaced(monkeypatch: pytest.MonkeyPatch) -> Counter:
    """Return how often each file was replaced."""
    counter: Counter = Counter()
    replace = os.replace

    def counted(source: Any, target: Any, **more: Any) -> None:
        counter[os.path.basename(target)] += 1
        replace(source, target, **more)

    monkeypatch.setattr(os, "replace", counted)
    return counter


def test_partial_failure(aws, sts, replaced: Counter) -> None:
    """Some refused: exit code 1, each named with its cause, the rest written in one replace."""
    for name in "abcde":
        add_ours(aws, name)
    before = {name: aws.section(aws.credentials, name) for name in "abcde"}
    sts.refused = {"role-of-b", "role-of-d"}
    done = aws("assume", "refresh", "--all")

    assert done.code == 1
    assert rows(done) == {
        "a": ("valid", False), "b": ("expiring", True), "c": ("valid", False),
        "d": ("expiring", True), "e": ("valid", False),
    }  # fmt: skip
    errors = [line for line in done.err.splitlines() if "[ERROR]" in line]
    assert [name in line for name, line in zip(("b:", "d:"), errors)] == [True, True]
    assert all("AccessDenied" in line for line in errors)
    assert "3 of 5" in done.err
    changed = [n for n in "abcde" if aws.section(aws.credentials, n) != before[n]]
    assert changed == ["a", "c", "e"]
    assert replaced["credentials"] == 1
    # What the config file says of them is what it said before.
    assert replaced["config"] == 0


def test_all_refused_writes_nothing(aws, sts, replaced: Counter) -> None:
    """Where none worked, both files are the very same files."""
    for name in "ab":
        add_ours(aws, name)
    before = [os.stat(path) for path in (aws.config, aws.credentials)]
    sts.refused = {"role-of-a", "role-of-b"}
    done = aws("assume", "refresh", "--all")

    assert done.code == 1
    assert "0 of 2" in done.err
    assert replaced == {}
    after = [os.stat(path) for path in (aws.config, aws.credentials)]
    assert [found.st_mtime_ns for found in after] == [found.st_mtime_ns for found in before]


def damage_credentials(aws, name: str) -> None:
    """Make the writer add a second key below one that it does not recognize."""
    key = f"ASIAOLD{name.upper().ljust(13, '0')}"
    text = aws.credentials.read_text()
    assert f"aws_access_key_id = {key}" in text
    aws.credentials.write_text(text.replace(f"aws_access_key_id = {key}",
                                            f"AWS_ACCESS_KEY_ID = {key}"))  # fmt: skip


def damage_config(aws, name: str) -> None:
    """Make the writer take a nested key for the profile's own."""
    text = aws.config.read_text()
    before = f"[profile {name}]\nregion = us-east-1\n"
    assert before in text
    aws.config.write_text(text.replace(
        before, f"[profile {name}]\ns3 =\n  region = x\nregion = us-east-1\n"
    ))  # fmt: skip


@pytest.mark.parametrize("others", [0, 200], ids=["small files", "large files"])
@pytest.mark.parametrize("words", [(), ("--dry-run",)], ids=["for real", "dry run"])
def test_what_the_writer_would_damage_is_its_profiles_own_error(
    aws, replaced: Counter, words: tuple[str, ...], others: int
) -> None:
    """A section that can't be written is left in both files; all other profiles are renewed."""
    for name in "abcd":
        add_ours(aws, name)
    for number in range(others):
        aws.add_config(f"[profile other-{number}]\noutput = json\nregion = eu-central-1\n")
        aws.add_key(f"other-{number}", f"AKIA{number:016}", "secret")
    damage_credentials(aws, "b")
    damage_config(aws, "c")
    before = aws.files()
    held = {name: aws.section(aws.credentials, name) for name in "abcd"}
    done = aws("assume", "refresh", "--all", "--region", "eu-west-1", *words)

    assert done.code == 1
    errors = [line for line in done.err.splitlines() if "[ERROR]" in line]
    assert [line.split(": ")[2] for line in errors] == ["b", "c"]
    assert "2 of 4" in done.err
    if words:
        assert (aws.files(), replaced) == (before, {})
        return
    assert rows(done) == {
        "a": ("valid", False), "b": ("expiring", True), "c": ("expiring", True),
        "d": ("valid", False),
    }  # fmt: skip
    assert replaced == {"config": 1, "credentials": 1}
    changed = [n for n in "abcd" if aws.section(aws.credentials, n) != held[n]]
    assert changed == ["a", "d"]
    regions = {n: aws.section(aws.config, f"profile {n}")["region"] for n in "abcd"}
    assert regions == {"a": "eu-west-1", "b": "us-east-1", "c": "us-east-1", "d": "eu-west-1"}


def test_many_in_one_go_are_the_bytes_of_one_by_one(aws) -> None:
    """However the sections are written, the files are those of one refresh after another."""
    for number, name in enumerate("abcdefgh"):
        add_ours(aws, name)
        aws.add_config(f"# of {name}\n\n[profile x{name}]\noutput=json\n")
        if number % 2:
            aws.add_key(f"x{name}", USER_KEY_ID, "secret " * 200)
    text = aws.credentials.read_text()
    arn = f"x_principal_arn = arn:aws:sts::{ACCOUNT}:assumed-role/role-of-a/old\n"
    assert arn in text
    text = text.replace(arn, "")
    text = text.replace("x_principal_id = AROAOLD:old\n", "; a note\n\n", 3)
    text = text.replace("aws_secret_access_key = old", "aws_secret_access_key=old", 5)
    aws.credentials.write_text(text.rstrip("\n"))
    aws.config.write_text(aws.config.read_text().replace("region = us-east-1\nass", "ass", 3))
    before = aws.files()
    aws.stub.script = lambda request: assume_role_answer(
        request["RoleArn"], "me", LATER, request["RoleArn"][-1:] * 20
    )
    for name in "abcdefgh":
        aws("assume", "refresh", "--update-profile", name)
    one_by_one = aws.files()
    aws.config.write_bytes(before[0])
    aws.credentials.write_bytes(before[1])
    done = aws("assume", "refresh", "--all")

    assert done.code == 0, done.err
    assert len(before[1]) > sections.SMALL_BYTES
    assert before[1] != one_by_one[1]
    assert aws.files() == one_by_one


def test_what_is_loaded_is_not_collected(aws) -> None:
    """The collector need not go through all that the CLI has loaded, whatever the verb."""
    before = gc.get_freeze_count()
    aws("assume", "list")

    assert before == 0
    assert gc.get_freeze_count() > 10_000


def test_a_named_one_that_the_writer_would_damage(aws) -> None:
    """With one profile meant, that it can't be written ends the command."""
    add_ours(aws, "b")
    damage_credentials(aws, "b")
    before = aws.files()
    done = aws("assume", "refresh", "--update-profile", "b")

    assert done.code == 255
    assert "[b]" in done.err
    assert done.out == ""
    assert aws.files() == before


@pytest.mark.parametrize("name", ["a", "b"])
def test_long_lived_keys_set_meanwhile_stay(
    aws, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Keys that a user sets in one of several targets before our turn are not overwritten."""
    add_ours(aws, "a")
    add_ours(aws, "b")
    locked = store.files_locked

    @contextmanager
    def late(paths: Any) -> Iterator[None]:
        aws("configure", "set", "aws_access_key_id", USER_KEY_ID, "--profile", name)
        with locked(paths):
            yield

    monkeypatch.setattr(store, "files_locked", late)
    done = aws("assume", "refresh", "--all")

    assert done.code != 0
    assert aws.section(aws.credentials, name)["aws_access_key_id"] == USER_KEY_ID


def test_a_new_region_is_one_replace_of_each_file(aws, replaced: Counter) -> None:
    """--region is written to all of them, in one replace of each file."""
    for name in "abc":
        add_ours(aws, name)
    done = aws("assume", "refresh", "--all", "--region", "eu-west-1")

    assert done.code == 0, done.err
    assert replaced == {"config": 1, "credentials": 1}
    regions = {aws.section(aws.config, f"profile {name}")["region"] for name in "abc"}
    assert regions == {"eu-west-1"}


def test_many_at_once_and_no_more_than_that(aws, sts) -> None:
    """So many requests are on their way together as there are workers, and never more."""
    rounds, first = 3, WorkerCount().now
    names = [f"p{number}" for number in range(first * rounds)]
    for name in names:
        add_ours(aws, name)
    # Nobody is answered before a whole batch has come.
    crowd = threading.Barrier(first)
    lock = threading.Lock()
    inside, most, alone = 0, 0, 0

    def script(request: dict[str, str]) -> Answer:
        nonlocal inside, most, alone
        with lock:
            inside += 1
            most = max(most, inside)
        try:
            crowd.wait(20)
        except threading.BrokenBarrierError:
            alone += 1
        answer = sts(request)
        with lock:
            inside -= 1
        return answer

    aws.stub.script = script
    done = aws("assume", "refresh", "--all")

    assert done.code == 0, done.err
    assert alone == 0
    assert first <= most <= MOST_WORKERS
    assert len(aws.stub.requests) == len(names)
    assert set(rows(done)) == set(names)


def test_each_profile_gets_the_answer_to_its_own_request(aws) -> None:
    """Threads do not mix up who asked for what."""
    names = [f"p{number}" for number in range(20)]
    for name in names:
        add_ours(aws, name)
    aws("assume", "refresh", "--all")

    for name in names:
        arn = aws.section(aws.credentials, name)["x_principal_arn"]
        assert f":assumed-role/role-of-{name}/" in arn


def test_no_secret_leaves_by_debug(aws) -> None:
    """What STS returns to the threads is in no log."""
    for name in "abcd":
        add_ours(aws, name)
    done = aws("assume", "refresh", "--all", "--debug")

    assert done.code == 0, done.err
    for name in "abcd":
        held = aws.section(aws.credentials, name)
        for key in ("aws_secret_access_key", "aws_session_token"):
            assert held[key] not in done.out + done.err
    assert "old-secret" not in done.out + done.err

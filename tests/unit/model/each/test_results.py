"""Targets, shards, reasons and exit codes of ``aws assume each``."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.each.results import (
    EachTarget,
    RunDescription,
    Shard,
    Tally,
    TargetResult,
    failure_reason,
    parse_shard,
    select_shard,
)

ACCOUNTS = st.from_regex(r"[0-9]{12}", fullmatch=True)
REGIONS = st.sampled_from([None, "us-east-1", "eu-west-1"])
PROFILES = st.one_of(st.none(), st.text(min_size=1, max_size=8))
TARGETS = st.builds(EachTarget, ACCOUNTS, st.text(max_size=5), REGIONS, PROFILES)
TARGET = EachTarget("111111111111", "dev", "us-east-1")


def result(code: int, *, error: str | None = None, reason: str | None = None) -> TargetResult:
    return TargetResult(TARGET, code, 1.0, error, reason, b"out", b"err")


def test_key_names_account_region_and_profile() -> None:
    """The key does not depend on the account's name, which can change."""
    assert TARGET.key == "111111111111/us-east-1"
    assert EachTarget("111111111111", "renamed", "us-east-1").key == TARGET.key
    assert EachTarget("111111111111", "", None, "audit").key == "111111111111//audit"


@settings(deadline=None)
@given(st.lists(TARGETS, unique_by=lambda one: one.key), st.integers(1, 9), st.randoms())
def test_each_target_is_in_one_shard(targets, count, random) -> None:  # type: ignore[no-untyped-def]
    """All shards together are all targets, none twice, whatever the order."""
    shuffled = list(targets)
    random.shuffle(shuffled)
    shards = [select_shard(targets, Shard(index + 1, count)) for index in range(count)]
    again = [select_shard(shuffled, Shard(index + 1, count)) for index in range(count)]

    assert sorted(one.key for shard in shards for one in shard) == sorted(
        one.key for one in targets
    )
    assert [{one.key for one in shard} for shard in shards] == [
        {one.key for one in shard} for shard in again
    ]


def test_shards_stay_the_same_in_later_versions() -> None:
    """The shard of a target is the same in each version, and so on each machine of a run."""
    targets = [EachTarget(f"{number:012d}", "", "us-east-1") for number in range(12)]
    shard = [one.account_id[-2:] for one in select_shard(targets, Shard(1, 3))]

    assert shard == ["00", "03", "04", "05", "06", "08"]


def test_regions_of_an_account_are_in_one_shard() -> None:
    """The role is assumed on one machine. A default region that differs moves no account."""
    targets = [EachTarget("111111111111", "", region) for region in (None, "us-east-1", "x")]
    sizes = [len(select_shard(targets, Shard(index, 5))) for index in range(1, 6)]

    assert sorted(sizes) == [0, 0, 0, 0, 3]


def test_shards_are_of_similar_size() -> None:
    """With 3,000 targets and 10 shards, none has more than a fifth above the average."""
    targets = [EachTarget(f"{number * 7919:012d}") for number in range(3000)]

    assert all(240 < len(select_shard(targets, Shard(i + 1, 10))) < 360 for i in range(10))


def test_all_targets_without_a_shard() -> None:
    """Without --shard, everything is selected."""
    assert select_shard([TARGET], None) == [TARGET]


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "a/b", "1/0", "-1/4", "1/4/2", "", "1 / 4"])
def test_bad_shard_is_refused(text: str) -> None:
    """A part that does not exist would silently run nothing."""
    with pytest.raises(InvalidRequest, match="Invalid --shard .*type I/N"):
        parse_shard(text)


def test_shard_counts_from_one() -> None:
    """The last of four shards is 4/4."""
    assert parse_shard("4/4") == Shard(4, 4)
    assert str(parse_shard("4/4")) == "4/4"


@pytest.mark.parametrize(
    ("code", "stderr", "expected"),
    [
        (0, b"warning: An error occurred (X) when", None),
        (255, b"", "exit code 255"),
        (254, b"\nAn error occurred (AccessDenied) when calling the X operation", "AccessDenied"),
        (254, b"aws: [ERROR]: An error occurred (Throttling.Rate) when", "Throttling.Rate"),
        (254, b"An error occurred (A) when\nAn error occurred (B) when", "B"),
        (1, b"\xff\xfe", "exit code 1"),
        (-9, b"An error occurred (X) when", "signal SIGKILL"),
        (-40, b"", "signal 40"),
    ],
)
def test_reason(code: int, stderr: bytes, expected: str | None) -> None:
    """A failure is grouped by AWS's error code, else by its exit code."""
    assert failure_reason(code, stderr) == expected


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([], 0),
        ([result(0)], 0),
        ([result(0), result(255)], 1),
        ([result(0), result(255, error="No.")], 1),
        ([result(3)], 1),
        ([result(255, error="No."), result(255, error="No.")], 2),
        ([result(255, error="No."), result(1)], 1),
        # A code of 0 with an error is no success.
        ([result(0, error="No.")], 2),
    ],
)
def test_exit_code(results: list[TargetResult], expected: int) -> None:
    """0 all succeeded, 1 some failed, 2 none could start."""
    tally = Tally()
    for one in results:
        tally.add(one)
    assert tally.exit_code == expected


def test_tally_stores_failures_without_output() -> None:
    """The output of thousands of failures is not in memory until the end."""
    tally = Tally()
    tally.add_earlier()
    tally.add(result(0))
    tally.add(result(7))
    tally.add(result(255, error="No.", reason="AccessDenied"))

    assert (tally.succeeded, tally.earlier, tally.failed, tally.done) == (2, 1, 2, 4)
    assert list(tally.failures) == ["exit code 7", "AccessDenied"]
    assert {one.stdout + one.stderr for found in tally.failures.values() for one in found} == {b""}


def test_incomplete_tally_is_no_success() -> None:
    """Targets that nobody knows count as a failure."""
    assert Tally(succeeded=3, is_incomplete=True).exit_code == 1


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("aws", "s3api", "list-buckets", "--query", "secret"), "aws s3api list-buckets"),
        (("/usr/bin/aws", "--profile", "x", "sts"), "/usr/bin/aws"),
        (("aws", "s3", "cp", "s3://bucket/secret", "-"), "aws s3 cp"),
        (("mysql", "password"), "mysql"),
        ((), ""),
    ],
)
def test_shown_command_has_no_option(command: tuple[str, ...], expected: str) -> None:
    """An option, or the word after a program, may hold a secret."""
    run = RunDescription(command, {})

    assert run.shown_command == expected
    assert "secret" not in repr(run)


def test_digest_depends_on_each_word() -> None:
    """Words are not only joined: `a b` and `a`, `b` are two commands."""
    digests = {
        RunDescription(words, {}).command_digest
        for words in [("a", "b"), ("a b",), ("ab",), ("a", "b", "")]
    }

    assert len(digests) == 4

"""The summary names what failed, by reason."""

from __future__ import annotations

from awscli_assume.model.each.results import EachTarget, Tally, TargetResult
from awscli_assume.outputs.each.summary import summary_text, target_text

DEV = EachTarget("111111111111", "dev", "us-east-1")
TEST = EachTarget("222222222222", "", "us-east-1")


def test_success_is_one_line() -> None:
    """Nothing else is said when nothing failed."""
    text = summary_text(Tally(succeeded=3, earlier=1), 3, 61, has_regions=False)

    assert text == "3 of 3 succeeded (1 of them in an earlier run), in 1 min 1 s.\n"


def test_failures_are_named_by_reason() -> None:
    """The largest group comes first, with the message of its first failure."""
    tally = Tally(succeeded=1)
    for target in (TEST, DEV):
        tally.add(TargetResult(target, 255, 0.1, "Cannot assume\nit.", "AccessDenied"))
    tally.add(TargetResult(DEV, 3, 0.1))

    assert summary_text(tally, 5, 2, has_regions=True) == (
        "1 of 5 succeeded, 3 failed, 1 not run, in 2 s.\n"
        "AccessDenied: 2 failed: 222222222222 us-east-1, dev (111111111111) us-east-1\n"
        "  Cannot assume\\x0ait.\n"
        "exit code 3: 1 failed: dev (111111111111) us-east-1\n"
    )


def test_thousands_of_failures_are_few_lines() -> None:
    """The first 40 of a group are named."""
    tally = Tally()
    for number in range(5000):
        tally.add(TargetResult(EachTarget(f"{number:012d}"), 1, 0.1))
    text = summary_text(tally, 5000, 2, has_regions=False)

    assert text.count(", 0000") == 39
    assert text.endswith("and 4960 more\n")


def test_text_of_a_target() -> None:
    """A profile is named where it is the target, and a name cannot change the terminal."""
    target = EachTarget("111111111111", "\x1b[2J", "us-east-1", "audit")

    assert target_text(target, has_regions=True) == (
        "\\x1b[2J (111111111111) profile audit us-east-1"
    )
    assert target_text(TEST, has_regions=False) == "222222222222"

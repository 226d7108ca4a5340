"""The order of profiles that were made from each other."""

from __future__ import annotations

import pytest

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.profiles.record import Record
from awscli_assume.profiles.state import ProfileState
from awscli_assume.workflow.refresh.source_order import check_no_loop, in_levels

ROLE_ARN = "arn:aws:iam::123456789012:role/r"


def _state(name: str) -> ProfileState:
    return ProfileState(name, Record(ROLE_ARN, "alice"), "valid", 0)


def test_each_comes_after_the_one_that_it_was_made_from() -> None:
    """Levels begin with what was made from none of them, and keep the order that was given."""
    sources = {"a": "b", "b": "c", "c": "default", "d": None, "e": "c"}

    assert in_levels(sources) == [["c", "d"], ["b", "e"], ["a"]]


def test_without_chains_all_are_of_one_level() -> None:
    """Nobody waits for anybody where no source is ours."""
    assert in_levels({"a": "default", "b": None}) == [["a", "b"]]
    assert in_levels({}) == []


def test_those_of_a_loop_come_last() -> None:
    """A loop, and what hangs on it, ends the levels."""
    assert in_levels({"a": "b", "b": "a", "c": "a", "d": "x"}) == [["d"], ["a", "b", "c"]]


@pytest.mark.parametrize(
    ("name", "path"),
    [("a", "a from b from a"), ("c", "c from a from b from a"), ("e", "e from e")],
)
def test_a_loop_is_named(name: str, path: str) -> None:
    """The error holds the whole way from the profile into the loop."""
    with pytest.raises(InvalidConfiguration, match=path):
        check_no_loop(_state(name), {"a": "b", "b": "a", "c": "a", "e": "e"})


def test_a_chain_is_no_loop() -> None:
    """A chain that ends at a profile of somebody else is fine, however long."""
    sources = {f"p{number}": f"p{number + 1}" for number in range(50)}

    assert check_no_loop(_state("p0"), sources) is None

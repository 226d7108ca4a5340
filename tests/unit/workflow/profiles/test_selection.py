"""Which roles get a profile."""

from __future__ import annotations

from typing import Optional

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.assumable_role import IDENTITY_CENTER, AssumableRole
from awscli_assume.workflow.profiles.selection import select

A, B = "111111111111", "222222222222"
ROLES = [
    AssumableRole(role, account, name, IDENTITY_CENTER, sso_session="corp")
    for account, name in ((A, "Production EU"), (B, None))
    for role in ("Admin", "Reader")
]


@pytest.mark.parametrize(
    ("words", "accounts", "roles", "expected"),
    [
        ([], None, None, [0, 1, 2, 3]),
        (["EU", "adm"], None, None, [0]),
        ([], ["production eu"], None, [0, 1]),
        ([], [B], ["ADMIN"], [2]),
        ([], ["prod*", B], ["*er"], [1, 3]),
        ([], ["*EU"], None, [0, 1]),
        ([A[:3]], None, ["Reader"], [1]),
    ],
)
def test_selection(
    words: list[str],
    accounts: Optional[list[str]],
    roles: Optional[list[str]],
    expected: list[int],
) -> None:
    """All words, one account and one role name have to match, in any case."""
    assert select(ROLES, words, accounts, roles) == [ROLES[number] for number in expected]


@pytest.mark.parametrize(
    ("words", "accounts", "roles", "message"),
    [
        (["x"], None, None, "No granted role matches all filters"),
        ([], ["Produktion EU"], None, "matches nothing .* Similar names: Production EU"),
        ([], ["production"], None, "--accounts: 'production' matches nothing"),
        ([], [B], ["a.min"], "--roles: 'a.min' matches nothing"),
        ([], ["\x1b[x"], None, r"'\\x1b\[x' matches nothing"),
    ],
)
def test_selection_of_nothing(
    words: list[str], accounts: Optional[list[str]], roles: Optional[list[str]], message: str
) -> None:
    """A name that matches nothing is an error, not an empty result."""
    with pytest.raises(InvalidRequest, match=message):
        select(ROLES, words, accounts, roles)


def test_nothing_is_granted() -> None:
    """If there are no roles at all, the selection is empty."""
    assert select([], ["x"], None, None) == []

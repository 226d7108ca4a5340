"""Which of the accounts remain, and what is said of the others."""

from __future__ import annotations

from typing import Optional

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.targets.account import TargetAccount
from awscli_assume.model.targets.exclusions import completed, select, shown
from awscli_assume.model.targets.expressions import parse_expression

A, B, C = (
    TargetAccount(one * 12, name, state)
    for one, name, state in (("1", "a", "ACTIVE"), ("2", "b", "ACTIVE"), ("3", "", "SUSPENDED"))
)


def chosen(
    own: Optional[str] = None, **found: list[TargetAccount]
) -> tuple[list[TargetAccount], list[str]]:
    """Return the result for expressions by their texts; ``_`` stands for a colon."""
    notes: list[str] = []
    by_expression = {
        parse_expression(text.replace("_", ":")): accounts for text, accounts in found.items()
    }
    return select(list(by_expression), by_expression, own, notes), notes


def test_each_account_once() -> None:
    """What several expressions know of an account is put together."""
    plain = TargetAccount(B.account_id, sso_session="corp")
    accounts, notes = chosen(x=[plain], all=[A, B])
    assert accounts == [TargetAccount(B.account_id, "b", "ACTIVE", sso_session="corp"), A]
    assert notes == []


def test_profiles_are_targets_of_their_own() -> None:
    """Two roles in one account are two targets."""
    one, two = (TargetAccount(A.account_id, profile=name) for name in ("one", "two"))
    accounts, _ = chosen(profiles_x=[one, two], a=[A])
    assert accounts == [one, two, A]


def test_own_account() -> None:
    """It is left out of groups, unless it is named."""
    accounts, notes = chosen(own=A.account_id, all=[A, B])
    assert accounts == [B]
    assert notes == [
        "The caller's own account a (111111111111) was left out. To include it, add its ID to "
        "--accounts"
    ]
    assert chosen(own=A.account_id, all=[A, B], a=[A]) == ([A, B], [])
    assert chosen(own=A.account_id, all=[A, B], not_a=[A]) == ([B], [])
    assert chosen(own="9" * 12, all=[A, B]) == ([A, B], [])


def test_inactive_accounts() -> None:
    """They are left out however they are selected: no role in them can be assumed."""
    note = "1 account is not active and was left out: 333333333333 SUSPENDED"
    assert chosen(all=[A, C]) == ([A], [note])
    with pytest.raises(InvalidRequest, match=f"--accounts c selects no account. {note}"):
        chosen(c=[C])
    closed = TargetAccount("4" * 12, "d", "CLOSED")
    _, notes = chosen(all=[A, C, closed])
    assert notes == [
        "2 accounts are not active and were left out: 333333333333 SUSPENDED, "
        "d (444444444444) CLOSED"
    ]
    unknown = TargetAccount("5" * 12)
    assert chosen(x=[unknown]) == ([unknown], [])


def test_exclusions() -> None:
    """By account; a pattern of profiles excludes the profiles that profiles selected."""
    assert chosen(all=[A, B], not_x=[A]) == ([B], [])
    _, notes = chosen(all=[A, B], not_x=[C])
    assert notes == ["'not:x' excludes no account"]
    one, two = (TargetAccount(A.account_id, profile=name) for name in ("one", "two"))
    accounts, _ = chosen(profiles_x=[one, two], not_profiles_two=[two])
    assert accounts == [one]
    assert chosen(all=[A, B], not_profiles_two=[two]) == ([B], [])
    with pytest.raises(InvalidRequest, match="--accounts all not:all selects no account"):
        chosen(all=[A, B], not_all=[A, B])


def test_expressions_without_accounts() -> None:
    """They are mentioned beside others."""
    accounts, notes = chosen(ou_Empty=[], all=[A])
    assert (accounts, notes) == ([A], ["'ou:Empty' has no accounts"])


def test_long_lists_are_cut() -> None:
    """A sentence names five, printable."""
    assert shown([str(n) for n in range(7)]) == "0, 1, 2, 3, 4 and 2 more"
    assert shown(["a\n"]) == r"a\x0a"


def test_thousands_of_accounts() -> None:
    """Selection takes linear time."""
    many = [TargetAccount(f"{n:012}", "n", "ACTIVE") for n in range(20_000)]
    accounts, _ = chosen(all=many, not_x=many[::2], not_y=many[1::4])
    assert len(accounts) == 5_000


def test_completed() -> None:
    """An unknown account stays as it is; the organization's name comes first."""
    named = TargetAccount(A.account_id, "profile", profile="p")
    assert completed(named, None) is named
    assert completed(named, A) == TargetAccount(A.account_id, "a", "ACTIVE", profile="p")

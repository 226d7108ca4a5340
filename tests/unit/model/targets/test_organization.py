"""What is known of an organization, and paths of units."""

from __future__ import annotations

from typing import Optional

import pytest

from awscli_assume.model.targets.account import TargetAccount
from awscli_assume.model.targets.organization import Organization, Unit, split_path

WEB, SLASH, LONG = Unit("ou-1", "Web"), Unit("ou-2", "Web/Shop"), Unit("ou-3", "Data")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("Web", (WEB, "")),
        ("web", (WEB, "")),
        ("Web/API", (WEB, "API")),
        ("Web/Shop", (SLASH, "")),
        ("WEB/SHOP/EU", (SLASH, "EU")),
        ("Web/Shops", (WEB, "Shops")),
        ("Website", None),
        ("", None),
    ],
)
def test_paths(path: str, expected: Optional[tuple[Unit, str]]) -> None:
    """The longest name fits, because names may contain slashes; else any case fits."""
    assert split_path(path, [WEB, SLASH, LONG]) == expected


def test_exact_names_come_first() -> None:
    """Two units may differ in case only."""
    upper = Unit("ou-4", "WEB")
    assert split_path("WEB", [WEB, upper]) == (upper, "")
    assert split_path("Web/API", [WEB, upper]) == (WEB, "API")


def test_accounts_below_units() -> None:
    """By the paths of the accounts, or by the lists of each unit."""
    deep = TargetAccount("1" * 12, ou_ids=("r-1", "ou-1", "ou-2"))
    top = TargetAccount("2" * 12, ou_ids=("r-1",))
    found = Organization(0)
    found.add([deep, top])
    assert not found.has_paths
    found.is_complete = True
    assert found.has_paths
    assert found.below("ou-1") == [deep]
    found.units = {"r-1": (Unit("ou-1", "a"),), "ou-1": (Unit("ou-2", "b"),)}
    found.members = {"r-1": (top.account_id,), "ou-2": (deep.account_id,)}
    assert found.listed_below("r-1") == [top, deep]
    assert found.listed_below("ou-1") == [deep]


def test_known_paths_stay() -> None:
    """A list without paths does not hide the path that another list had."""
    found = Organization(0)
    found.add([TargetAccount("1" * 12, "a", ou_ids=("r-1",))])
    found.add([TargetAccount("1" * 12, "a")])
    assert found.accounts["1" * 12].ou_ids == ("r-1",)
    found.add([TargetAccount("1" * 12, "new", ou_ids=("ou-1",))])
    assert found.accounts["1" * 12].name == "new"

"""Names of profiles: safe, unique, and the same in every run."""

from __future__ import annotations

import itertools

import pytest

from awscli_assume.profiles.ownership import check_profile_name
from awscli_assume.workflow.profiles.names import Grant, Naming

A, B, C = "111111111111", "222222222222", "333333333333"
TEMPLATE = "{account}-{role}"


def names_of(*grants: Grant, template: str = TEMPLATE, **existing: tuple[str, str]) -> list[str]:
    """Return the names of grants; they are the same in any order of the grants."""
    accounts = {grant.account_id: grant.account_name for grant in grants}
    naming = Naming(template, "corp", accounts, existing)
    found = naming.unique_names(grants)
    for order in itertools.permutations(grants):
        assert naming.unique_names(order) == found
    for name in found.values():
        assert check_profile_name(name) == name
    assert len(set(found.values())) == len(grants)
    return [found[grant] for grant in grants]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("production", "production-Admin"),
        ("", f"{A}-Admin"),
        ("My Account (EU)", "My-Account--EU-Admin"),
        ("Größe", "Große-Admin".replace("ß", "-")),
        ("\\x1b[31mred\\u202e", "x1b-31mred-u202e-Admin"),
        ("a\nb]\x00'\"", "a-b-Admin"),
        ("日本", f"{A}-Admin"),
        ("--region", "region-Admin"),
        ("{role}", "role-Admin"),
        # Not as if it were the other account.
        (B, f"{B}-{A}-Admin"),
        (A, f"{A}-Admin"),
        ("x" * 200, f"{A}-Admin"),
    ],
)
def test_account_name_in_a_name(name: str, expected: str) -> None:
    """An account's name becomes characters that every shell and file can carry."""
    assert names_of(Grant(A, name, "Admin")) == [expected]


def test_two_accounts_with_one_name() -> None:
    """Both get their account IDs in all names, also if only one of them gets profiles."""
    grants = Grant(A, "prod", "Admin"), Grant(B, "prod", "Admin"), Grant(A, "prod", "R")

    assert names_of(*grants) == [f"prod-{A}-Admin", f"prod-{B}-Admin", f"prod-{A}-R"]
    naming = Naming(TEMPLATE, "corp", {A: "prod", B: "prod"})
    assert naming.unique_names(grants[:1]) == {grants[0]: f"prod-{A}-Admin"}
    # Names that are equal only once they are safe.
    assert names_of(Grant(A, "my prod", "Admin"), Grant(B, "my/prod", "Admin")) == [
        f"my-prod-{A}-Admin", f"my-prod-{B}-Admin",
    ]  # fmt: skip


def test_name_of_another_profile_of_ours() -> None:
    """A grant does not get the name of a profile that another grant has."""
    names = names_of(
        Grant(A, "prod", "Admin"), template="{role}", Admin=(B, "Admin"), Other=(C, "Admin")
    )

    assert names == [f"Admin-{A}"]


def test_profile_keeps_its_name() -> None:
    """An account that is added later, or that goes, changes no name of a profile."""
    old, new = Grant(A, "prod", "Admin"), Grant(B, "prod", "Admin")

    assert names_of(old, new, **{"prod-Admin": old.key}) == ["prod-Admin", f"prod-{B}-Admin"]
    assert names_of(new, old, **{"prod-Admin": old.key}) == [f"prod-{B}-Admin", "prod-Admin"]
    assert names_of(old, **{f"prod-{A}-Admin": old.key}) == [f"prod-{A}-Admin"]
    # But not the name of another template, or that of an account's earlier name.
    assert names_of(old, **{"old-Admin": old.key}) == ["prod-Admin"]
    # Nor the name without a template, if this template makes another one.
    assert names_of(old, **{f"{A}-Admin": old.key}) == ["prod-Admin"]
    long = Grant(A, "x" * 200, "Admin")
    assert names_of(long, **{f"{A}-Admin": long.key}) == [f"{A}-Admin"]
    taken = {"prod-Admin": (C, "Admin"), f"prod-{A}-Admin": (C, "R"), f"{A}-Admin": old.key}
    assert names_of(old, **taken) == [f"{A}-Admin"]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{role}", [f"Admin-{A}", f"Admin-{B}", "Reader"]),
        ("{account}", [f"prod-{A}-Admin", "test", f"prod-{A}-Reader"]),
        ("all", [f"all-{A}-Admin", f"all-{B}", f"all-{A}-Reader"]),
        ("{account_id}.{role}", [f"{A}.Admin", f"{B}.Admin", f"{A}.Reader"]),
        ("{session}@{account}/{role}", ["corp@prod/Admin", "corp@test/Admin", "corp@prod/Reader"]),
    ],
)
def test_templates_that_make_equal_names(template: str, expected: list[str]) -> None:
    """What the template leaves out is added where it has to be."""
    grants = Grant(A, "prod", "Admin"), Grant(B, "test", "Admin"), Grant(A, "prod", "Reader")

    assert names_of(*grants, template=template) == expected


def test_name_that_another_grant_would_get() -> None:
    """An account that is called like another one with its ID gets a name of its own."""
    names = names_of(
        Grant(A, "prod", "Admin"), Grant(B, "prod", "Admin"), Grant(C, f"prod-{A}", "Admin")
    )

    assert names == [f"prod-{A}-Admin", f"prod-{B}-Admin", f"prod-{A}-{C}-Admin"]


def test_name_of_the_default_profile_is_no_name() -> None:
    """Every command without --profile would use it."""
    assert names_of(Grant(A, "", "default"), template="{role}") == [f"{A}-default"]


def test_role_with_a_path() -> None:
    """The path of a role is no part of a name."""
    assert names_of(Grant(A, "prod", "team/dev/deploy")) == ["prod-deploy"]

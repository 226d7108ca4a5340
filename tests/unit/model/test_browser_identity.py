"""One name and one color for each account and role."""

from __future__ import annotations

import re

import pytest

from awscli_assume.model.browser_identity import COLORS, BrowserIdentity

ACCOUNT = "123456789012"


def identity(role: str = "my-iam-role", account: str = ACCOUNT, **more: str) -> BrowserIdentity:
    return BrowserIdentity(more.pop("profile", "assumed-role"), account, role, **more)


def test_the_name_is_of_the_account_and_the_role() -> None:
    """The profile does not matter: two profiles of one role share an identity."""
    names = {
        identity(role, account, profile=profile).name
        for role in ("admin", "reader")
        for account in ("111111111111", "222222222222")
        for profile in ("a", "b")
    }

    assert names == {
        "admin-111111111111", "admin-222222222222", "reader-111111111111", "reader-222222222222",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("AWSReservedSSO_AdministratorAccess_0123456789abcdef", f"AdministratorAccess-{ACCOUNT}"),
        ("a+=,.@-_b", f"a+=,.@-_b-{ACCOUNT}"),
        ("team/dev/my-iam-role", f"team-dev-my-iam-role-{ACCOUNT}"),
        ("../../x", f"x-{ACCOUNT}"),
        ("-x", f"x-{ACCOUNT}"),
        ("a&url=b", f"a-url=b-{ACCOUNT}"),
        ("a b\\c:d\n", f"a-b-c-d--{ACCOUNT}"),
    ],
)
def test_the_name_is_a_folder_and_one_word(role: str, name: str) -> None:
    """Chromium makes a folder of it; it never leaves its parent and is never an option."""
    assert identity(role).name == name
    assert re.fullmatch(r"[A-Za-z0-9+=@_][A-Za-z0-9+=,@_.-]*", identity(role).name)


@pytest.mark.parametrize(
    "more",
    [
        {"role": "ProdAdmin"},
        {"role": "PRODAdmin"},
        {"role": "prod"},
        {"role": "admin", "account_name": "Shop Production"},
        {"role": "admin", "account_name": "shop-prd-2"},
        {"role": "admin", "account_name": "live"},
        {"role": "admin", "profile": "shop-prod"},
    ],
)
def test_production_is_red(more: dict[str, str]) -> None:
    """The role, the account's name or the profile say production."""
    assert identity(**more).color == "red"


@pytest.mark.parametrize(
    "name",
    ["product-admin", "Producer", "non-prod", "NonProd", "pre-production", "nonprod", "olive",
     "reproduce", "delivery"],
)  # fmt: skip
def test_other_words_are_not_production(name: str) -> None:
    """Neither longer words nor what is before or not production."""
    assert identity(account_name=name).color != "red"


def test_colors_are_by_hash() -> None:
    """The same in each process, and spread over all of Firefox's colors but red."""
    colors = {identity(account=f"{number:012d}").color for number in range(200)}

    assert colors == set(COLORS)
    assert (
        identity().color == identity(profile="other", account_name="sandbox").color == "turquoise"
    )

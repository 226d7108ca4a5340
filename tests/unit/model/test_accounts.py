"""Accounts by id or by name, and what is said where a name is of no use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.accounts import parse_account, several_accounts, unknown_account


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("123456789012", ("123456789012", None)),
        ("prod", (None, "prod")),
        ("My Account (EU) 2", (None, "My Account (EU) 2")),
        ("Büro", (None, "Büro")),
    ],
)
def test_account(text: str, found: tuple) -> None:
    """Twelve digits are an id in any case, a text with a letter is a name."""
    assert parse_account(text) == found


@pytest.mark.parametrize(
    "text", ["", "1", "12345678901", "1234-5678-9012", " prod", "a\tb", "x" * 129]
)
def test_account_that_is_neither(text: str) -> None:
    """A digit too few is no name, nor is what has blanks at its ends or controls in it."""
    with pytest.raises(InvalidRequest, match="it must be 12 digits"):
        parse_account(text)


@given(st.text())
def test_any_account(text: str) -> None:
    """Whatever is typed is an id, a name, or refused."""
    try:
        account_id, name = parse_account(text)
    except InvalidRequest:
        return
    assert (account_id is None) != (name is None)


def test_near_names_are_listed() -> None:
    """A name with a slip names those that are near, and says who was asked."""
    asked = {
        "iam:ListAccountAliases": "was refused (AccessDenied)",
        "organizations:ListAccounts": None,
    }

    assert unknown_account("Prodction", ["Production", "sandbox", "a\nb"], asked) == (
        "No account with the name 'Prodction' was found: no profile has it, "
        "iam:ListAccountAliases was refused (AccessDenied) and organizations:ListAccounts does "
        "not list it. Similar: 'Production'. Type its ID: --account-id 123456789012"
    )


def test_several_accounts_are_listed() -> None:
    """Two accounts of one name are two options to choose from."""
    assert several_accounts("prod", ["111111111111", "222222222222"]) == (
        "Several accounts have the name 'prod'. Type one of them: "
        "--account-id 111111111111; or --account-id 222222222222"
    )

"""Accounts that the user names: by an ID of 12 digits, or by a name to look up."""

from __future__ import annotations

import difflib
import re
from typing import Mapping, Optional, Sequence

from awscli_assume.errors import InvalidRequest

ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)
# A mistyped ID, which is not looked up as a name.
_LIKE_AN_ID = re.compile(r"[\d-]*\d[\d-]*")
# Account names of Organizations have at most 50 characters (API reference, "Account"),
# profile names may have more.
_NAME_MAX = 128
_SIMILAR_MAX = 5


def check_account_id(text: str) -> str:
    """Return an account ID of 12 digits. Raises InvalidRequest."""
    if ACCOUNT_ID.fullmatch(text):
        return text
    digits = text.replace("-", "")
    hint = f" Try: --account-id {digits}" if ACCOUNT_ID.fullmatch(digits) else ""
    raise InvalidRequest(f"Invalid account ID {text!r}: it must be 12 digits.{hint}")


def parse_account(text: str) -> tuple[Optional[str], Optional[str]]:
    """Return an account's ID and None, or None and its name. Raises InvalidRequest."""
    if ACCOUNT_ID.fullmatch(text):
        return text, None
    if not text or _LIKE_AN_ID.fullmatch(text):
        check_account_id(text)
    if not text.isprintable() or text != text.strip() or len(text) > _NAME_MAX:
        raise InvalidRequest(
            f"Invalid account {text[:_NAME_MAX]!r}: it must be 12 digits, or the name of an "
            f"account, at most {_NAME_MAX} characters. Try: --account-id 123456789012"
        )
    return None, text


def several_accounts(name: str, ids: Sequence[str]) -> str:
    """Return the message for a name that several accounts have."""
    options = "; or ".join(f"--account-id {one}" for one in ids)
    return f"Several accounts have the name {name!r}. Type one of them: {options}"


def unknown_account(name: str, names: Sequence[str], refused: Mapping[str, Optional[str]]) -> str:
    """Return the message for an account name that was not found.

    ``names`` are known names. ``refused`` has the operations that were called, each
    with the reason why it failed or None.
    """
    calls = " and ".join(
        f"{operation} does not list it" if why is None else f"{operation} {why}"
        for operation, why in refused.items()
    )
    by_case = {one.casefold(): one for one in names if one.isprintable()}
    similar = difflib.get_close_matches(name.casefold(), by_case, _SIMILAR_MAX)
    hint = f" Similar: {', '.join(repr(by_case[one]) for one in similar)}." if similar else ""
    return (
        f"No account with the name {name!r} was found: no profile has it, {calls}.{hint} "
        "Type its ID: --account-id 123456789012"
    )

"""Accounts as a person names them: by 12 digits, or by a name that has to be looked up."""

from __future__ import annotations

import difflib
import re
from typing import Mapping, Optional, Sequence

from awscli_assume.errors import InvalidRequest

ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)
# What is meant as an id: no account name is looked up for a digit too few.
_LIKE_AN_ID = re.compile(r"[\d-]*\d[\d-]*")
# Organizations has names of at most 50 characters (API reference, "Account"); a
# profile's name may be longer.
_NAME_MOST = 128
_NEAR_MOST = 5


def check_account_id(text: str) -> str:
    """Return a 12 digit account id. Raises InvalidRequest."""
    if ACCOUNT_ID.fullmatch(text):
        return text
    digits = text.replace("-", "")
    hint = f" Try: --account-id {digits}" if ACCOUNT_ID.fullmatch(digits) else ""
    raise InvalidRequest(f"Invalid account id {text!r}: it has to be 12 digits.{hint}")


def parse_account(text: str) -> tuple[Optional[str], Optional[str]]:
    """Return an account's id, or its name where it is none. Raises InvalidRequest."""
    if ACCOUNT_ID.fullmatch(text):
        return text, None
    if not text or _LIKE_AN_ID.fullmatch(text):
        check_account_id(text)
    if not text.isprintable() or text != text.strip() or len(text) > _NAME_MOST:
        raise InvalidRequest(
            f"Invalid account {text[:_NAME_MOST]!r}: it has to be 12 digits, or the name of an "
            f"account, at most {_NAME_MOST} characters. Try: --account-id 123456789012"
        )
    return None, text


def several_accounts(name: str, ids: Sequence[str]) -> str:
    """Return what is to be said of a name that is that of several accounts."""
    ways = "; or ".join(f"--account-id {one}" for one in ids)
    return f"Several accounts have the name {name!r}. Type the one that is meant: {ways}"


def unknown_account(name: str, names: Sequence[str], refused: Mapping[str, Optional[str]]) -> str:
    """Return what is to be said of a name that nobody knows: who was asked, and what is near.

    ``refused`` says of each operation how it did not answer, None of one that did.
    """
    asked = " and ".join(
        f"{operation} does not have it" if why is None else f"{operation} {why}"
        for operation, why in refused.items()
    )
    by_case = {one.casefold(): one for one in names if one.isprintable()}
    near = difflib.get_close_matches(name.casefold(), by_case, _NEAR_MOST)
    hint = f" Near it: {', '.join(repr(by_case[one]) for one in near)}." if near else ""
    return (
        f"No account is known by the name {name!r}: no profile has it, {asked}.{hint} "
        "Type its id: --account-id 123456789012"
    )

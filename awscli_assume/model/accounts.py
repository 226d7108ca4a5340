"""Accounts as a person names them: by 12 digits, or by a name that has to be looked up."""

from __future__ import annotations

import re
from typing import Optional

from awscli_assume.errors import InvalidRequest

ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)
# What is meant as an id: no account name is looked up for a digit too few.
_LIKE_AN_ID = re.compile(r"[\d-]*\d[\d-]*")
# Organizations has names of at most 50 characters (API reference, "Account"); a
# profile's name may be longer.
_NAME_MOST = 128


def check_account_id(text: str) -> str:
    """Answer a 12 digit account id. Raises InvalidRequest."""
    if ACCOUNT_ID.fullmatch(text):
        return text
    digits = text.replace("-", "")
    hint = f" Try: --account-id {digits}" if ACCOUNT_ID.fullmatch(digits) else ""
    raise InvalidRequest(f"Invalid account id {text!r}: it has to be 12 digits.{hint}")


def parse_account(text: str) -> tuple[Optional[str], Optional[str]]:
    """Answer an account's id, or its name where it is none. Raises InvalidRequest."""
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

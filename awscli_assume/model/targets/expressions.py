"""The values of ``--accounts``: what each selects, and the lists in files."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Iterable, Mapping, Optional

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.accounts import ACCOUNT_ID
from awscli_assume.model.printable import printable_line

ID, NAME, ALL, UNIT, TAG = "ID", "name", "all", "unit", "tag"
IDENTITY_CENTER, PROFILES, FILE = "identity-center", "profiles", "file"
# What only AWS Organizations knows. A name may also be known otherwise.
OF_ORGANIZATION = frozenset({ALL, UNIT, TAG})
STDIN = "-"
NOT = "not:"
# The IDs of organizational units and roots (AWS Organizations API reference, "ListParents").
UNIT_ID = re.compile(r"ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32}", re.ASCII)
# A mistyped ID, which is not looked up as a name.
_LIKE_AN_ID = re.compile(r"[\d-]*\d[\d-]*", re.ASCII)
_PREFIXES = {"ou:": UNIT, "tag:": TAG, "profiles:": PROFILES, "@": FILE}
_EXAMPLES = {
    UNIT: "ou:Production/Web",
    TAG: "tag:Stage=prod",
    PROFILES: "profiles:prod-*",
    FILE: "@accounts.txt",
}
# The keys of an account in JSON: of `aws organizations list-accounts`, and of --list.
_ID_KEYS = ("Id", "AccountId")


@dataclass(frozen=True)
class Expression:
    """One value of ``--accounts``, which selects or, with ``is_excluded``, excludes accounts.

    ``text`` is the value as it was given.
    """

    kind: str
    value: str
    text: str
    is_excluded: bool = False

    @property
    def label(self) -> str:
        """The value for a message."""
        return printable_line(self.text)

    @property
    def is_group(self) -> bool:
        """Return whether the expression does not name a certain account."""
        return self.kind in OF_ORGANIZATION or (self.kind == NAME and "*" in self.value)


def parse_expression(text: str) -> Expression:
    """Return the expression of one value. Raises InvalidRequest."""
    is_excluded = text.startswith(NOT)
    value = text[len(NOT) :] if is_excluded else text
    if value.startswith(NOT):
        raise InvalidRequest(f"Invalid --accounts '{text}': 'not:' may stand there only once")
    kind, value = _kind_and_value(value.strip(), text)
    return Expression(kind, value, text, is_excluded)


def split_ids(text: str) -> list[str]:
    """Return the IDs of a list such as ``ID,ID``, and any other text alone."""
    parts = [part for part in re.split(r"[\s,]+", text) if part]
    return parts if len(parts) > 1 and all(map(ACCOUNT_ID.fullmatch, parts)) else [text]


def _kind_and_value(value: str, text: str) -> tuple[str, str]:
    if value in (ALL, IDENTITY_CENTER):
        return value, value
    if value == STDIN:
        return FILE, STDIN
    if ACCOUNT_ID.fullmatch(value):
        return ID, value
    if UNIT_ID.fullmatch(value):
        return UNIT, value
    for prefix, kind in _PREFIXES.items():
        if value.startswith(prefix):
            rest = value[len(prefix) :].strip()
            if not rest:
                raise InvalidRequest(
                    f"Invalid --accounts '{text}': something has to follow '{prefix}', for "
                    f"example {_EXAMPLES[kind]}"
                )
            return kind, rest
    _check_name(value, text)
    return NAME, value


def _check_name(value: str, text: str) -> None:
    """Raise InvalidRequest for what can't be the name of an account."""
    if _LIKE_AN_ID.fullmatch(value):
        digits = value.replace("-", "")
        hint = f". Try: --accounts {digits}" if ACCOUNT_ID.fullmatch(digits) else ""
        raise InvalidRequest(f"Invalid account ID {value!r}: it must be 12 digits{hint}")
    if value.startswith("file://"):
        raise InvalidRequest(
            f"Invalid --accounts {text!r}: a file with accounts is named with @, for example "
            f"{_EXAMPLES[FILE]}"
        )
    if not value or not value.isprintable():
        raise InvalidRequest(f"Invalid --accounts {text!r}: it names no account")


def parse_list(content: str, place: str) -> list[str]:
    """Return the expressions in a file: one on each line, or JSON.

    A line may also have several IDs, or an ID and other fields. JSON is a list of texts or
    accounts, or an object with such a list, as ``--list`` and ``aws organizations list-accounts``
    print. ``place`` is the file's name for messages. Raises InvalidRequest.
    """
    content = content.lstrip("\ufeff").strip()
    if content.startswith(("[", "{")):
        return _parse_json(content, place)
    return [text for line in content.splitlines() for text in _parse_line(line.strip())]


def _parse_line(line: str) -> list[str]:
    line = re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()
    if not line:
        return []
    first, *others = re.split(r"[\s,]+", line)
    if others and ACCOUNT_ID.fullmatch(first):
        ids = split_ids(line)
        return ids if len(ids) > 1 else [first]
    return [line]


def _parse_json(content: str, place: str) -> list[str]:
    try:
        found = json.loads(content)
    except ValueError as error:
        raise InvalidRequest(f"{place} is not valid JSON: {error}") from None
    if isinstance(found, Mapping):
        found = found.get("Accounts")
    texts = [_text_of(one) for one in found] if isinstance(found, list) else [None]
    if None in texts:
        raise InvalidRequest(
            f"{place} has JSON of another kind: it has to be a list of account IDs, or what "
            "--list or aws organizations list-accounts prints"
        )
    return [text for text in texts if text is not None]


def _text_of(found: object) -> Optional[str]:
    if isinstance(found, Mapping):
        found = next((found[key] for key in _ID_KEYS if key in found), None)
    return found if isinstance(found, str) else None


def matches(pattern: str, text: str) -> bool:
    """Return whether a text matches a pattern; ``*`` stands for any characters."""
    parts = (re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(".*".join(parts), text, re.DOTALL) is not None


def has_tag(expression: str, tags: Mapping[str, str]) -> bool:
    """Return whether tags have ``Key=Value``, or ``Key`` with any value.

    Keys and values are case-sensitive and may contain ``=``, so all texts are compared whole.
    ``*`` in a value stands for any characters: a tag can't contain it.
    """
    if expression in tags:
        return True
    return any(matches(expression, f"{key}={value}") for key, value in tags.items())


def values_of_tag(expression: str, tags: Iterable[Mapping[str, str]]) -> list[str]:
    """Return the values that accounts have for the key of an expression."""
    key = expression.partition("=")[0]
    return sorted({one[key] for one in tags if key in one})

"""The state of a list of roles while the user types and moves, independent of a terminal.

Roles that contain all words of the query come first, in any order and case, the most and most
recently used ones at the top. Roles that contain the letters of each word in the same order
follow, those with the closest letters at the top.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Iterable, Optional, Sequence

from awscli_assume.model.assumable_role import PROFILE, AssumableRole
from awscli_assume.model.printable import printable

# The weight of a use by its age. zoxide has the same steps.
_WEIGHTS = ((timedelta(hours=1), 4.0), (timedelta(days=1), 2.0), (timedelta(days=7), 0.5))
_OLDEST = 0.25
# The letters of a word of N characters may spread over this many times N characters.
_SPREAD = 2


@dataclass(frozen=True)
class Choice:
    """A role in a list: the columns to show, and the arguments that name it.

    ``others`` are more texts to search. ``short_account`` is the account on a narrow terminal,
    without the ID if the name is unique.
    """

    account: str
    role: str
    source: str
    arguments: tuple[str, ...]
    others: tuple[str, ...] = ()
    short_account: str = ""

    @property
    def fields(self) -> list[str]:
        """The texts to search, in lower case."""
        return [text.lower() for text in (self.account, self.role, self.source, *self.others)]


@dataclass(frozen=True)
class Selection:
    """The query, the matching choices (the best first), and the position of the cursor.

    The first ``exact`` matches contain all words of the query.
    """

    choices: tuple[Choice, ...]
    query: str
    matching: tuple[Choice, ...]
    exact: int
    cursor: int = 0

    @property
    def current(self) -> Optional[Choice]:
        """The choice at the cursor, or None if nothing matches."""
        return self.matching[self.cursor] if self.matching else None

    def searched(self, query: str) -> Selection:
        """Return the selection for another query, with the cursor on the best match."""
        return selection_of(self.choices, query)

    def typed(self, text: str) -> Selection:
        """Return the selection with text added to the query."""
        text = "".join(one if one.isprintable() else " " for one in text)
        return self.searched(self.query + text)

    def erased(self) -> Selection:
        """Return the selection without the last character of the query."""
        return self.searched(self.query[:-1])

    def word_erased(self) -> Selection:
        """Return the selection without the last word of the query."""
        return self.searched(re.sub(r"\S*\s*$", "", self.query))

    def moved(self, rows: int) -> Selection:
        """Return the selection with the cursor this many rows down, or up if negative."""
        last = max(len(self.matching) - 1, 0)
        return replace(self, cursor=min(max(self.cursor + rows, 0), last))

    def visible(self, height: int) -> tuple[int, tuple[Choice, ...]]:
        """Return the row of the cursor, and at most ``height`` choices around it."""
        lowest = max(len(self.matching) - height, 0)
        top = min(max(self.cursor - height // 2, 0), lowest)
        return self.cursor - top, self.matching[top : top + height]


def selection_of(choices: Sequence[Choice], query: str = "") -> Selection:
    """Return the selection for a query. ``choices`` are in order of preference."""
    words = query.lower().split()
    exact: list[Choice] = []
    fuzzy: list[tuple[int, Choice]] = []
    for choice in choices:
        fields = choice.fields
        if all(any(word in field for field in fields) for word in words):
            exact.append(choice)
            continue
        spread = _spread_of(words, fields)
        if spread is not None:
            fuzzy.append((spread, choice))
    fuzzy.sort(key=lambda one: one[0])
    matching = (*exact, *(choice for _, choice in fuzzy))
    return Selection(tuple(choices), query, matching, len(exact))


def choices_of(roles: Iterable[AssumableRole], now: datetime) -> list[Choice]:
    """Return the choices for roles, the most and most recently used first."""
    by_use = sorted(roles, key=lambda role: -_frecency(role, now))
    ids: dict[str, set[Optional[str]]] = {}
    for role in by_use:
        ids.setdefault(role.account_name or "", set()).add(role.account_id)
    return [choice_of(one, len(ids[one.account_name or ""]) == 1) for one in by_use]


def choice_of(role: AssumableRole, is_unique_name: bool = True) -> Choice:
    """Return the choice for a role. Its columns have one line, without control characters.

    ``is_unique_name`` is False if several accounts have the account name.
    """
    short = role.account_name if is_unique_name and role.account_name else role.account_id
    account = " ".join(filter(None, (role.account_name, role.account_id)))
    source = role.source
    if role.source == PROFILE and role.profile:
        source = f"profile {role.profile}"
    names = (f"{one}/{role.role_name}" for one in (role.account_name, role.account_id) if one)
    others = (*names, role.profile, role.sso_session, role.role_arn)
    return Choice(
        one_line(account) or "-",
        one_line(role.role_name),
        one_line(source),
        role.arguments(),
        tuple(one for one in others if one),
        one_line(short or ""),
    )


def one_line(text: str) -> str:
    """Return a text without control characters, tabs and newlines."""
    return printable(" ".join(text.split()))


def _frecency(role: AssumableRole, now: datetime) -> float:
    """Return how often a role was used, weighted by how long ago that was."""
    if role.last_used is None:
        return float(role.uses > 0) * _OLDEST
    age = now - role.last_used
    weight = next((weight for limit, weight in _WEIGHTS if age < limit), _OLDEST)
    return max(role.uses, 1) * weight


def _spread_of(words: Iterable[str], fields: Iterable[str]) -> Optional[int]:
    """Return how many characters the words spread over, or None if a word is in no field."""
    total = 0
    for word in words:
        pattern = re.compile(".*?".join(map(re.escape, word)))
        lengths = [found.end() - found.start() for found in map(pattern.search, fields) if found]
        if not lengths or min(lengths) > _SPREAD * len(word):
            return None
        total += min(lengths)
    return total

"""What a list of roles shows for a query, a cursor and a height."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Optional

import pytest

from awscli_assume.model.assumable_role import (
    IDENTITY_CENTER,
    PROFILE,
    TRUST_POLICY,
    AssumableRole,
)
from awscli_assume.model.role_selection import (
    Choice,
    Selection,
    choice_of,
    choices_of,
    selection_of,
)
from support.environment import NOW

CHOICES = [
    Choice("production 111122223333", "Administrator", "profile prod-admin", ("prod-admin",)),
    Choice("production 111122223333", "ReadOnly", "Identity Center", ("x",), ("corp",)),
    Choice("development 444455556666", "team/Administrator", "trust policy", ("y",)),
    Choice("Preprod 777788889999", "Auditor", "Identity Center", ("z",)),
]


def roles_of(selection: Selection) -> list[str]:
    return [f"{one.account.split()[0]}/{one.role}" for one in selection.matching]


@pytest.mark.parametrize(
    ("query", "expected", "exact"),
    [
        ("", 4, 4),
        ("PROD", 3, 3),
        ("admin prod", 1, 1),
        ("prod  admin ", 1, 1),
        ("corp", 1, 1),
        ("6666", 1, 1),
        ("identity aud", 1, 1),
        ("nothing", 0, 0),
        # A word is in one field; two fields are not one text.
        ("productionadmin", 0, 0),
        # The letters in order, not too far apart.
        ("prdctn", 2, 0),
        ("devel adminstrator", 1, 0),
        ("pz", 0, 0),
    ],
)
def test_what_a_query_finds(query: str, expected: int, exact: int) -> None:
    """All words have to occur, in any order and case; then come letters in their order."""
    selection = selection_of(CHOICES, query)

    assert len(selection.matching) == expected
    assert selection.exact == exact


def test_all_words_come_before_letters() -> None:
    """A role that has the words is above one that has only their letters."""
    letters = Choice("paroxd 1", "one", "x", ())
    words = Choice("prod 2", "two", "x", ())

    selection = selection_of([letters, words], "prod")

    assert selection.matching == (words, letters)
    assert selection.exact == 1


def test_letters_close_together_come_first() -> None:
    """Of two roles that have the letters, the one where they are closer is first."""
    far, near = Choice("axbxcx 1", "one", "x", ()), Choice("abxc 2", "two", "x", ())

    assert selection_of([far, near], "abc").matching == (near, far)


def test_typing_and_erasing() -> None:
    """Each change of the query searches again, with the cursor on the best match."""
    selection = selection_of(CHOICES).moved(2)
    assert selection.cursor == 2

    selection = selection.typed("pro").typed("d\x1b read")
    assert (selection.query, selection.cursor) == ("prod  read", 0)
    assert roles_of(selection) == ["production/ReadOnly"]

    selection = selection.word_erased()
    assert (selection.query, len(selection.matching)) == ("prod  ", 3)
    selection = selection.erased().word_erased()
    assert (selection.query, len(selection.matching)) == ("", 4)
    assert selection.erased().query == ""


def test_moving_ends_at_the_first_and_the_last() -> None:
    """The cursor stays on a role, and on none if there is none."""
    selection = selection_of(CHOICES)

    assert selection.moved(-1).current == CHOICES[0]
    assert selection.moved(100).current == CHOICES[-1]
    assert selection.moved(100).moved(-1).current == CHOICES[-2]
    assert selection.typed("nothing").moved(3).current is None


@pytest.mark.parametrize(
    ("cursor", "height", "row", "top"),
    [(0, 3, 0, 0), (1, 3, 1, 0), (5, 3, 1, 4), (9, 3, 2, 7), (4, 20, 4, 0), (7, 1, 0, 7)],
)
def test_the_cursor_is_visible(cursor: int, height: int, row: int, top: int) -> None:
    """As many roles as fit are visible, around the cursor."""
    many = [Choice("a", str(number), "s", ()) for number in range(10)]

    found, visible = selection_of(many).moved(cursor).visible(height)

    assert found == row
    assert [one.role for one in visible] == [str(n) for n in range(top, min(top + height, 10))]


def role(name: str, uses: int = 0, age: Optional[timedelta] = None) -> AssumableRole:
    last = None if age is None else NOW - age
    arn = f"arn:aws:iam::111122223333:role/{name}"
    return AssumableRole(name, "111122223333", None, PROFILE, arn, name, uses=uses, last_used=last)


def test_the_most_and_most_recently_used_are_first() -> None:
    """A use counts less the longer ago it is; roles without uses keep their order."""
    roles = [
        role("b"),
        role("a"),
        role("old", 100, timedelta(days=30)),
        role("week", 30, timedelta(days=3)),
        role("now", 2, timedelta(minutes=5)),
        role("often", 40, timedelta(hours=2)),
    ]

    assert [one.role for one in choices_of(roles, NOW)] == [
        "often", "old", "week", "now", "b", "a",
    ]  # fmt: skip


def test_the_columns_of_a_role() -> None:
    """Account, role and source have one line each, without control characters."""
    found = AssumableRole("te\x1bam/Admin", "111122223333", "Big\t\nCorp\x07", IDENTITY_CENTER,
                          sso_session="corp")  # fmt: skip

    choice = choice_of(found)

    assert choice.account == r"Big Corp\x07 111122223333"
    assert (choice.role, choice.source) == (r"te\x1bam/Admin", IDENTITY_CENTER)
    assert choice.arguments == found.arguments()
    assert selection_of([choice], "corp admin").exact == 1


def test_the_source_of_a_role() -> None:
    """A profile is shown by its name, another source by its kind."""
    named = role("prod-admin")

    assert choice_of(named).source == "profile prod-admin"
    assert choice_of(replace(named, source=TRUST_POLICY)).source == TRUST_POLICY
    assert choice_of(replace(named, account_id=None)).account == "-"

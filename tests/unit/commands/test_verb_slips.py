"""Words that are a verb but for a slip."""

from __future__ import annotations

from typing import Optional

import pytest

from awscli_assume.commands.verb_slips import near_verb

VERBS = ("export", "exec", "list", "refresh", "clear", "explain", "create-role")


@pytest.mark.parametrize(
    ("word", "verb"),
    [
        ("lst", "list"),
        ("lits", "list"),
        ("List", "list"),
        ("exprot", "export"),
        ("refrehs", "refresh"),
        ("clean", "clear"),
        ("explian", "explain"),
        ("create-rol", "create-role"),
        ("exporter", None),
        ("my-iam-role", None),
        ("admin", None),
        ("executor", None),
        ("list", None),
    ],
)
def test_one_slip_is_near(word: str, verb: Optional[str]) -> None:
    """A letter more, less, changed or two changed places; a longer word is another word."""
    assert near_verb(word, VERBS) == verb

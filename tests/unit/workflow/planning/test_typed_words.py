"""Words in the place of ROLE that look like a verb."""

from __future__ import annotations

from typing import Optional

import pytest

from awscli_assume.commands.verbs import VERBS
from awscli_assume.workflow.planning.typed_words import similar_verb


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
def test_one_typing_error_is_similar(word: str, verb: Optional[str]) -> None:
    """A letter more, less, changed or two changed places; a longer word is another word."""
    assert similar_verb(word, VERBS) == verb

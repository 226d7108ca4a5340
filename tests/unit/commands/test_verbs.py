"""The registry of verbs, and words that look like one of them."""

from __future__ import annotations

from typing import Optional

import pytest

from awscli_assume.commands.verbs import VERBS, load_verb, similar_verb


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
    assert similar_verb(word) == verb


@pytest.mark.parametrize("name", VERBS)
def test_the_registry_loads_each_verb(name: str) -> None:
    """A verb's class is found by its entry, and has the verb's name."""
    assert name == load_verb(name).NAME

"""A word that may be the name of a role, or a verb with a slip in it."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Iterable, Optional

# One letter more, less or changed, or two changed places, in a verb of four letters or more.
_NEAR = 0.75


def near_verb(word: str, verbs: Iterable[str]) -> Optional[str]:
    """Return the verb that a word is one slip away from, or None."""
    for verb in verbs:
        is_near = SequenceMatcher(None, word.lower(), verb).ratio() >= _NEAR
        if is_near and word != verb and abs(len(word) - len(verb)) <= 1:
            return verb
    return None

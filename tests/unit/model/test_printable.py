"""Control characters as escapes."""

from __future__ import annotations

import pytest

from awscli_assume.model.printable import printable, printable_object


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain \u00e9\u4e2d\U0001f600", "plain \u00e9\u4e2d\U0001f600"), ("a\tb\nc", "a\tb\nc"),
        ("\x1b[2J", "\\x1b[2J"), ("\x07", "\\x07"), ("\r", "\\x0d"), ("\x7f", "\\x7f"),
        ("\x9b", "\\x9b"), ("\u202e", "\\u202e"), ("\u2066", "\\u2066"), ("\u061c", "\\u061c"),
        ("\u2028", "\\u2028"),
    ],
)  # fmt: skip
def test_controls_become_escapes(text: str, expected: str) -> None:
    """C0, DEL, C1 and bidirectional controls; all else stays."""
    assert printable(text) == expected


def test_all_texts_of_an_object() -> None:
    """Keys, too, and other types as they are."""
    found = printable_object({"\x1b": ["\x07", ("\x9b", 1, None)]})

    assert found == {"\\x1b": ["\\x07", ["\\x9b", 1, None]]}

"""Each message that suggests a command has a test that runs the command."""

from __future__ import annotations

from support.suggestion_rows import NOT_RUN, ROWS
from support.suggestions import commands_in, templates, texts_with


def test_each_suggestion_has_a_row() -> None:
    """A message that is new needs a row in tests/support/suggestion_rows.py, or a reason."""
    parts = [*(row.part for row in ROWS), *NOT_RUN]
    texts = list(templates())

    assert len(texts) > 150
    assert [one for one in texts if not any(part in one.text for part in parts)] == []


def test_each_row_is_about_a_message() -> None:
    """A row whose message is gone, or that is about two, fails."""
    parts = (*(row.part for row in ROWS), *NOT_RUN)

    assert [part for part in parts if len(texts_with(part)) != 1] == []


def test_commands_are_found() -> None:
    """They come after a colon and after each other; sentences are none."""
    text = "No role. Try: aws assume -- 'a b', or --role-arn ARN. To list: aws iam list-policies"
    assert commands_in(text) == ["aws assume -- 'a b'", "--role-arn ARN", "aws iam list-policies"]
    assert commands_in("The profile that aws assume wrote is gone") == []

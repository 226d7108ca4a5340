"""The numbered list of roles, on a terminal in memory."""

from __future__ import annotations

import io
from typing import Optional

import pytest

from awscli_assume.host.environment import Terminal
from awscli_assume.model.role_selection import Choice, selection_of
from awscli_assume.outputs.choice.numbered_list import choose_by_number

CHOICES = [
    Choice("production 1", "Administrator", "profile a", ()),
    Choice("production 1", "ReadOnly", "profile b", ()),
    Choice("development 2", "Administrator", "profile c", ()),
]
MANY = [Choice("account", f"role{number}", "profile", ()) for number in range(12)]


def choose(typed: str, choices: list[Choice] = CHOICES) -> tuple[Optional[Choice], str]:
    terminal = Terminal(io.StringIO(typed), io.StringIO())
    found = choose_by_number(selection_of(choices), terminal, "...")
    return found, terminal.output.getvalue()


def test_a_number_chooses() -> None:
    """The list has a number for each role."""
    found, shown = choose("2\n")

    assert found == CHOICES[1]
    assert shown == (
        "1) production 1   Administrator  profile a\n"
        "2) production 1   ReadOnly       profile b\n"
        "3) development 2  Administrator  profile c\n"
        "Number or words (empty: quit): "
    )


def test_words_show_the_roles_that_match() -> None:
    """A number then is that of the shorter list."""
    found, shown = choose("admin dev\n1\n")

    assert found == CHOICES[2]
    assert shown.splitlines()[-2] == (
        "Number or words (empty: quit): 1) development 2  Administrator  profile c"
    )


def test_a_number_that_is_not_in_the_list() -> None:
    """It is a word like another one."""
    found, shown = choose("4\n\n")

    assert found is None
    assert "No role matches" in shown


def test_a_long_list() -> None:
    """Nine roles are shown, and how many more there are."""
    found, shown = choose("role1\n3\n", MANY)

    assert "9) account  role8" in shown
    assert "   and 3 more" in shown
    assert found == MANY[11]


@pytest.mark.parametrize("typed", ["\n", "  \n", "", "\x1b\n"])
def test_quitting(typed: str) -> None:
    """An empty line, the end of the input and Esc leave."""
    found, shown = choose(typed)

    assert found is None
    assert shown.endswith("\n") == (typed == "")


def test_ctrl_c_leaves() -> None:
    """Ctrl-C is no error."""

    class Interrupted(io.StringIO):
        def readline(self, size: Optional[int] = -1) -> str:
            raise KeyboardInterrupt

    terminal = Terminal(Interrupted(), io.StringIO())

    assert choose_by_number(selection_of(CHOICES), terminal, "...") is None

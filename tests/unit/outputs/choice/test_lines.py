"""The lines of a list of roles, for terminals of any width and height."""

from __future__ import annotations

import pytest

from awscli_assume.model.role_selection import Choice, selection_of
from awscli_assume.outputs.choice.lines import Line, list_lines, role_lines
from awscli_assume.outputs.printing import cell_width, cut

CHOICES = [
    Choice("production 111122223333", "Administrator", "profile prod-admin", ()),
    Choice("development 444455556666", "team/ReadOnly", "Identity Center", ()),
]


def test_a_list_for_80_columns() -> None:
    """The query, the roles in columns with a mark for the cursor, and the keys."""
    assert list_lines(selection_of(CHOICES).moved(1), 80, 24, "…") == [
        Line("Role: ", "prompt"),
        Line("  production 111122223333   Administrator  profile prod-admin", "role"),
        Line("> development 444455556666  team/ReadOnly  Identity Center", "current"),
        Line("2 of 2 roles. Enter: choose, Esc: quit, arrow keys: move", "help"),
    ]


def test_a_list_for_20_columns() -> None:
    """The source is left out, account and role are cut, and so is the help."""
    assert [one.text for one in list_lines(selection_of(CHOICES), 20, 24, "…")] == [
        "Role: ",
        "> product…  Admini…",
        "  develop…  team/R…",
        "2 of 2 roles",
    ]


@pytest.mark.parametrize("width", [1, 2, 5, 10, 19, 20, 40, 49, 50, 60, 200])
@pytest.mark.parametrize("end", ["…", "..."])
def test_no_line_is_wider_than_the_terminal(width: int, end: str) -> None:
    """Every line leaves the last column free, whatever is typed."""
    selection = selection_of(CHOICES, "a query that is longer than all of the terminals, 日本語")

    for one in (selection, selection.searched("")):
        for line in list_lines(one, width, 24, end):
            assert cell_width(line.text) <= max(width - 1, 1)


@pytest.mark.parametrize(
    ("rows", "lines"), [(1, 3), (4, 3), (5, 4), (11, 10), (24, 10), (100, 10)]
)
def test_a_list_has_at_most_ten_lines(rows: int, lines: int) -> None:
    """A lower terminal shows fewer roles, and at least one."""
    many = [Choice("a", str(number), "s", ()) for number in range(100)]

    assert len(list_lines(selection_of(many), 80, rows, "…")) == lines


def test_the_end_of_the_query_is_visible() -> None:
    """A query that is longer than the line loses its beginning."""
    line = list_lines(selection_of(CHOICES, "0123456789abcdef"), 20, 24, "…")[0]

    assert line.text == "Role: 456789abcdef"


def test_no_role_matches() -> None:
    """The list says so."""
    lines = list_lines(selection_of(CHOICES, "nothing"), 80, 24, "…")

    assert [one.text for one in lines[1:]] == [
        "No role matches",
        "0 of 2 roles. Enter: choose, Esc: quit, arrow keys: move",
    ]


def test_columns_stay_while_roles_are_filtered() -> None:
    """The widths are those of all roles."""
    assert role_lines(CHOICES[:1], CHOICES, 80, "…") == role_lines(CHOICES, CHOICES, 80, "…")[:1]


def test_wide_characters_take_two_columns() -> None:
    """Texts are cut and padded by the columns that they take."""
    wide = Choice("日本語日本語", "Admin", "profile x", ())
    narrow = Choice("e\u0301", "Admin", "profile x", ())

    assert role_lines([wide, narrow], [wide, narrow], 80, "…") == [
        "日本語日本語  Admin  profile x",
        "e\u0301             Admin  profile x",
    ]
    assert cut("日本語", 4, "…") == "日…"
    assert cut("日本語", 6, "…") == "日本語"
    assert cut("abcdef", 2, "...") == "ab"

"""The lines of a list of roles: columns that fit a terminal of any width."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Sequence

from awscli_assume.model.role_selection import Choice, Selection
from awscli_assume.outputs.printing import cell_width, cut, padded

# With the query above the roles and the help below them, a list has at most ten lines.
ROWS_MAX = 8
PROMPT = "Role: "
# The mark of the selected row, visible without color.
_MARKS = ("  ", "> ")
_GAP = "  "
# On a terminal of fewer columns, the source is left out if it does not fit.
_WIDTH_OF_THREE = 50
# The column widths fit this many roles. To measure more would take too long.
_MEASURED = 2000


@dataclass(frozen=True)
class Line:
    """A line of a list; ``kind`` is ``prompt``, ``role``, ``current`` or ``help``."""

    text: str
    kind: str


def role_lines(
    choices: Sequence[Choice], everything: Sequence[Choice], width: int, end: str
) -> list[str]:
    """Return a line of at most ``width`` columns for each choice.

    The columns are as wide as ``everything`` needs, so that they don't move while the user
    types.
    """
    measured = everything[:_MEASURED]
    does_fit = sum(_needed(measured)) + 2 * len(_GAP) <= width
    if not does_fit:
        measured, choices = [[_shortened(one) for one in some] for some in (measured, choices)]
    widths = _widths(_needed(measured), width)
    return [_row(choice, widths, end) for choice in choices]


def list_lines(selection: Selection, width: int, rows: int, end: str) -> list[Line]:
    """Return the lines of a list for a terminal of this width and this many rows.

    The first line is the query with its prompt. Its end is always visible.
    """
    width = max(width - 1, 1)
    height = max(min(ROWS_MAX, rows - 3), 1)
    query = selection.query
    while query and cell_width(PROMPT + query) > width - 1:
        query = query[1:]
    lines = [Line(cut(PROMPT, width, "") + query, "prompt")]
    at, visible = selection.visible(height)
    shown = role_lines(visible, selection.choices, width - len(_MARKS[0]), end)
    for row, text in enumerate(shown):
        is_current = row == at
        text = cut(_MARKS[is_current] + text, width, "")
        lines.append(Line(text, "current" if is_current else "role"))
    if not visible:
        lines.append(Line(cut("No role matches", width, end), "help"))
    return [*lines, Line(_help(selection, width), "help")]


def _help(selection: Selection, width: int) -> str:
    """Return how many roles match, and the keys that fit into the width."""
    found = f"{len(selection.matching)} of {len(selection.choices)}"
    for more in (" roles", ". Enter: choose", ", Esc: quit", ", arrow keys: move"):
        if cell_width(found + more) > width:
            break
        found += more
    return found[:width]


def _shortened(choice: Choice) -> Choice:
    return replace(choice, account=choice.short_account or choice.account)


def _needed(choices: Sequence[Choice]) -> list[int]:
    """Return the widths that account, role and source need."""
    return [
        max(map(cell_width, texts), default=0)
        for texts in zip(*((one.account, one.role, one.source) for one in choices))
    ]


def _widths(needed: Sequence[int], width: int) -> list[int]:
    """Return the widths of account, role and source; 0 for a column that is left out."""
    account, role, source = needed
    left = width - account - role - 2 * len(_GAP)
    if source <= left:
        return [account, role, source]
    # The account and the role matter more than the source.
    source = max(left, width // 4) if width >= _WIDTH_OF_THREE else 0
    width -= source + len(_GAP) if source else 0
    left = max(width - len(_GAP), 2)
    role = min(role, max(left // 2, left - account))
    return [max(min(account, left - role), 1), max(role, 1), source]


def _row(choice: Choice, widths: Sequence[int], end: str) -> str:
    cells = [
        padded(cut(text, width, end), width)
        for text, width in zip((choice.account, choice.role, choice.source), widths)
        if width
    ]
    return _GAP.join(cells).rstrip()

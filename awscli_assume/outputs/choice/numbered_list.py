"""A numbered list of roles: for version 1, which has no prompt_toolkit, and for TERM=dumb."""

from __future__ import annotations

from typing import Optional

from awscli_assume.host.environment import Terminal
from awscli_assume.model.role_selection import Choice, Selection
from awscli_assume.outputs.choice.lines import role_lines
from awscli_assume.outputs.printing import cut

_ROWS_MAX = 9
_QUESTION = "Number or words (empty: quit): "


def choose_by_number(selection: Selection, terminal: Terminal, end: str) -> Optional[Choice]:
    """Show a list on a terminal and ask; return the choice, or None if the user quits.

    If the user types words, the list shows the matching roles.
    """
    try:
        while True:
            _show(selection, terminal, end)
            typed = terminal.input.readline()
            words = typed.strip()
            # The terminal passes the character of Esc on as part of the line.
            if not words or words == "\x1b":
                if not typed.endswith("\n"):
                    terminal.output.write("\n")
                return None
            if words.isdigit() and 1 <= int(words) <= len(selection.visible(_ROWS_MAX)[1]):
                return selection.matching[int(words) - 1]
            selection = selection.searched(words)
    except KeyboardInterrupt:
        terminal.output.write("\n")
        return None


def _show(selection: Selection, terminal: Terminal, end: str) -> None:
    width = terminal.columns() - 1
    _, visible = selection.visible(_ROWS_MAX)
    shown = role_lines(visible, selection.choices, width - 3, end)
    lines = [f"{number}) {text}" for number, text in enumerate(shown, 1)]
    more = len(selection.matching) - len(visible)
    if not visible:
        lines.append(cut("No role matches", width, end))
    elif more:
        lines.append(cut(f"   and {more} more", width, end))
    terminal.output.write("\n".join([*lines, _QUESTION]))
    terminal.output.flush()

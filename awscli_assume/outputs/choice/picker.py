"""An inline list of roles that filters while the user types, drawn by prompt_toolkit.

Only this module imports prompt_toolkit, which every AWS CLI version 2 contains (3.0.28 in
2.11.0, 3.0.51 in 2.38.5) and takes about 60 ms to import.
"""

from __future__ import annotations

import asyncio
import selectors
from typing import Any, Callable, Optional

from prompt_toolkit.application import Application
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import FormattedTextControl, Layout, Window
from prompt_toolkit.output.vt100 import Vt100_Output

from awscli_assume.host.environment import Terminal
from awscli_assume.model.role_selection import Choice, Selection
from awscli_assume.outputs.choice.lines import ROWS_MAX, list_lines

# Seconds after which an escape character is the Esc key, not the start of a key sequence.
_ESCAPE_TIMEOUT = 0.1
_STYLES = {"prompt": "bold", "current": "reverse"}


class _Output(Vt100_Output):
    """A terminal that is not asked for the position of its cursor.

    The list does not need it, and a late response would end up in the shell.
    """

    responds_to_cpr = False


class _List:
    """The list while it is open. Keys change the selection; lines are made from it."""

    def __init__(self, selection: Selection, output: Any, has_styles: bool, end: str) -> None:
        self.selection = selection
        self._output = output
        self._has_styles = has_styles
        self._end = end

    def height(self) -> int:
        """Return the number of lines."""
        return len(self._lines())

    def fragments(self) -> list[tuple[str, str]]:
        """Return the styles and texts for prompt_toolkit; the cursor is after the query."""
        found = []
        for number, line in enumerate(self._lines()):
            style = _STYLES.get(line.kind, "") if self._has_styles else ""
            found.append((style, line.text if number == 0 else f"\n{line.text}"))
            if number == 0:
                found.append(("[SetCursorPosition]", ""))
        return found

    def _lines(self) -> Any:
        size = self._output.get_size()
        return list_lines(self.selection, size.columns, size.rows, self._end)


def pick(selection: Selection, terminal: Terminal, has_styles: bool, end: str) -> Optional[Choice]:
    """Show a list on a terminal; return the choice, or None if the user quits.

    The list is erased afterwards. ``end`` marks a text that is cut.
    """
    output = _Output.from_pty(terminal.output)
    shown = _List(selection, output, has_styles, end)
    control = FormattedTextControl(shown.fragments, focusable=True)
    application: Any = Application(
        Layout(Window(control, height=shown.height, dont_extend_height=True)),
        key_bindings=_key_bindings(shown),
        erase_when_done=True,
        input=Vt100Input(terminal.input),
        output=output,
    )
    # Erase what the terminal echoed before the list was ready.
    output.write_raw("\r")
    output.erase_end_of_line()
    application.ttimeoutlen = application.timeoutlen = _ESCAPE_TIMEOUT
    # Not prompt_toolkit's own loop: on macOS, its kqueue does not work with /dev/tty.
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    try:
        chosen: Optional[Choice] = loop.run_until_complete(application.run_async())
    except (EOFError, KeyboardInterrupt):
        return None
    finally:
        loop.close()
    return chosen


def _key_bindings(shown: _List) -> Any:
    """Return the key bindings of the list."""
    bindings = KeyBindings()
    _add_changes(bindings, shown)

    def leave(event: Any) -> None:
        event.app.exit(result=None)

    def choose(event: Any) -> None:
        if shown.selection.current is not None:
            event.app.exit(result=shown.selection.current)

    for key in (Keys.Enter, Keys.ControlJ):
        bindings.add(key, eager=True)(choose)
    for key in (Keys.ControlC, Keys.ControlD, Keys.SIGINT):
        bindings.add(key, eager=True)(leave)
        bindings.add(Keys.Escape, key, eager=True)(leave)
    # Alt with a key sends Esc first. It must not quit the list.
    bindings.add(Keys.Escape, Keys.Any)(lambda _: None)
    bindings.add(Keys.Escape, Keys.Escape, eager=True)(leave)
    bindings.add(Keys.Escape)(leave)
    return bindings


def _add_changes(bindings: Any, shown: _List) -> None:
    """Add the keys that change the query or move the cursor."""

    def add(change: Callable[[Selection], Selection], *keys: Any) -> None:
        def run(_: Any) -> None:
            shown.selection = change(shown.selection)

        for key in keys:
            bindings.add(*(key if isinstance(key, tuple) else (key,)), eager=True)(run)

    def type_text(event: Any) -> None:
        key = event.key_sequence[0].key
        # Ignore the sequences of other keys.
        if key is Keys.BracketedPaste or not isinstance(key, Keys):
            shown.selection = shown.selection.typed(event.data)

    for key in (Keys.Any, Keys.BracketedPaste):
        bindings.add(key)(type_text)
    add(lambda now: now.erased(), Keys.Backspace, Keys.ControlH)
    add(lambda now: now.word_erased(), Keys.ControlW, (Keys.Escape, Keys.Backspace))
    add(lambda now: now.searched(""), Keys.ControlU)
    add(lambda now: now.moved(-1), Keys.Up, Keys.ControlP, Keys.BackTab)
    add(lambda now: now.moved(1), Keys.Down, Keys.ControlN, Keys.Tab)
    add(lambda now: now.moved(-ROWS_MAX), Keys.PageUp)
    add(lambda now: now.moved(ROWS_MAX), Keys.PageDown)
    add(lambda now: now.moved(-len(now.matching)), Keys.Home)
    add(lambda now: now.moved(len(now.matching)), Keys.End)

"""A real shell on a terminal, with a start-up file, in which a user presses Tab."""

from __future__ import annotations

import re
import time

from support.shells import find_shell
from support.terminal import Terminal

_OPTIONS = {
    "bash": ("--norc", "--noprofile", "-i"),
    "zsh": ("-f", "-i"),
    "fish": ("--no-config",),
    "tcsh": ("-f",),
}
# A wide terminal, one Tab for a list, no questions, no bell, no colors.
_SET_UP = {
    "bash": "bind 'set show-all-if-ambiguous on'; bind 'set completion-query-items 0'; "
    "bind 'set page-completions off'; bind 'set enable-bracketed-paste off'; PS1='> '",
    "zsh": "unsetopt beep; LISTMAX=0; autoload -Uz compinit; compinit -D; PS1='> '",
    "fish": "function fish_prompt; echo '> '; end; set -g fish_autosuggestion_enabled 0",
    "tcsh": "set prompt='> '; set autolist; unset beepcmd",
}
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[=>]|\x1b\(B|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_SECONDS = 30


class InteractiveShell(Terminal):
    """A shell that has read a text in its start-up file."""

    def __init__(self, name: str, startup_file: str, env: dict[str, str], folder: str) -> None:
        self.name = name
        super().__init__([find_shell(name), *_OPTIONS[name]], {**env, "TERM": "xterm"}, folder)
        self.type(f"stty cols 160 rows 50; {_SET_UP[name]}; source {startup_file}\n")
        self.type("echo REA''DY\n")
        self.expect("READY")
        self.expect("> ")

    def listed(self, line: str, *names: str) -> str:
        """Type a line and Tab; return what is shown once all names are there."""
        begin = len(self.seen)
        self.type(f"{line}\t")
        deadline = time.monotonic() + _SECONDS
        while True:
            shown = _ESCAPES.sub("", self.seen[begin:])
            # Not the line itself, which the shell echoes.
            if all(name in shown.replace(line, "") for name in names):
                break
            if time.monotonic() > deadline:
                raise AssertionError(f"{names} were not listed, but: {shown!r}")
            self._read(0.1)
        self.clear_line()
        return _ESCAPES.sub("", self.seen[begin:])

    def leave(self) -> None:
        """End the shell."""
        self.type("\x15exit\n")
        self.end(_SECONDS)

    def clear_line(self) -> None:
        """Delete the line, and wait until the shell is ready for a new one."""
        self._place = len(self.seen)
        # Ctrl-U. (Ctrl-C would have the terminal discard what is typed next.)
        self.type("\x15echo CLEA''RED\n")
        self.expect("CLEARED")

    def run_completed(self, line: str) -> list[str]:
        """Type a line, Tab and Enter; return the words with which the fake ``aws`` was run."""
        self._place = len(self.seen)
        self.type(f"{line}\t")
        # Some shells discard the completion if another key is pending.
        time.sleep(0.5)
        self._wait_quiet()
        self.type("\n")
        self.expect("[begin]")
        begin = self._place
        self.expect("[end]")
        return self.seen[begin : self._place - len("[end]")].replace("\r", "").split("\n")[1:-1]

    def _wait_quiet(self) -> None:
        size = -1
        while len(self.seen) != size:
            size = len(self.seen)
            self._read(0.7)


FAKE_AWS = "#!/bin/sh\nprintf '[begin]\\n'\nprintf '%s\\n' \"$@\"\nprintf '[end]\\n'\n"

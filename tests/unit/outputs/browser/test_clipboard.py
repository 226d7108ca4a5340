"""Which tool copies a text, and what is done without one."""

from __future__ import annotations

import base64
import io
import os
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

import pytest

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host.environment import Environment, Terminal
from awscli_assume.outputs.browser.clipboard import copy_to_clipboard
from awscli_assume.outputs.browser.system import System

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the tools are scripts")

TEXT = "https://signin.aws.amazon.com/federation?SigninToken=SECRET%2B&a='b'"
TOOLS = ("pbcopy", "clip.exe", "wl-copy", "xclip", "xsel")
SSH = {"SSH_TTY": "/dev/pts/1"}
X11, WAYLAND = {"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "wayland-0"}


class Desk:
    """Tools that write what they get into files, and a terminal in memory."""

    def __init__(self, folder: Path, kind: str, variables: dict[str, str]) -> None:
        self.folder = folder
        self.written = io.StringIO()
        self.variables = {"PATH": f"{folder}:{os.defpath}", **variables}
        self.system = System(kind, self.variables, str(folder))

    def install(self, *names: str, code: int = 0) -> Desk:
        for name in names:
            file = self.folder / name
            file.write_text(
                f'#!/bin/sh\ncat > "{file}.in"\necho "$*" > "{file}.args"\nexit {code}\n'
            )
            file.chmod(0o755)
        return self

    def copy(self, has_terminal: bool = True) -> str:
        @contextmanager
        def open_terminal() -> Iterator[Terminal]:
            yield Terminal(io.StringIO(), self.written)

        environment = Environment(
            variables=self.variables,
            has_terminal=lambda: has_terminal,
            open_terminal=open_terminal,
        )
        return copy_to_clipboard(TEXT, environment, self.system)


@pytest.mark.parametrize(
    ("kind", "variables", "tool", "words"),
    [
        ("macos", {}, "pbcopy", ""),
        ("windows", {}, "clip.exe", ""),
        ("wsl", X11, "clip.exe", ""),
        ("linux", WAYLAND, "wl-copy", ""),
        ("linux", {**WAYLAND, **X11}, "wl-copy", ""),
        ("linux", X11, "xclip", "-selection clipboard"),
    ],
)
def test_the_tool_of_the_system(
    tmp_path: Path, kind: str, variables: dict[str, str], tool: str, words: str
) -> None:
    """It gets the text on its stdin, not on its command line."""
    desk = Desk(tmp_path, kind, variables).install(*TOOLS)

    assert desk.copy() == tool
    assert (tmp_path / f"{tool}.in").read_text() == TEXT
    assert (tmp_path / f"{tool}.args").read_text() == f"{words}\n"
    assert desk.written.getvalue() == ""


def test_the_next_tool_if_one_is_missing_or_fails(tmp_path: Path) -> None:
    """A tool may not reach its display."""
    desk = Desk(tmp_path, "linux", {**WAYLAND, **X11}).install("xsel")
    desk.install("xclip", code=1)

    assert desk.copy() == "xsel"
    assert (tmp_path / "xsel.in").read_text() == TEXT


@pytest.mark.parametrize(
    ("variables", "tools"), [({}, TOOLS), ({**SSH, **X11, **WAYLAND}, TOOLS), (X11, ())]
)
def test_the_terminal_has_a_clipboard(
    tmp_path: Path, variables: dict[str, str], tools: tuple[str, ...]
) -> None:
    """Without a display or a tool, and over SSH, where the clipboard is at the other end."""
    desk = Desk(tmp_path, "linux", variables).install(*tools)

    assert desk.copy() == "OSC 52"
    written = desk.written.getvalue()
    assert written.startswith("\x1b]52;c;")
    assert written.endswith("\x07")
    assert base64.b64decode(written[7:-1]).decode() == TEXT
    assert list(tmp_path.glob("*.in")) == []


def test_no_clipboard_at_all(tmp_path: Path) -> None:
    """The error has no secret."""
    with pytest.raises(InvalidConfiguration, match="There is no clipboard: no tool") as error:
        Desk(tmp_path, "linux", {}).copy(has_terminal=False)

    assert "SECRET" not in str(error.value)

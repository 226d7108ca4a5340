"""Copy a text to the clipboard."""

from __future__ import annotations

import base64
import subprocess
from typing import Iterator, Optional

from awscli_assume.errors import InvalidConfiguration
from awscli_assume.host import user_environment
from awscli_assume.host.environment import Environment
from awscli_assume.outputs.browser.system import System, this_system

OSC_52 = "OSC 52"
# A tool that waits for a display that does not respond.
_SECONDS = 10
_X11 = (("xclip", "-selection", "clipboard"), ("xsel", "--clipboard", "--input"))


def copy_to_clipboard(text: str, environment: Environment, system: Optional[System] = None) -> str:
    """Copy a text to the user's clipboard and return the name of the tool that did it.

    Over SSH, the clipboard is that of the user's terminal. Raises InvalidConfiguration if there
    is neither a tool that works nor a terminal.
    """
    system = system or this_system(environment.variables)
    for words in _tools(system):
        path = system.find(words[0])
        if path is not None and _run(path, words, text, environment):
            return words[0]
    _check_terminal(environment)
    with environment.open_terminal() as terminal:
        # xterm, "ctlseqs": Operating System Command 52, c for the clipboard.
        encoded = base64.b64encode(text.encode()).decode()
        terminal.output.write(f"\x1b]52;c;{encoded}\x07")
        terminal.output.flush()
    return OSC_52


def check_clipboard(environment: Environment, system: Optional[System] = None) -> None:
    """Raise InvalidConfiguration if there is neither a tool for a clipboard nor a terminal."""
    system = system or this_system(environment.variables)
    if all(system.find(words[0]) is None for words in _tools(system)):
        _check_terminal(environment)


def _check_terminal(environment: Environment) -> None:
    if not environment.has_terminal():
        raise InvalidConfiguration(
            "There is no clipboard: no tool for it works, and there is no terminal that could "
            "have one. Use --no-browser to print the URL instead"
        )


def _tools(system: System) -> Iterator[tuple[str, ...]]:
    if system.is_remote:
        return
    if system.kind == "macos":
        yield ("pbcopy",)
    if system.kind in ("windows", "wsl"):
        yield ("clip.exe",)
    if system.variables.get("WAYLAND_DISPLAY"):
        yield ("wl-copy",)
    if system.variables.get("DISPLAY"):
        yield from _X11


def _run(path: str, words: tuple[str, ...], text: str, environment: Environment) -> bool:
    """Return whether a tool took the text, on its stdin, where other users do not see it."""
    try:
        # The tools of X11 and Wayland leave a process behind, which would keep a pipe open.
        done = subprocess.run(  # noqa: S603 - a fixed list of tools
            [path, *words[1:]],
            input=text.encode(),
            env=user_environment(environment.variables),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0

"""Text to print: without control characters, and with options that a shell can read."""

from __future__ import annotations

import re
import shlex
import signal
from typing import Mapping

# C0 (but not tab and newline), DEL, C1, the controls of bidirectional text, and the separators
# of lines and paragraphs (Unicode Standard Annex 9, "Directional Formatting Characters").
_CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_IAM_COMMAND = re.compile(r"\baws iam [a-z-]+(?! (?:help|--profile)\b)(?![a-z-])")


def printable(text: str) -> str:
    r"""Return a text with its control characters as escapes: ``\x1b``, ``\u202e``."""
    if text.isprintable():
        # The fast path: Python counts none of these characters as printable.
        return text
    return _CONTROLS.sub(lambda found: _escape(ord(found[0])), text)


def printable_line(text: str) -> str:
    r"""Return a name as one line, with escapes also for tab and newline: ``\x09`` and ``\x0a``."""
    return printable(text).replace("\t", r"\x09").replace("\n", r"\x0a")


def ending(code: int) -> str:
    """Return how a process ended: a negative code is a signal's number (subprocess.Popen)."""
    if code >= 0:
        return f"exit code {code}"
    names = {number.value: number.name for number in signal.Signals}
    return f"signal {names.get(-code, -code)}"


def printable_object(found: object) -> object:
    """Return a copy of an object whose texts are printable, keys included."""
    if isinstance(found, str):
        return printable(found)
    if isinstance(found, Mapping):
        return {printable_object(key): printable_object(value) for key, value in found.items()}
    if isinstance(found, (list, tuple)):
        return [printable_object(value) for value in found]
    return found


def with_profile(text: str, profile: str) -> str:
    """Add ``--profile`` to the IAM commands of a message."""
    return _IAM_COMMAND.sub(lambda found: f"{found[0]} {option('--profile', profile)}", text)


def _escape(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def option_words(name: str, value: str) -> list[str]:
    """Return an option as words to type; a value such as -x would be another option."""
    return [f"{name}={value}"] if value.startswith("-") else [name, value]


def option(name: str, value: str) -> str:
    """Return an option with its value, quoted for a shell."""
    return shlex.join(option_words(name, value))

"""The record of each config file before enable, from which disable restores it.

It also names a Python interpreter, which ``aws assume --auto-refresh`` reads.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Optional

from awscli_assume.install.plugin_settings import (
    PATH_KEY,
    names_plugin,
    option_lines,
    without_plugin,
)
from awscli_assume.install.system import read_file, replace_file


@dataclass(frozen=True)
class Entry:
    """One config file before and after enable. Digests are SHA-256, in hexadecimal.

    ``content`` is the file before, in base64. It is stored only where removing our lines would
    not restore it (``aws configure set`` turns CRLF into LF), because it may contain values that
    the user deletes later.
    """

    existed: bool
    before: str
    after: str
    path_lines: Optional[str]
    content: Optional[str] = field(default=None, repr=False)


def load_record(path: Path) -> dict[str, Entry]:
    """Return the entries by config file; none if the record is missing or damaged."""
    try:
        files = json.loads(read_file(path) or b"{}")["config_files"]
        return {name: Entry(**values) for name, values in files.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def load_python(path: Path) -> Optional[str]:
    """Return the recorded interpreter, or None."""
    try:
        found = json.loads(read_file(path) or b"{}").get("python")
    except (ValueError, AttributeError):
        return None
    return found if isinstance(found, str) else None


def save_record(path: Path, entries: Mapping[str, Entry], python: Optional[str] = None) -> None:
    """Write the entries and an interpreter, or remove the file if there are no entries."""
    if entries:
        files = {name: asdict(entry) for name, entry in entries.items()}
        whole = {"config_files": files, **({"python": python} if python else {})}
        replace_file(path, json.dumps(whole, indent=2).encode() + b"\n")
    elif path.exists():
        replace_file(path, None)


def base_interpreter() -> Optional[str]:
    """Return the absolute path of the Python behind the running one's virtual environment.

    None where there is no such file.
    """
    executable = getattr(sys, "_base_executable", None) or sys.executable
    if executable and os.path.exists(
        os.path.join(os.path.dirname(executable), "..", "pyvenv.cfg")
    ):
        # Before Python 3.11 that is the environment's own, which is a link (not on Windows).
        executable = os.path.realpath(executable)
    found = executable and os.path.isabs(executable) and os.access(executable, os.X_OK)
    return executable if found else None


def make_entry(
    before: Optional[bytes], after: bytes, folder: str, known: Optional[Entry]
) -> Entry:
    """Return the entry of a change, based on the entry of an earlier enable."""
    text = decode(before or b"")
    if known and (names_plugin(text) or digest(before or b"") == known.after):
        content = known.content if digest(before or b"") == known.after else None
        return Entry(known.existed, known.before, digest(after), known.path_lines, content)
    if names_plugin(text):
        # Set by hand, or by an enable whose record is lost: guess the content before.
        guess = without_plugin(text, folder, None)[0]
        return Entry(True, digest(encode(guess)), digest(after), None)
    entry = Entry(
        existed=before is not None,
        before=digest(before or b""),
        after=digest(after),
        path_lines=option_lines(text, PATH_KEY),
    )
    if restore(after, entry, folder) == before:
        return entry
    return Entry(**{**asdict(entry), "content": base64.b64encode(before or b"").decode()})


def restore(current: bytes, entry: Optional[Entry], folder: str) -> Optional[bytes]:
    """Return the file without the plugin: as it was before enable if it was not edited since.

    None means no file: there was none before, and nothing else is in it now.
    """
    if entry and entry.content is not None and digest(current) == entry.after:
        return base64.b64decode(entry.content)
    candidates = without_plugin(decode(current), folder, entry.path_lines if entry else None)
    contents = [encode(text) for text in candidates]
    as_before = (each for each in contents if entry and digest(each) == entry.before)
    content = next(as_before, contents[0])
    if entry and not entry.existed and not content.strip():
        return None
    return content


def digest(content: bytes) -> str:
    """Return the SHA-256 of a content."""
    return hashlib.sha256(content).hexdigest()


def decode(content: bytes) -> str:
    """Return text that encode() turns back into the same bytes, whatever they are."""
    return content.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """Return the bytes of a text from decode()."""
    return text.encode("utf-8", "surrogateescape")

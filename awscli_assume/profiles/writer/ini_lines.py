"""Lines of an INI file: taking a key with its value out of a section.

ConfigFileWriter can't: before 2.34 it knows no removal, and after it leaves
the lines of a nested block behind, which then join the value above them.
"""

from __future__ import annotations

import re
from typing import Collection

# As a file is read in lines: str.splitlines knows more line ends than a file.
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HEADER = re.compile(r"^\s*\[(?P<header>[^]]+)\]")
_OPTION = re.compile(r"^(?P<indent>\s*)(?P<key>[^\s:=#;][^:=]*?)\s*[:=]")


def without_keys(text: str, section: str, keys: Collection[str]) -> str:
    """Return the text without some keys of a section; comments and all else stay.

    ``section`` is the header as it stands in the file, without its brackets.
    """
    kept: list[str] = []
    inside = False
    removing_below = -1
    for line in _LINE.findall(text):
        stripped = line.strip()
        if not stripped or stripped.startswith(("#", ";")):
            # Also in the middle of a value that goes: it is not ours.
            kept.append(line)
            continue
        if removing_below >= 0 and len(line) - len(line.lstrip()) > removing_below:
            continue
        header = _HEADER.match(line)
        option = _OPTION.match(line)
        removing_below = -1
        if header is not None:
            inside = header.group("header") == section
        elif inside and option is not None and option.group("key").strip().lower() in keys:
            removing_below = len(option.group("indent"))
            continue
        kept.append(line)
    return "".join(kept)


def line_stands(piece: bytes, key: str, value: object) -> bool:
    """Return whether the writer would put back the very line of a section that is there.

    It takes the first line that begins with the key for it, also a nested one (2.38.5,
    writer.py), so there must be no other; and it rewrites every carriage return.
    """
    if not isinstance(value, str) or not (key + value).isascii() or b"\r" in piece:
        return False
    name = re.escape(key.encode())
    lines = re.findall(rb"\n[\s:=]*" + name + rb"\s*[:=]", piece)
    return len(lines) == 1 and f"\n{key} = {value}\n".encode() in piece


def without_empty_section(text: str, section: str) -> str:
    """Return the text without the header of a section that nothing but blank lines is left in."""
    kept: list[str] = []
    held: list[str] = []
    for line in _LINE.findall(text):
        header = _HEADER.match(line)
        if header is not None:
            kept += [] if _is_blank(held) else held
            held = [line] if header.group("header") == section else []
            kept += [] if held else [line]
        elif held:
            held.append(line)
        else:
            kept.append(line)
    kept += [] if _is_blank(held) else held
    return "".join(kept)


def _is_blank(section: list[str]) -> bool:
    return not any(line.strip() for line in section[1:])

"""Lines of an INI file: taking a key with its value out of a section.

ConfigFileWriter can't: before 2.34 it knows no removal, and after it leaves
the lines of a nested block behind, which then join the value above them.
"""

from __future__ import annotations

import re
from typing import Collection

_HEADER = re.compile(r"^\s*\[(?P<header>[^]]+)\]")
_OPTION = re.compile(r"^(?P<indent>\s*)(?P<key>[^\s:=#;][^:=]*?)\s*[:=]")


def without_keys(text: str, section: str, keys: Collection[str]) -> str:
    """Answer the text without some keys of a section; comments and all else stay.

    ``section`` is the header as it stands in the file, without its brackets.
    """
    kept: list[str] = []
    inside = False
    removing_below = -1
    for line in text.splitlines(keepends=True):
        if removing_below >= 0 and _continues(line, removing_below):
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


def _continues(line: str, indent: int) -> bool:
    stripped = line.strip()
    if not stripped or stripped.startswith(("#", ";")):
        return False
    return len(line) - len(line.lstrip()) > indent

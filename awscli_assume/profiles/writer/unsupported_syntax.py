"""Lines that are known to lead the CLI's writer, or its parser, astray.

Seen on 2.38.5 and 1.46.3. Only names are shown: what stands behind a key may be
a secret.
"""

from __future__ import annotations

import re
from typing import Callable, Collection, Optional, Sequence

_HEADER = re.compile(r"^(?P<lead>[\s\ufeff]*)\[(?P<name>[^]]+)\]")
_OPTION = re.compile(r"^(?P<indent>\s*)(?P<key>[^\s:=#;][^:=]*?)\s*[:=]")


def find_unsupported_syntax(
    lines: Sequence[str],
    section: str,
    keys: Collection[str],
    is_ours: Callable[[str], bool],
) -> Optional[tuple[int, str]]:
    """Return the number of the first such line, from 1, and what is wrong with it.

    ``keys`` are set or removed in ``section``; ``is_ours`` tells whether a
    header is read as the profile concerned.
    """
    inside = False
    seen = False
    continued = False
    for number, line in enumerate(lines, 1):
        header = _HEADER.match(line)
        option = _OPTION.match(line)
        if header is not None:
            trouble = _header_trouble(line, header, section, seen, is_ours)
            inside = is_ours(header.group("name"))
            seen = seen or inside
            continued = False
        elif inside and option is not None:
            trouble = _option_trouble(option, keys)
            continued = option.group("key") in keys
        else:
            is_rest = continued and line[:1].isspace() and bool(line.strip())
            trouble = "the value above goes on in this line" if inside and is_rest else None
        if trouble is not None:
            return number, trouble
    return None


def _header_trouble(
    line: str,
    header: re.Match[str],
    section: str,
    seen: bool,
    is_ours: Callable[[str], bool],
) -> Optional[str]:
    name = header.group("name")
    if name == "DEFAULT":
        return "what [DEFAULT] holds counts for every profile"
    if not is_ours(name) and name.strip() != section:
        return None
    if seen:
        return f"{line.strip()} is read as the profile of a section above"
    # The writer compares the brackets and what is in them (writer.py, _matches_section).
    if header.group("lead") or name not in (section, _quoted(section)):
        return line.strip()
    return None


def _quoted(section: str) -> str:
    first, _, rest = section.partition(" ")
    return f'{first} "{rest}"'


def _option_trouble(option: re.Match[str], keys: Collection[str]) -> Optional[str]:
    key = option.group("key")
    if key not in keys and key.lower() in keys:
        return f"the key {key} is not in lower case"
    if key in keys and option.group("indent"):
        return f"the key {key} is indented, as in a nested block"
    return None

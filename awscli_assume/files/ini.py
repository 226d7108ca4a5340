"""The lines of an INI file, with the section and key of each, as configparser reads them."""

from __future__ import annotations

import re
from typing import Collection, Iterator, Mapping, NamedTuple, Optional

# A byte order mark before the first header is no part of any name.
HEADER = re.compile(r"^(?P<indent>[\s\ufeff]*)\[(?P<name>[^]]+)\]")
OPTION = re.compile(r"^(?P<indent>\s*)(?P<key>[^\s:=#;][^:=]*?)\s*[:=]\s*(?P<value>.*)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


class Line(NamedTuple):
    """A line with its line end, and its place in the file.

    ``section`` is the header without brackets, None above the first one. ``key`` is the key, in
    lower case, of a line that sets one or continues its value, and ``value`` the line's part of
    it. Blank lines and comments have neither.
    """

    text: str
    section: Optional[str]
    key: Optional[str] = None
    value: str = ""
    is_header: bool = False
    is_continuation: bool = False


def split_lines(text: str) -> list[str]:
    """Return the lines of a text with their ends.

    str.splitlines knows more line ends than a file: a form feed or U+2028 ends none.
    """
    return _LINE.findall(text)


def is_comment(line: str) -> bool:
    """Return whether a line is a comment or blank: neither ends the value above it."""
    stripped = line.strip()
    return not stripped or stripped[0] in "#;"


def indent_of(line: str) -> int:
    """Return the number of characters that a line is indented by."""
    return len(line) - len(line.lstrip())


def read_lines(text: str) -> Iterator[Line]:
    """Return the lines of a text, each with its section and key."""
    section: Optional[str] = None
    key: Optional[str] = None
    indent = 0
    for line in split_lines(text):
        if is_comment(line):
            yield Line(line, section)
        elif key is not None and indent_of(line) > indent:
            yield Line(line, section, key, line.strip(), is_continuation=True)
        elif header := HEADER.match(line):
            section, key = header["name"], None
            yield Line(line, section, is_header=True)
        else:
            option = OPTION.match(line)
            key = option["key"].lower() if option else None
            indent = indent_of(line)
            yield Line(line, section, key, option["value"].strip() if option else "")


def without_keys(text: str, keys: Mapping[str, Collection[str]]) -> str:
    """Return the text without keys of some sections; comments stay, also inside of a value.

    ConfigFileWriter knows no removal before 2.34, and later leaves the lines of a nested block
    behind, which then join the value above them.
    """
    return "".join(
        line.text
        for line in read_lines(text)
        if line.key is None or line.key not in keys.get(line.section or "", ())
    )


def without_empty_sections(text: str, names: Collection[str]) -> str:
    """Return the text without those of the sections that contain only blank lines."""
    sections: list[list[Line]] = [[]]
    for line in read_lines(text):
        if line.is_header:
            sections.append([])
        sections[-1].append(line)
    return "".join(
        line.text
        for lines in sections
        if not (lines and lines[0].is_header and _is_empty(lines, names))
        for line in lines
    )


def _is_empty(lines: list[Line], names: Collection[str]) -> bool:
    return lines[0].section in names and not any(line.text.strip() for line in lines[1:])

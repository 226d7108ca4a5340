"""The ``[plugins]`` section of the CLI's config file, as text.

The section is written by ``aws configure set``; it is taken back here, because a plugin that
can't be imported breaks ``aws configure set`` too.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from itertools import product
from typing import Optional

NAME = "assume"
MODULE = "awscli_assume"
# Version 2 imports no plugin without it; version 1 takes it for the name of a plugin.
PATH_KEY = "cli_legacy_plugin_path"

_HEADER = re.compile(r"\[(?P<name>.+)\]")
_OPTION = re.compile(r"(?P<key>[^\s:=#;\[][^:=]*?)\s*[:=]\s*(?P<value>.*)")


@dataclass(frozen=True)
class _Option:
    key: str
    value: str
    start: int
    end: int


@dataclass(frozen=True)
class _Section:
    lines: list[str]
    header: Optional[int]
    end: int
    options: list[_Option]

    def find(self, key: str) -> Optional[_Option]:
        return next((option for option in self.options if option.key == key), None)


def read_settings(text: str) -> dict[str, str]:
    """Return what the ``[plugins]`` section says, keys in lower case as configparser has them."""
    return {option.key: option.value for option in _parse(text).options}


def option_lines(text: str, key: str) -> Optional[str]:
    """Return the lines of one option as they stand, or None."""
    section = _parse(text)
    option = section.find(key)
    return "".join(section.lines[option.start : option.end]) if option else None


def replace_option(text: str, key: str, lines: str) -> str:
    """Put other lines, or none, in the place of one option."""
    section = _parse(text)
    option = section.find(key)
    if option is None:
        return text
    return "".join([*section.lines[: option.start], lines, *section.lines[option.end :]])


def split_folders(value: str) -> list[str]:
    """Split a ``cli_legacy_plugin_path`` the way version 2 does (awscli/plugin.py)."""
    return [folder for folder in value.split(os.pathsep) if folder]


def with_folder(value: Optional[str], folder: str) -> str:
    """Return the path value with our folder in it; as it is if it has it already.

    Ours goes first, so that an older copy in somebody else's folder can't come before it.
    """
    folders = split_folders(value or "")
    if any(_same(folder, other) for other in folders):
        return value or ""
    return os.pathsep.join([folder, *folders])


def names_plugin(text: str) -> bool:
    """Return whether the CLI would import our package because of this text."""
    return read_settings(text).get(NAME) == MODULE


def without_plugin(text: str, folder: str, path_lines: Optional[str]) -> list[str]:
    """Return the texts that may have been there before we came, the most careful one first.

    ``path_lines`` are the lines of ``cli_legacy_plugin_path`` before we came, None if unknown or
    none. The caller knows which text it was; when the file was edited since, it takes the first.
    """
    if names_plugin(text):
        text = replace_option(text, NAME, "")
    # Other plugins may have come to rely on the path: then it stays.
    in_use = bool(read_settings(text).keys() - {PATH_KEY})
    texts = []
    for keep_path, keep_header in product((in_use, not in_use), (False, True)):
        candidate = _without_folder(text, folder, path_lines, keep_path)
        candidate = candidate if keep_header else _without_empty_section(candidate)
        # `aws configure set` ends an unfinished last line before it adds a new one.
        texts += [candidate, candidate[:-1] if candidate.endswith("\n") else candidate]
    return texts


def _without_folder(text: str, folder: str, path_lines: Optional[str], keep_path: bool) -> str:
    value = read_settings(text).get(PATH_KEY)
    if value is None or not any(_same(folder, other) for other in split_folders(value)):
        return text
    rest = [other for other in split_folders(value) if not _same(folder, other)]
    if path_lines is not None:
        before = read_settings(f"[plugins]\n{path_lines}").get(PATH_KEY, "")
        if rest == [other for other in split_folders(before) if not _same(folder, other)]:
            return replace_option(text, PATH_KEY, path_lines)
    if rest:
        return replace_option(text, PATH_KEY, f"{PATH_KEY} = {os.pathsep.join(rest)}\n")
    return text if keep_path else replace_option(text, PATH_KEY, "")


def _without_empty_section(text: str) -> str:
    section = _parse(text)
    if section.header is None:
        return text
    body = section.lines[section.header + 1 : section.end]
    # A comment in it is somebody's, and blank lines belong to what comes after.
    if any(line.strip() for line in body):
        return text
    return "".join(section.lines[: section.header] + section.lines[section.header + 1 :])


def _same(folder: str, other: str) -> bool:
    return os.path.normpath(folder) == os.path.normpath(other)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _parse(text: str) -> _Section:
    # Not str.splitlines: a form feed or U+2028 in a value ends no line for the CLI.
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    header: Optional[int] = None
    end = len(lines)
    options: list[_Option] = []
    for number, line in enumerate(lines):
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            continue
        if options and _indent(line) > _indent(lines[options[-1].start]):
            last = options[-1]
            options[-1] = _Option(last.key, f"{last.value}\n{stripped}", last.start, number + 1)
        elif found := _HEADER.match(stripped):
            if header is not None:
                end = number
                break
            header = number if found["name"] == "plugins" else None
        elif header is not None and (option := _OPTION.match(stripped)):
            key, value = option["key"].lower(), option["value"].strip()
            options.append(_Option(key, value, number, number + 1))
    return _Section(lines, header, end if header is not None else 0, options)

"""The ``[plugins]`` section of the CLI's config file, as text.

``aws configure set`` writes the section. Our lines are removed here, because a plugin that can't
be imported breaks ``aws configure set`` too.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from itertools import product
from typing import Optional

from awscli_assume.files.ini import read_lines, split_lines

NAME = "assume"
MODULE = "awscli_assume"
# Version 2 loads no plugin without it; version 1 takes it for the name of a plugin.
PATH_KEY = "cli_legacy_plugin_path"


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
    """Return the values of the ``[plugins]`` section, with keys in lower case."""
    return {option.key: option.value for option in _parse(text).options}


def option_lines(text: str, key: str) -> Optional[str]:
    """Return the lines of one option as they are in the file, or None."""
    section = _parse(text)
    option = section.find(key)
    return "".join(section.lines[option.start : option.end]) if option else None


def replace_option(text: str, key: str, lines: str) -> str:
    """Return the text with other lines, or none, in place of one option's lines."""
    section = _parse(text)
    option = section.find(key)
    if option is None:
        return text
    return "".join([*section.lines[: option.start], lines, *section.lines[option.end :]])


def split_folders(value: str) -> list[str]:
    """Split a ``cli_legacy_plugin_path`` the way version 2 does (awscli/plugin.py)."""
    return [folder for folder in value.split(os.pathsep) if folder]


def with_folder(value: Optional[str], folder: str) -> str:
    """Return the value with our folder first, unchanged if it has our folder already.

    An older copy in another folder must not come before ours.
    """
    folders = split_folders(value or "")
    if any(_same(folder, other) for other in folders):
        return value or ""
    return os.pathsep.join([folder, *folders])


def names_plugin(text: str) -> bool:
    """Return whether the CLI imports our package because of this text."""
    return read_settings(text).get(NAME) == MODULE


def without_plugin(text: str, folder: str, path_lines: Optional[str]) -> list[str]:
    """Return the possible texts before enable, the one that removes the least first.

    ``path_lines`` are the lines of ``cli_legacy_plugin_path`` before enable, None if unknown or
    none. The caller recognizes the right text by its digest; if the file was edited since, it
    takes the first.
    """
    if names_plugin(text):
        text = replace_option(text, NAME, "")
    # Other plugins may need the path: then it stays.
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
    # A comment in it is the user's, and blank lines belong to the next section.
    if any(line.strip() for line in body):
        return text
    return "".join(section.lines[: section.header] + section.lines[section.header + 1 :])


def _same(folder: str, other: str) -> bool:
    return os.path.normpath(folder) == os.path.normpath(other)


def _parse(text: str) -> _Section:
    header: Optional[int] = None
    lines = split_lines(text)
    end = len(lines)
    options: list[_Option] = []
    for number, line in enumerate(read_lines(text)):
        if line.is_header:
            if header is not None:
                end = number
                break
            header = number if line.section == "plugins" else None
        elif header is not None and line.is_continuation:
            last = options[-1]
            options[-1] = replace(last, value=f"{last.value}\n{line.value}", end=number + 1)
        elif header is not None and line.key is not None:
            options.append(_Option(line.key, line.value, number, number + 1))
    return _Section(lines, header, end, options)

"""The command line up to the cursor: its words, and where in ``aws assume`` the cursor is."""

from __future__ import annotations

import re
from collections.abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    # Not at run time: this import takes longer than those of all our modules.
    from typing import Any

# The object in facts.json or in another JSON file.
Facts = dict[str, "Any"]


class Line:
    """The words before the current one, the current word up to the cursor, and its open quote."""

    def __init__(self, words: list[str], current: str, quote: str = "") -> None:
        while words and re.match(r"\w+=", words[0]):
            words = words[1:]
        self.words, self.current, self.quote = words, current, quote

    @property
    def text(self) -> str:
        """The line for ``aws_completer``, which does not understand quotes."""
        return " ".join([*self.words, self.current])


def split_line(text: str, escape: str = "\\") -> Line:
    """Return the last command of a line, without its quotes. The line ends at the cursor."""
    words: list[str] = []
    word, quote, place = "", "", 0
    started = False
    while place < len(text):
        char = text[place]
        place += 1
        if quote:
            if char == quote:
                quote = ""
            elif char == escape and quote == '"' and text[place : place + 1] in '\\"$`':
                word, place = word + text[place : place + 1], place + 1
            else:
                word += char
        elif char in "'\"":
            quote, started = char, True
        elif char == escape:
            word, place, started = word + text[place : place + 1], place + 1, True
        elif char.isspace() or char in ";|&(`":
            words = [*words, word] if started else words
            words, word, started = (words if char.isspace() and char != "\n" else []), "", False
        else:
            word, started = word + char, True
    return Line(words, word, quote)


def read_line(shell: str, arguments: list[str], env: Mapping[str, str]) -> Line:
    """Return the command line from a shell's arguments or environment."""
    if shell in ("zsh", "fish"):
        # The word at the cursor may have an open quote.
        return Line(arguments[:-1], split_line(arguments[-1]).current)
    if shell in ("bash", "powershell"):
        return split_line(arguments[0], "\\" if shell == "bash" else "`")
    return split_line(env.get("COMMAND_LINE") or env.get("COMP_LINE") or "")


class Place:
    """Where the cursor is in a command line of ``aws assume``.

    ``option`` is the option whose value is at the cursor. ``given`` has the options with their
    values, and ``words`` the other words.
    """

    def __init__(self, verb: str) -> None:
        self.verb = verb
        self.option = ""
        self.given: dict[str, list[str]] = {}
        self.words: list[str] = []
        self.is_command = False


def find_place(words: list[str], facts: Facts) -> Place | None:
    """Return the place after the words, or None for another command than ``aws assume``."""
    place = Place("")
    options = dict(facts["globals"])
    verb_may_follow = False
    for word in words[1:]:
        if place.is_command:
            continue
        if word == "--" and place.verb == "exec":
            place.is_command = True
        elif word.startswith("--"):
            name, sign, value = word[2:].partition("=")
            place.given.setdefault(name, []).extend([value] if sign else [])
            has_value = options.get(name, {}).get("type", "boolean") != "boolean"
            place.option = name if has_value and not sign else ""
        elif place.option:
            place.given[place.option].append(word)
            if options[place.option].get("nargs", "?") not in ("+", "*"):
                place.option = ""
        elif not place.verb:
            if word != "assume":
                return None
            place.verb, verb_may_follow = "assume", True
            options.update(facts["verbs"]["assume"]["arguments"])
        elif verb_may_follow and word in facts["verbs"]:
            place.verb, verb_may_follow = word, False
            options = {**facts["globals"], **facts["verbs"][word]["arguments"]}
        else:
            verb_may_follow = False
            place.words.append(word)
    return place

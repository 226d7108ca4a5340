"""The commands' output as lines that begin with the name of their account.

The bytes of a command are printed as they are. Only the prefixes and missing line ends are added.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections import defaultdict
from typing import Mapping, Optional, Sequence, TextIO

from awscli_assume.host.context import CommandContext
from awscli_assume.model.each.results import EachTarget
from awscli_assume.model.printable import printable_line
from awscli_assume.outputs.printing import cell_width, cut, padded

# A longer line is printed in pieces, so that memory stays bounded.
LONGEST_LINE = 1 << 20
# A terminal shows the beginning of a line, such as a question, after this many seconds.
LONGEST_WAIT = 1.0
LABEL_WIDTH = 32
_ESCAPE, _RESET = b"\x1b", b"\x1b[0m"
# Cyan, green, magenta, yellow, blue and their bright variants, without red, which is for errors,
# and without black and white, which may be the background.
_COLORS = (36, 32, 35, 33, 34, 96, 92, 95, 93, 94)
# A carriage return within a line: what follows it is printed over the line's beginning.
_RETURN = re.compile(rb"\r(?!\r*\n|\r*\Z)")
# The beginning of a character in UTF-8 whose last bytes are missing.
_CUT_CHARACTER = re.compile(
    rb"(?:[\xc2-\xdf]|[\xe0-\xef][\x80-\xbf]?|[\xf0-\xf4][\x80-\xbf]{0,2})\Z"
)


class LineSplitter:
    """The stream of one command, as whole lines with a prefix."""

    def __init__(
        self, prefix: bytes, *, is_terminal: bool = False, longest: int = LONGEST_LINE
    ) -> None:
        self._prefix = prefix
        self._is_terminal = is_terminal
        self._longest = longest
        self._rest = bytearray()
        self._since = 0.0
        # Whether the line has been printed in part, with a line end that it does not have.
        self._is_continued = False

    def feed(self, data: bytes, now: float = 0.0) -> bytes:
        """Return what can be printed after a further chunk: nothing, or whole lines."""
        if not self._rest:
            self._since = now
        at = data.rfind(b"\n") + 1
        printed = b""
        if at:
            printed = self._lines(bytes(self._rest) + data[:at])
            self._rest.clear()
            self._since = now
        self._rest += data[at:]
        while len(self._rest) > self._longest:
            printed += self._piece(_boundary(self._rest, self._longest))
        return printed

    def overdue(self, now: float) -> bytes:
        """Return the beginning of a line whose end has not come for a while, as a line."""
        if not self._rest or now - self._since < LONGEST_WAIT:
            return b""
        size = _boundary(self._rest, len(self._rest))
        return self._piece(size) if size else b""

    def close(self) -> bytes:
        """Return the last line, which may have had no end."""
        return self._piece(len(self._rest)) if self._rest else b""

    def _piece(self, size: int) -> bytes:
        piece = bytes(self._rest[:size])
        del self._rest[:size]
        printed = self._lines(piece + b"\n")
        self._is_continued = True
        return printed

    def _lines(self, lines: bytes) -> bytes:
        if self._is_continued:
            # The line end that was added is the one that comes now.
            self._is_continued = False
            if lines.startswith((b"\n", b"\r\n")):
                lines = lines[lines.index(b"\n") + 1 :]
        if not lines:
            return b""
        if self._is_terminal and b"\r" in lines:
            lines = _RETURN.sub(lambda found: b"\r" + self._prefix, lines)
        # What is printed next, such as the progress line, has no color of the command.
        end = b"\n" + _RESET if _ESCAPE in self._prefix and _ESCAPE in lines else b"\n"
        return self._prefix + lines[:-1].replace(b"\n", b"\n" + self._prefix) + end


def _boundary(data: bytearray, size: int) -> int:
    """Return ``size``, or less if the last character before it would be cut."""
    found = _CUT_CHARACTER.search(data, max(size - 3, 0), size)
    return found.start() if found else size


class PrefixedLines:
    """The lines of all commands that run: whole lines only, each with its label."""

    def __init__(self, context: CommandContext, ellipsis: str) -> None:
        environment = context.environment
        self._ellipsis = ellipsis
        self._labels: Mapping[str, str] = {}
        self._splitters: dict[tuple[str, str], LineSplitter] = {}
        streams = {"stdout": environment.stdout, "stderr": environment.stderr}
        self._has_color = {name: has_color(context, one) for name, one in streams.items()}
        self._is_terminal = {name: bool(one and one.isatty()) for name, one in streams.items()}
        self._encoding = {
            name: getattr(one, "encoding", None) or "utf-8" for name, one in streams.items()
        }

    def start(self, targets: Sequence[EachTarget]) -> None:
        """Choose the labels, which are the same for the whole run."""
        self._labels = labels_of(targets, self._ellipsis)

    def write(self, target: EachTarget, stream: str, data: bytes) -> bytes:
        """Return the lines to print after a chunk."""
        key = (target.key, stream)
        if key not in self._splitters:
            self._splitters[key] = LineSplitter(
                self._prefix(target, stream), is_terminal=self._is_terminal[stream]
            )
        return self._splitters[key].feed(data, time.monotonic())

    def finish(self, target: EachTarget, stream: str) -> bytes:
        """Return the last line of a command's stream."""
        splitter = self._splitters.pop((target.key, stream), None)
        return b"" if splitter is None else splitter.close()

    def overdue(self, stream: str) -> bytes:
        """Return beginnings of lines that a terminal shows before their ends have come."""
        if not self._is_terminal[stream]:
            return b""
        now = time.monotonic()
        return b"".join(
            splitter.overdue(now)
            for (_, name), splitter in self._splitters.items()
            if name == stream
        )

    def close(self, stream: str) -> bytes:
        """Return the last lines of all commands that were interrupted."""
        names = [one for one in self._splitters if one[1] == stream]
        return b"".join(self._splitters.pop(one).close() for one in names)

    def message(self, target: EachTarget, text: str) -> bytes:
        """Return a message about a target as a line for stderr."""
        message = f"{printable_line(text)}\n"
        return self._prefix(target, "stderr") + self._encoded(message, "stderr")

    def _prefix(self, target: EachTarget, stream: str) -> bytes:
        label = self._labels.get(target.key) or target.name or target.account_id
        # Colors that a command has left on end here.
        start, end = ("", " | ")
        if self._has_color[stream]:
            start, end = f"\x1b[0;{_color(target)}m", " |\x1b[0m "
        return self._encoded(f"{start}{label}{end}", stream)

    def _encoded(self, text: str, stream: str) -> bytes:
        return text.encode(self._encoding[stream], "backslashreplace")


def has_color(context: CommandContext, stream: Optional[TextIO]) -> bool:
    """Return whether ``--color``, NO_COLOR, TERM and the kind of a stream allow colors."""
    chosen = getattr(context.parsed_globals, "color", None) or "auto"
    variables = context.environment.variables
    is_allowed = not variables.get("NO_COLOR") and variables.get("TERM") != "dumb"
    return chosen == "on" or (chosen == "auto" and is_allowed and bool(stream and stream.isatty()))


def labels_of(targets: Sequence[EachTarget], ellipsis: str = "...") -> dict[str, str]:
    """Return a label of the same width for each target, by its key.

    It is the account's name or ID. Regions, profiles and IDs are added where targets would
    otherwise have the same label.
    """
    regions = {one.region for one in targets}
    accounts: dict[str, set[str]] = defaultdict(set)
    profiles: dict[str, set[Optional[str]]] = defaultdict(set)
    for one in targets:
        accounts[one.name].add(one.account_id)
        profiles[one.account_id].add(one.profile)

    def label(target: EachTarget) -> str:
        words = [printable_line(target.name or target.account_id)]
        if target.name and len(accounts[target.name]) > 1:
            words.append(target.account_id)
        if target.profile is not None and len(profiles[target.account_id]) > 1:
            words.append(printable_line(target.profile))
        if len(regions) > 1 and target.region:
            words.append(target.region)
        return " ".join(words)

    full = {one.key: label(one) for one in targets}
    short = {key: cut(text, LABEL_WIDTH, ellipsis) for key, text in full.items()}
    if len(set(short.values())) < len(full):
        # Two labels differ only in what was cut.
        short = full
    width = max(map(cell_width, short.values()), default=0)
    return {key: padded(text, width) for key, text in short.items()}


def _color(target: EachTarget) -> int:
    digest = hashlib.sha256(target.account_id.encode("utf-8", "surrogateescape")).digest()
    return _COLORS[digest[0] % len(_COLORS)]

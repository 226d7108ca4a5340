"""An INI file cut at some of its sections, so that they are changed and read back alone.

A line that begins with ``[`` and holds a ``]`` always starts a section for
configparser, whatever stands above it: a value is only continued by an indented
line. So the sections of a file are the sections of its pieces, and a file of
ten thousand profiles need not be parsed again to change one.
"""

from __future__ import annotations

import re
from typing import Collection, Optional

# Below that, parsing all of a file costs less than a millisecond.
SMALL_BYTES = 8192
# Anchored at a line break, which is several times faster than ^: a line break
# is put in front of the content for them.
_HEADER = re.compile(rb"\n(\[.+\])")
_INDENTED_HEADER = re.compile(rb"\n[ \t\f\v]+\[")
# A line that is neither blank, comment, header, continuation nor key and value.
_NO_KEY = re.compile(rb"\n(?![\s#;]|\[.+\])(?:[^=:\n]*(?=\n)|[=:])")
_QUOTING = re.compile(rb"['\"\\]")
_HAS_KEY = re.compile(rb"\n(?![\s#;])[^\n]")
# Headers that may be read as another name than they are written in.
_ODD_LINE = re.compile(rb"\n\[(?: |[^\]\n]*(?:['\"\\\t]|  | \])|[^\]\n]*\].*\])")
_ODD = re.compile(rb"['\"\\\t]|  |^\[ | \]$|\].")


class SectionedText:
    """The content of an INI file in pieces; joined they are the content again.

    Each section of ``names`` (sections, or the profiles that they are read as)
    is a piece of its own. A file is one piece as a whole where it is small, and
    where its sections can't be told apart at a glance: when the CLI's writer would touch all of it
    (it rewrites carriage returns), when headers are indented, doubled, or
    written in a way that may be one of the names, when there is a [DEFAULT], and
    when it can't be read: then all of it is parsed, and the parser says where.
    """

    def __init__(self, content: bytes, names: Collection[str]) -> None:
        lines = b"\n" + content
        self._place: dict[bytes, int] = {}
        edges = None
        if not (
            len(content) < SMALL_BYTES
            or b"\r" in content
            or not _is_text(content)
            or content.startswith(b"\xef\xbb\xbf")
            or _INDENTED_HEADER.search(lines)
            or _NO_KEY.search(lines + b"\n")
        ):
            edges = self._cut(lines, [name.encode() for name in names])
        self.is_whole = edges is None
        edges = edges or [0]
        self.pieces = [content[a:b] for a, b in zip(edges, [*edges[1:], len(content)])]

    def _cut(self, lines: bytes, names: list[bytes]) -> Optional[list[int]]:
        wanted = {b"[%s]" % name for name in names} | {b"[profile %s]" % name for name in names}
        has_odd = _ODD_LINE.search(lines) is not None
        edges = [0]
        headers = 0
        seen = set()
        inside = False
        top = len(lines)
        for match in _HEADER.finditer(lines):
            header = match.group(1)
            top = top if headers else match.start() + 1
            headers += 1
            seen.add(header)
            if has_odd and _is_odd(header, names):
                return None
            if inside or header in wanted:
                edges.append(match.start())
            inside = header in wanted
            if inside:
                self._place[header] = len(edges) - 1
        is_double = b"default" in names and b"[profile default]" in seen
        if (
            is_double
            or len(seen) < headers
            or b"[DEFAULT]" in seen
            or _HAS_KEY.search(lines[:top])
        ):
            return None
        return edges

    def join(self) -> bytes:
        """Return the content."""
        return b"".join(self.pieces)

    def find(self, section: str) -> Optional[int]:
        """Return the piece that holds a section, or all of the file; None where there is none."""
        return 0 if self.is_whole else self._place.get(b"[%s]" % section.encode())

    def lines_before(self, number: int) -> int:
        """Return how many lines stand above a piece."""
        return sum(piece.count(b"\n") for piece in self.pieces[:number])

    def following_header(self, number: int) -> bytes:
        """Return the header line that ends a piece; empty at the end of the file."""
        for following in range(number + 1, len(self.pieces)):
            piece = self.pieces[following]
            if piece:
                return piece[: piece.find(b"\n") + 1] or piece
        return b""

    def append(self, content: bytes) -> None:
        """Add a new section at the end, on a line of its own."""
        ending = next((piece for piece in reversed(self.pieces) if piece), b"\n")
        self.pieces.append(content if ending.endswith(b"\n") else b"\n" + content)


def _is_odd(header: bytes, names: list[bytes]) -> bool:
    if _ODD.search(header) is None:
        return False
    # Quotes and backslashes may stand between any two letters of a name.
    plain = _QUOTING.sub(b"", header)
    return any(name in plain for name in names)


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True

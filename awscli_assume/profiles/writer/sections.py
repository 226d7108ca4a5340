"""An INI file cut at some of its sections, so that each can be changed and read back alone.

A line that begins with ``[`` and contains a ``]`` always starts a section for configparser,
because only an indented line continues a value. So the sections of a file are the sections of its
pieces, and a file of ten thousand profiles need not be parsed again to change one.
"""

from __future__ import annotations

import re
from typing import Collection, Optional

# Parsing a smaller file costs less than a millisecond.
SMALL_BYTES = 8192
# About what an edit of a section adds to a file.
_SECTION_BYTES = 100
# Not files/ini.py: these run over the bytes of the whole file. Anchored at a line break, they are
# several times faster than with ^, so the content gets a line break in front.
_HEADER = re.compile(rb"\n(\[.+\])")
_INDENTED_HEADER = re.compile(rb"\n[ \t\f\v]+\[")
# A line that is not blank, a comment, a header, a continuation, or a key and a value.
_NO_KEY = re.compile(rb"\n(?![\s#;]|\[.+\])(?:[^=:\n]*(?=\n)|[=:])")
_QUOTING = re.compile(rb"['\"\\]")
_HAS_KEY = re.compile(rb"\n(?![\s#;])[^\n]")
# Headers that may be read as another name than the one between the brackets.
_ODD_LINE = re.compile(rb"\n\[(?: |[^\]\n]*(?:['\"\\\t]|  | \])|[^\]\n]*\].*\])")
_ODD = re.compile(rb"['\"\\\t]|  |^\[ | \]$|\].")


class SectionedText:
    """The content of an INI file in pieces, which joined are the content again.

    Each section of ``names`` (sections, or the profiles that they are read as) is a piece of its
    own. The whole file is one piece where it is small, and where cutting it is not safe: with
    carriage returns (the CLI's writer rewrites all of them), with headers that are indented,
    duplicate or may be read as one of the names, with a [DEFAULT] section, and with lines that
    the parser refuses, whose line numbers it then reports.
    """

    def __init__(self, content: bytes, names: Collection[str]) -> None:
        lines = b"\n" + content
        self._place: dict[bytes, int] = {}
        edges = None
        if not (
            len(content) + _SECTION_BYTES * len(names) < SMALL_BYTES
            or b"\r" in content
            or not _is_text(content)
            or content.startswith(b"\xef\xbb\xbf")
            or _INDENTED_HEADER.search(lines)
            or _NO_KEY.search(lines + b"\n")
        ):
            edges = self._find_edges(lines, [name.encode() for name in names])
        self.is_whole = edges is None
        edges = edges or [0]
        self.pieces = [content[a:b] for a, b in zip(edges, [*edges[1:], len(content)])]

    def _find_edges(self, lines: bytes, names: list[bytes]) -> Optional[list[int]]:
        """Return where the pieces begin, None where the file can't be cut safely."""
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
        has_two_defaults = b"default" in names and b"[profile default]" in seen
        if (
            has_two_defaults
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
        """Return the number of the piece with a section, None where there is no such section."""
        return 0 if self.is_whole else self._place.get(b"[%s]" % section.encode())

    def lines_before(self, number: int) -> int:
        """Return the number of lines above a piece."""
        return sum(piece.count(b"\n") for piece in self.pieces[:number])

    def following_header(self, number: int) -> bytes:
        """Return the header line after a piece, empty at the end of the file."""
        for following in range(number + 1, len(self.pieces)):
            piece = self.pieces[following]
            if piece:
                return piece[: piece.find(b"\n") + 1] or piece
        return b""

    def append(self, content: bytes) -> None:
        """Add a new section at the end, starting on a new line."""
        ending = next((piece for piece in reversed(self.pieces) if piece), b"\n")
        self.pieces.append(content if ending.endswith(b"\n") else b"\n" + content)


def _is_odd(header: bytes, names: list[bytes]) -> bool:
    if _ODD.search(header) is None:
        return False
    # There may be quotes and backslashes between any two letters of a name.
    plain = _QUOTING.sub(b"", header)
    return any(name in plain for name in names)


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True

"""A screen in memory for programs with windows: Xvfb, and pictures of it."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import zlib
from pathlib import Path
from typing import Any

from support.required import missing

_WIDTH, _HEIGHT = 1000, 260


class VirtualScreen:
    """A screen inside of a ``with`` statement; ``display`` is the value of DISPLAY."""

    def __init__(self, folder: Path, width: int = _WIDTH, height: int = _HEIGHT) -> None:
        self._folder = folder
        self._size = width, height
        self.display = ""

    def __enter__(self) -> Any:
        program = shutil.which("Xvfb") or missing("the virtual screen Xvfb", "xvfb")
        width, height = self._size
        read, write = os.pipe()
        self._process = subprocess.Popen(
            [program, "-displayfd", str(write), "-screen", "0", f"{width}x{height}x24",
             "-fbdir", str(self._folder), "-nolisten", "tcp", "-nocursor"],
            pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(write)
        # It chooses a free number, and says it when it is ready.
        with os.fdopen(read) as lines:
            self.display = f":{lines.readline().strip()}"
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.terminate()
        self._process.wait(10)

    def picture(self) -> bytes:
        """Return what the screen shows, as rows of RGB."""
        data = (self._folder / "Xvfb_screen0").read_bytes()
        # X11, XWDFile.h, version 7: the size of the header, and of the color map after it.
        header = struct.unpack(">25I", data[:100])
        width, height, row_bytes = header[4], header[5], header[12]
        start = header[0] + header[19] * 12
        assert (width, height) == self._size
        rows = []
        for y in range(height):
            row = data[start + y * row_bytes :][: width * 4]
            rgb = bytearray(width * 3)
            rgb[0::3], rgb[1::3], rgb[2::3] = row[2::4], row[1::4], row[0::4]
            rows.append(bytes(rgb))
        return b"".join(rows)

    def colors(self) -> set[str]:
        """Return the colors on the screen, as in CSS."""
        return colors_of(self.picture())

    def save(self, path: Path) -> None:
        """Write a PNG of what the screen shows."""
        width, height = self._size
        picture = self.picture()
        rows = b"".join(
            b"\0" + picture[y * width * 3 : (y + 1) * width * 3] for y in range(height)
        )
        header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
        path.write_bytes(
            b"\x89PNG\r\n\x1a\n"
            + _chunk(b"IHDR", header)
            + _chunk(b"IDAT", zlib.compress(rows, 9))
            + _chunk(b"IEND", b"")
        )


def colors_of(picture: bytes) -> set[str]:
    """Return the colors of rows of RGB, as in CSS."""
    return {f"#{picture[at : at + 3].hex()}" for at in range(0, len(picture), 3)}


def read_png(path: Path) -> tuple[tuple[int, int], bytes]:
    """Return the size of a PNG that ``save`` has written, and its rows of RGB."""
    data = path.read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    at = data.index(b"IDAT")
    pixels = zlib.decompress(data[at + 4 : data.index(b"IEND") - 8])
    rows = [pixels[y * (width * 3 + 1) + 1 :][: width * 3] for y in range(height)]
    return (width, height), b"".join(rows)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

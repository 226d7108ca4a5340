"""Which lines of a section an edit leaves to the CLI's writer."""

from __future__ import annotations

from pathlib import Path

import pytest

from awscli_assume.host import ConfigFileWriter
from awscli_assume.profiles.writer.edit import has_line


@pytest.mark.parametrize(
    ("piece", "is_there"),
    [
        (b"[a]\nregion = r\n", True),
        (b"[a]\nregion = r\noutput = text\n# region = x\n", True),
        (b"[a]\nregions = r\nregion = r\n", True),
        (b"[a]\nregion=r\n", False),
        (b"[a]\nregion = r", False),
        (b"[a]\nregion = r \n", False),
        (b"[a]\nregion = r\r\n", False),
        (b"[a]\nregion = r\n# a\rb\n", False),
        (b"[a]\ns3 =\n  region = r\nregion = r\n", False),
        (b"[a]\n\n  region : x\nregion = r\n", False),
        (b"[a]\nregion = other\n", False),
        (b"[a]\n", False),
    ],
)
def test_line_that_the_writer_would_put_back(piece: bytes, is_there: bool, tmp_path: Path) -> None:
    """A line is right where the writer leaves every byte of it, and changes no other line."""
    path = tmp_path / "config"
    path.write_bytes(piece)
    ConfigFileWriter().update_config({"__section__": "a", "region": "r"}, str(path))

    assert has_line(piece, "region", "r") is is_there
    assert not is_there or path.read_bytes() == piece


def test_line_in_another_encoding_is_the_writers() -> None:
    """The writer writes in the locale's encoding, so what is not ASCII is left to it."""
    assert not has_line("[a]\nregion = größe\n".encode(), "region", "größe")

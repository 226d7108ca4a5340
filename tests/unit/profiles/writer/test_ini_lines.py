"""Taking a key with its value out of a section, and leaving every other byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from awscli_assume.host import ConfigFileWriter
from awscli_assume.profiles.writer.ini_lines import line_stands, without_keys

SECTION = "profile x"


def lines(*texts: str, end: str = "\n") -> str:
    return "".join(f"{text}{end}" for text in texts)


BLOCK = ("assumed =", "    role-arn = a", "    source-profile = b")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(["[profile x]"], ["[profile x]"], id="nothing there"),
        pytest.param(["[profile x]", *BLOCK], ["[profile x]"], id="at the end of the file"),
        pytest.param(
            ["[profile x]", *BLOCK, "region = r"], ["[profile x]", "region = r"],
            id="before another key",
        ),
        pytest.param(
            ["[profile x]", "region = r", *BLOCK, "[profile y]"],
            ["[profile x]", "region = r", "[profile y]"],
            id="before another section",
        ),
        pytest.param(
            ["[profile y]", *BLOCK, "[profile x]", *BLOCK, "[profile z]", *BLOCK],
            ["[profile y]", *BLOCK, "[profile x]", "[profile z]", *BLOCK],
            id="in other sections too",
        ),
        pytest.param(
            ["[profile x]", "s3 =", "    max_queue_size = 1", *BLOCK, "a = b"],
            ["[profile x]", "s3 =", "    max_queue_size = 1", "a = b"],
            id="next to another block",
        ),
        pytest.param(
            ["[profile x]", "assumed = plain", "a = b"], ["[profile x]", "a = b"],
            id="a plain value",
        ),
        pytest.param(
            ["[profile x]", "ASSUMED :", "\trole-arn = a", "a = b"], ["[profile x]", "a = b"],
            id="upper case, a colon and a tab",
        ),
        pytest.param(
            ["[profile x]", "  assumed =", "      role-arn = a", "  a = b"],
            ["[profile x]", "  a = b"],
            id="everything indented",
        ),
        pytest.param(
            ["[profile x]", "# assumed = x", "assumed-too = y", "assumed2 =", "  a = b"],
            ["[profile x]", "# assumed = x", "assumed-too = y", "assumed2 =", "  a = b"],
            id="names that only look alike",
        ),
        pytest.param(
            ["# top", "", "[profile x] # why", "; note", *BLOCK, "", "# after", "[y]"],
            ["# top", "", "[profile x] # why", "; note", "", "# after", "[y]"],
            id="comments and blank lines around it stay",
        ),
        pytest.param(
            ["[profile x]", *BLOCK[:2], "    # note", BLOCK[2], "region = r"],
            ["[profile x]", "    # note", "region = r"],
            id="a comment inside stays, the key after it goes",
        ),
        pytest.param(
            ["[profile x]", *BLOCK[:2], "; note", BLOCK[2], "region = r"],
            ["[profile x]", "; note", "region = r"],
            id="a comment at the margin inside stays, the key after it goes",
        ),
        pytest.param(
            ["[profile x]", *BLOCK[:2], "", BLOCK[2], "region = r"],
            ["[profile x]", "", "region = r"],
            id="a blank line inside stays, the key after it goes",
        ),
        pytest.param(
            ["[profile x]", "assumed =", "    a = b", "    [y]", "    c = d", "e = f"],
            ["[profile x]", "e = f"],
            id="an indented line in brackets is no section",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_without_a_key(before: list[str], after: list[str], end: str) -> None:
    """The key goes with all lines of its value; what stands around it stays as it is."""
    assert without_keys(lines(*before, end=end), SECTION, ["assumed"]) == lines(*after, end=end)


def test_last_line_without_an_end() -> None:
    """A last line without a line break keeps being one."""
    assert without_keys("[profile x]\na = b", SECTION, ["c"]) == "[profile x]\na = b"


def test_several_keys() -> None:
    """Each of several keys goes."""
    text = lines("[x]", "a = 1", "b =", "  c = 2", "d = 3")

    assert without_keys(text, "x", {"a", "b"}) == lines("[x]", "d = 3")


@pytest.mark.parametrize(
    "header", ["[profile y]", "[profile x y]", "[profile 'x']", "[Profile x]", "[x]"]
)
def test_header_of_another_section(header: str) -> None:
    """A section is the one whose header is exactly the given one."""
    text = lines(header, *BLOCK)

    assert without_keys(text, SECTION, ["assumed"]) == text


@pytest.mark.parametrize("odd", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_line_ends_that_are_none_to_the_parser(odd: str) -> None:
    """What ends a line is what ends one for the CLI's parser: LF, CR and both, nothing else."""
    text = lines("[profile x]", f"a = b{odd}assumed = c", f"# d{odd}[y]", *BLOCK, "e = f")

    assert without_keys(text, SECTION, ["assumed"]) == lines(
        "[profile x]", f"a = b{odd}assumed = c", f"# d{odd}[y]", "e = f"
    )


@pytest.mark.parametrize(
    ("piece", "stands"),
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
def test_line_that_the_writer_would_put_back(piece: bytes, stands: bool, tmp_path: Path) -> None:
    """A line stands where the writer leaves every byte as it is, and means no other line."""
    path = tmp_path / "config"
    path.write_bytes(piece)
    ConfigFileWriter().update_config({"__section__": "a", "region": "r"}, str(path))

    assert line_stands(piece, "region", "r") is stands
    assert not stands or path.read_bytes() == piece


def test_line_in_another_encoding_is_the_writers() -> None:
    """The writer writes in the locale's encoding, so what is not ASCII is left to it."""
    assert not line_stands("[a]\nregion = größe\n".encode(), "region", "größe")

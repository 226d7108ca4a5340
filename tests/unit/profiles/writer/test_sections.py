"""A file cut at some of its sections: the pieces are the file, and its sections theirs."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from awscli_assume.errors import UnusableFile
from awscli_assume.profiles.files import parse
from awscli_assume.profiles.writer import sections
from awscli_assume.profiles.writer.sections import SMALL_BYTES, SectionedText
from support.ini_files import TARGETS, Case, cases


def large(text: str) -> bytes:
    """Return the text with enough other sections above it to be cut."""
    others = "".join(f"[other{n}]\nkey = {'x' * 80}\n" for n in range(SMALL_BYTES // 90))
    return (others + text).encode()


def sections_of(content: bytes) -> dict[str, Any]:
    """Return a text's sections as the CLI reads them."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "file")
        path.write_bytes(content)
        return parse(str(path), "file")


def test_named_sections_are_pieces_of_their_own() -> None:
    """What stands between them is one piece each."""
    content = large("[a]\nx = 1\n[b]\ny = 2\n# of b\n[c]\nz = 3\n[a2]\n")
    text = SectionedText(content, {"b"})
    place = text.find("b")

    assert not text.is_whole
    assert place is not None
    assert text.pieces[place] == b"[b]\ny = 2\n# of b\n"
    assert text.following_header(place) == b"[c]\n"
    assert text.lines_before(place) == content[: content.index(b"[b]")].count(b"\n")
    assert text.join() == content
    assert len(text.pieces) == 3


def test_section_that_is_not_there() -> None:
    """It is found nowhere, and is added at the end on a line of its own."""
    content = large("[a]\nx = 1")
    text = SectionedText(content, {"b"})

    assert text.find("b") is None
    text.append(b"[b]\ny = 2\n")
    assert text.join() == content + b"\n[b]\ny = 2\n"


def test_last_section_has_nothing_behind_it() -> None:
    """At the end of the file no header follows."""
    text = SectionedText(large("[a]\nx = 1\n"), {"a"})
    place = text.find("a")

    assert place is not None
    assert text.following_header(place) == b""


def test_small_file_is_whole() -> None:
    """A small file is one piece, and every section is in it."""
    text = SectionedText(b"[a]\nx = 1\n[b]\n", {"b"})

    assert text.is_whole
    assert (text.find("b"), text.find("no-such-section")) == (0, 0)


@pytest.mark.parametrize(
    "odd",
    [
        "  [b]\n", "[b]\n[b]\n", "[DEFAULT]\nx = 1\n", "[profile 'b']\n", '[profile "b"]\n',
        "[ b]\n", "[b ]\n", "[profile  b]\n", "[profile\tb]\n", "[a]\r\n", "[a]\nno key\n",
        "[a]\n= 1\n", "[profile b\\ ]\n",
    ],
)  # fmt: skip
def test_file_that_cannot_be_told_apart_is_whole(odd: str) -> None:
    """Headers that may be another spelling of ours, and lines of no kind, keep the file whole."""
    assert not SectionedText(large("[b2]\n"), {"b", "profile b"}).is_whole
    assert SectionedText(large(odd), {"b", "profile b"}).is_whole


def test_line_before_the_first_section_keeps_the_file_whole() -> None:
    """A key above all sections is the parser's to refuse."""
    assert SectionedText(b"x = 1\n" + large("[b]\n"), {"b"}).is_whole


def test_odd_neighbours_do_not_keep_it_whole() -> None:
    """Quotes in the header of a profile that is not concerned do no harm."""
    text = SectionedText(large("[profile 'x y']\nregion = x\n[profile b]\n"), {"b", "profile b"})

    assert not text.is_whole
    assert text.find("profile b") is not None


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(case=cases(), target=st.sampled_from(TARGETS), is_large=st.booleans())
def test_property_pieces_are_the_file(case: Case, target: str, is_large: bool) -> None:
    """Joined they are the content; parsed one by one they have the sections of the whole."""
    names = {target, f"profile {target}", f"profile '{target}'"}
    for content in (case.config or b"", case.credentials or b""):
        with pytest.MonkeyPatch.context() as patch:
            # As if it were large: each file of the strategy is cut if it can be.
            patch.setattr(sections, "SMALL_BYTES", SMALL_BYTES if is_large else 0)
            text = SectionedText(content, names)
        assert text.join() == content
        if text.is_whole:
            event("whole")
            continue
        event("cut")
        try:
            whole = sections_of(content)
        except UnusableFile:
            # A piece that can't be read is refused when it is concerned.
            continue
        merged: dict[str, Any] = {}
        for piece in text.pieces:
            found = sections_of(piece)
            assert not set(found) & set(merged)
            merged.update(found)
        assert merged == whole

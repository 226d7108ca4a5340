"""Prefixed lines: whole, complete, never mixed, and in the bytes of the command."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awscli_assume.model.each.results import EachTarget
from awscli_assume.outputs.each.lines import LONGEST_WAIT, LineSplitter, labels_of
from awscli_assume.outputs.printing import cell_width

DATA = st.lists(st.sampled_from([b"a", b"\n", b"\r", b"\xc3\xa4", b"\xff", b"\x1b[31m", b"xyz"]))


def cut_at(data: bytes, places: list[int]) -> list[bytes]:
    """Return the chunks of data that is cut at places."""
    places = sorted({0, len(data), *(one % (len(data) + 1) for one in places)})
    return [data[start:end] for start, end in zip(places, places[1:])]


@settings(deadline=None)
@given(DATA.map(b"".join), st.lists(st.integers(0, 200)))
def test_all_bytes_are_printed_as_whole_lines(data: bytes, places: list[int]) -> None:
    """However the output is cut into chunks, it is printed once, with a prefix for each line."""
    splitter = LineSplitter(b"dev | ")
    printed = [splitter.feed(chunk) for chunk in cut_at(data, places)] + [splitter.close()]

    assert all(not one or one.endswith(b"\n") for one in printed)
    lines = b"".join(printed).split(b"\n")
    assert lines.pop() == b""
    assert all(line.startswith(b"dev | ") for line in lines)
    expected = data if not data or data.endswith(b"\n") else data + b"\n"
    assert b"".join(line[len(b"dev | ") :] + b"\n" for line in lines) == expected


@settings(deadline=None)
@given(st.text(max_size=60), st.lists(st.integers(0, 200)), st.integers(4, 20))
def test_long_line_is_printed_in_pieces(text: str, places: list[int], longest: int) -> None:
    """A piece cuts no character, and no byte is lost or added but line ends."""
    data = text.encode()
    splitter = LineSplitter(b"> ", longest=longest)
    printed = [splitter.feed(chunk) for chunk in cut_at(data, places)] + [splitter.close()]

    pieces = [line[2:] for line in b"".join(printed).split(b"\n")[:-1]]
    assert b"".join(pieces).replace(b"\n", b"") == data.replace(b"\n", b"")
    for piece in pieces:
        piece.decode()


@settings(deadline=None)
@given(st.lists(st.sampled_from(["x", "ä", "\N{GRINNING FACE}", "\n"]), max_size=30))
def test_beginning_of_a_line_is_shown_in_time(texts: list[str]) -> None:
    """After a second without a line end, a terminal shows the beginning, and no empty line."""
    splitter, printed = LineSplitter(b"> "), b""
    for number, byte in enumerate("".join(texts).encode()):
        printed += splitter.feed(bytes([byte]), number)
        piece = splitter.overdue(number + LONGEST_WAIT)
        piece.decode()
        printed += piece
    printed += splitter.close()

    assert (
        printed.replace(b"> ", b"").replace(b"\n", b"")
        == "".join(texts).replace("\n", "").encode()
    )
    assert printed.count(b"> \n") <= texts.count("\n")


def test_question_without_a_line_end() -> None:
    """The line end that comes later is the one that was added."""
    splitter = LineSplitter(b"> ")

    assert splitter.feed(b"Continue? ", 5.0) == b""
    assert splitter.overdue(5.5) == b""
    assert splitter.overdue(6.0) == b"> Continue? \n"
    assert splitter.overdue(9.0) == b""
    assert splitter.feed(b"\nnext\n", 9.0) == b"> next\n"
    assert splitter.close() == b""


def test_slow_line_is_measured_from_its_own_beginning() -> None:
    """The line before it does not count."""
    splitter = LineSplitter(b"> ")
    splitter.feed(b"a", 1.0)

    assert splitter.feed(b"b\nc", 5.0) == b"> ab\n"
    assert splitter.overdue(5.5) == b""
    assert splitter.overdue(6.0) == b"> c\n"


def test_carriage_return_on_a_terminal() -> None:
    """What is printed over the beginning of a line begins with the prefix, too."""
    on_terminal = LineSplitter(b"> ", is_terminal=True)
    in_file = LineSplitter(b"> ")

    assert on_terminal.feed(b"10%\r20%\r\r\nx\r\n") == b"> 10%\r> 20%\r\r\n> x\r\n"
    assert in_file.feed(b"10%\r20%\n") == b"> 10%\r20%\n"


def test_color_of_a_command_ends_with_its_line() -> None:
    """A color that a command leaves on reaches neither the next prefix nor the progress line."""
    prefix = b"\x1b[0;36mdev |\x1b[0m "

    assert LineSplitter(prefix).feed(b"\x1b[31mred\n") == prefix + b"\x1b[31mred\n\x1b[0m"
    assert LineSplitter(prefix).feed(b"plain\n") == prefix + b"plain\n"
    assert LineSplitter(b"dev | ").feed(b"\x1b[31mred\n") == b"dev | \x1b[31mred\n"


def test_many_megabytes_are_fast() -> None:
    """100 MB pass without a copy for each line."""
    splitter, chunk = LineSplitter(b"dev | "), b"0123456789\n" * 6000
    printed = sum(len(splitter.feed(chunk)) for _ in range(1600))

    assert printed == 1600 * 6000 * 17


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([("1", "dev"), ("2", "production")], ["dev       ", "production"]),
        ([("1", ""), ("2", "dev")], ["1  ", "dev"]),
        ([("1", "a"), ("2", "a"), ("3", "b")], ["a 1", "a 2", "b  "]),
        ([("1", "a", "us-east-1"), ("1", "a", "eu-west-1")], ["a us-east-1", "a eu-west-1"]),
        ([("1", "a", "us-east-1"), ("2", "b", "us-east-1")], ["a", "b"]),
        ([("1", "a", None, "x"), ("1", "a", None, "y"), ("2", "b", None, "z")],
         ["a x", "a y", "b  "]),
        ([("1", "\x1b[31m\n"), ("2", "x")], ["\\x1b[31m\\x0a", "x" + " " * 11]),
        ([("1", "\u65e5\u672c"), ("2", "x")], ["\u65e5\u672c", "x   "]),
    ],
)  # fmt: skip
def test_labels(targets: list[tuple[str, ...]], expected: list[str]) -> None:
    """A label has as many words as it takes to be the only one, and all have one width."""
    labels = labels_of([EachTarget(*one) for one in targets])

    assert list(labels.values()) == expected
    assert len({cell_width(one) for one in labels.values()}) == 1


def test_long_labels_are_cut_unless_they_become_the_same() -> None:
    """A cut label never stands for two accounts."""
    long = "a" * 40
    cut = labels_of([EachTarget("1", f"{long}x"), EachTarget("2", "b")])
    same = labels_of([EachTarget("1", f"{long}x"), EachTarget("2", f"{long}y")])

    assert cut["1/"] == "a" * 29 + "..."
    assert same["1/"] == f"{long}x"
    assert re.fullmatch("b +", cut["2/"])

"""Lines of an INI file by section and key, and removing keys without touching another byte."""

from __future__ import annotations

import pytest

from awscli_assume.files.ini import read_lines, without_empty_sections, without_keys

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
        pytest.param(
            ["[profile x]", "s3 =", "    assumed = 1", "a = b"],
            ["[profile x]", "s3 =", "    assumed = 1", "a = b"],
            id="a key of a nested block is another key",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_without_a_key(before: list[str], after: list[str], end: str) -> None:
    """The key is removed with all lines of its value; every other line stays."""
    assert without_keys(lines(*before, end=end), {SECTION: ["assumed"]}) == lines(*after, end=end)


def test_last_line_without_an_end() -> None:
    """A last line without a line break stays as it is."""
    assert without_keys("[profile x]\na = b", {SECTION: ["c"]}) == "[profile x]\na = b"


def test_several_keys() -> None:
    """Each of several keys is removed."""
    text = lines("[x]", "a = 1", "b =", "  c = 2", "d = 3")

    assert without_keys(text, {"x": {"a", "b"}}) == lines("[x]", "d = 3")


@pytest.mark.parametrize(
    "header", ["[profile y]", "[profile x y]", "[profile 'x']", "[Profile x]", "[x]"]
)
def test_header_of_another_section(header: str) -> None:
    """A section is the one whose header is exactly the given one."""
    text = lines(header, *BLOCK)

    assert without_keys(text, {SECTION: ["assumed"]}) == text


@pytest.mark.parametrize("odd", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_characters_that_end_no_line(odd: str) -> None:
    """Only what ends a line for the CLI's parser ends one here: LF, CR and both."""
    text = lines("[profile x]", f"a = b{odd}assumed = c", f"# d{odd}[y]", *BLOCK, "e = f")

    assert without_keys(text, {SECTION: ["assumed"]}) == lines(
        "[profile x]", f"a = b{odd}assumed = c", f"# d{odd}[y]", "e = f"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(["[x]", "", "[y]", "a = b"], ["[y]", "a = b"], id="blank lines go too"),
        pytest.param(["[y]", "a = b", "[x]"], ["[y]", "a = b"], id="last"),
        pytest.param(["[x]", "# note", "[y]"], ["[x]", "# note", "[y]"], id="comment"),
        pytest.param(["[x]", "a = b", "[y]"], ["[x]", "a = b", "[y]"], id="key"),
        pytest.param(["# top", "[x y]", "[x]"], ["# top", "[x y]"], id="another empty section"),
        pytest.param(["[y]", "a =", "  [x]", "b = c"], ["[y]", "a =", "  [x]", "b = c"],
                     id="an indented line in brackets is no section"),
    ],
)  # fmt: skip
def test_without_an_empty_section(before: list[str], after: list[str]) -> None:
    """A section goes where nothing but blank lines is in it."""
    assert without_empty_sections(lines(*before), ["x"]) == lines(*after)


def test_lines_have_a_section_and_a_key() -> None:
    """Each line says where it belongs; joined, the lines are the text."""
    text = lines("# top", "[x]", "A = 1", "b =", "  c = 2", "", "  # note", "  d", "[y] # z", "e")
    found = list(read_lines(text))

    assert "".join(line.text for line in found) == text
    assert [(line.section, line.key, line.value) for line in found] == [
        (None, None, ""), ("x", None, ""), ("x", "a", "1"), ("x", "b", ""), ("x", "b", "c = 2"),
        ("x", None, ""), ("x", None, ""), ("x", "b", "d"), ("y", None, ""), ("y", None, ""),
    ]  # fmt: skip
    assert [line.text[0] for line in found if line.is_header] == ["[", "["]
    assert [line.value for line in found if line.is_continuation] == ["c = 2", "d"]

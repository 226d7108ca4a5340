"""Which lines of a section an edit leaves to the CLI's writer."""

from __future__ import annotations

from pathlib import Path

import pytest

from awscli_assume.errors import UnusableFile
from awscli_assume.host import ConfigFileWriter
from awscli_assume.profiles.writer.edit import edit_content, has_line
from awscli_assume.profiles.writer.scratch_file import ScratchFile
from awscli_assume.profiles.writer.verify import SectionEdit


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


def _new_edits(count: int) -> list[SectionEdit]:
    values = [("region", "eu-west-1"), ("block", {"a-b": "c"})]
    names = [f"p{number}" for number in range(count)]
    return [SectionEdit(f"profile {name}", values, profile=name) for name in names]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[default]\nregion = x",
        b"[default]\r\nregion = x\r\n",
        b"[profile p3]\noutput = json\n[x]\na = b\n",
        b'[profile "p3"]\noutput = json\n',
        b"[DEFAULT]\nregion = x\n[profile p3]\nregion = y\n",
    ],
)
def test_many_new_sections_are_those_of_single_edits(content: bytes, tmp_path: Path) -> None:
    """Many edits at once leave the bytes of one edit after the other, and read back the same."""
    scratch_file = ScratchFile(str(tmp_path / "scratch"), "config")
    edits = _new_edits(30)
    after = content
    for edit in edits:
        after = edit_content(scratch_file, after, [edit]).content
    if b"\r" in content:
        # The writer rewrites carriage returns where it changes a section.
        after = content + after[len(content.replace(b"\r", b"")) :]

    edited = edit_content(scratch_file, content, edits)

    assert edited.content == after
    assert edited.after["profile p29"] == {"region": "eu-west-1", "block": {"a-b": "c"}}
    assert b"\r" in content or edit_content(scratch_file, after, edits).content == after


def test_many_new_sections_below_default_values_are_refused(tmp_path: Path) -> None:
    """Values of [DEFAULT] would be read in every new section, so none is added."""
    scratch_file = ScratchFile(str(tmp_path / "scratch"), "config")
    content = b"[DEFAULT]\noutput = json\n[profile p3]\nregion = eu-west-1\n"
    refused: dict[str, UnusableFile] = {}
    with pytest.raises(UnusableFile, match=r"the values of \[DEFAULT\] apply to every profile"):
        edit_content(scratch_file, content, _new_edits(30))

    edited = edit_content(scratch_file, content, _new_edits(30), refused)

    assert {f"p{number}" for number in range(30)} - {"p3"} == set(refused)
    assert edited.content == content + b"block =\n    a-b = c\n"


def test_new_section_that_cannot_be_written_is_refused_alone(tmp_path: Path) -> None:
    """Of many new sections, one with a line break in a value is left out."""
    scratch_file = ScratchFile(str(tmp_path / "scratch"), "config")
    bad = SectionEdit("profile bad", [("region", "a\nb")], profile="bad")
    refused: dict[str, UnusableFile] = {}

    edited = edit_content(scratch_file, b"", [*_new_edits(30), bad], refused)

    assert list(refused) == ["bad"]
    assert edited.content == edit_content(scratch_file, b"", _new_edits(30)).content


@pytest.mark.parametrize("content", [b"", b"[default]\r\nregion = x\r\n"])
def test_each_new_section_is_written_once_and_all_are_read_together(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The work grows with the number of sections, also in a file that can't be cut."""
    calls: list[str] = []

    def counted(name: str) -> None:
        method = getattr(ScratchFile, name)

        def call(self: ScratchFile, *arguments: object) -> object:
            calls.append(name)
            return method(self, *arguments)

        monkeypatch.setattr(ScratchFile, name, call)

    for name in ("parse", "set_values", "change_text"):
        counted(name)

    edit_content(ScratchFile(str(tmp_path / "scratch"), "config"), content, _new_edits(100))

    assert calls.count("set_values") == 100
    assert calls.count("parse") <= 3
    assert "change_text" not in calls


@pytest.mark.parametrize(
    "extra",
    [
        b"[x]\r\na = b\r\n",
        b"[x]\na = b\n  [y]\n",
        b'[profile "p7"]\nregion = eu-west-1\nblock =\n    a-b = c\n',
        b"# no section\n[profile p7]\n# a comment stays\nregion = eu-west-1\n[x]\na = b\n\n\n",
    ],
)
def test_many_removals_are_those_of_single_edits(extra: bytes, tmp_path: Path) -> None:
    """Sections that are cleared together, in a file that can't be cut, leave the same bytes."""
    scratch_file = ScratchFile(str(tmp_path / "scratch"), "config")
    number = 7 if b"p7" in extra else 30
    content = edit_content(scratch_file, b"", _new_edits(number)).content + extra
    removals = [
        SectionEdit(edit.section, removals=("region", "block"), profile=edit.profile)
        for edit in _new_edits(30)
    ]
    after = content
    for edit in removals:
        after = edit_content(scratch_file, after, [edit]).content

    assert edit_content(scratch_file, content, removals).content == after
    assert b"p3" not in after

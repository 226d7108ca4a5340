"""The expressions of a command line, and of the files that it names."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Optional

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.host.environment import Environment
from awscli_assume.workflow.targets.sources import read_expressions

A, B = "111111111111", "222222222222"


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def texts(*values: str, stdin: Optional[io.StringIO] = None) -> list[tuple[str, bool]]:
    """Return the values, and whether each is excluded."""
    found = read_expressions(values, Environment(input=stdin))
    return [(one.value, one.is_excluded) for one in found]


def test_values_and_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file stands for its lines; ``not:`` before a file excludes them."""
    (tmp_path / "list").write_text(f"{A}\nweb\n")
    (tmp_path / "mixed").write_text(f"all\nnot:{A}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))

    assert texts("@list", "all", "@~/list") == [(A, False), ("web", False), ("all", False)]
    assert texts("all", "not:@list") == [("all", False), (A, True), ("web", True)]
    assert texts("@mixed") == [("all", False), (A, True)]
    assert texts(f"{A},{B}", "-", stdin=io.StringIO("a\nb")) == [
        (A, False), (B, False), ("a", False), ("b", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "value", "message"),
    [
        (None, "@list", "Cannot read the accounts of '@list': No such file or directory"),
        (b"\xff\xfe", "not:@list", "accounts of 'not:@list': it is not UTF-8 text"),
        (b"# nothing\n", "@list", "The file 'list' of --accounts has no accounts"),
        (b"@other\n", "@list", "The file 'list' has the line '@other': a list of accounts can't"),
        (b"-\n", "@list", "has the line '-': a list of accounts can't name another list"),
        (b"not:a\n", "not:@list", "has the line 'not:a': 'not:' may stand there only once"),
        (b"{", "@list", "The file 'list' is not valid JSON"),
        (b"1234\n", "@list", "Invalid account ID '1234': it must be 12 digits"),
    ],
)
def test_files_that_are_no_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: Optional[bytes], value: str,
    message: str,
) -> None:  # fmt: skip
    """The message names the file and the line."""
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / "list").write_bytes(content)
    with pytest.raises(InvalidRequest, match=message):
        texts("all", value)


def test_stdin_is_a_terminal() -> None:
    """Nothing waits for a user who does not know what to type."""
    with pytest.raises(InvalidRequest, match="--accounts - reads accounts from stdin, and there"):
        texts("-", stdin=Terminal())


@pytest.mark.parametrize("values", [[], ["not:all"], ["not:a", "not:b"]])
def test_nothing_is_selected(values: list[str]) -> None:
    """Exclusions alone are not taken for all other accounts."""
    what = "only excludes accounts" if values else "names no account"
    with pytest.raises(InvalidRequest, match=rf"--accounts {what}\. To select all accounts of"):
        texts(*values)


def test_an_option_without_values() -> None:
    """Without --accounts, the message is the same."""
    with pytest.raises(InvalidRequest, match="--accounts names no account"):
        read_expressions(None, Environment())

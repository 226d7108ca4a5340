"""The ``[plugins]`` section as text."""

from __future__ import annotations

import configparser
import os

import pytest

from awscli_assume.install.plugin_settings import (
    names_plugin,
    option_lines,
    read_settings,
    replace_option,
    with_folder,
    without_plugin,
)

OURS = os.path.join(os.sep, "home", "alice", ".aws", "cli", "plugins")
THEIRS = os.path.join(os.sep, "opt", "plugins")

SHAPES = [
    "",
    "[default]\nregion = eu-west-1\n",
    "[plugins]\nassume = awscli_assume\n",
    "[plugins]\nassume=awscli_assume",
    "[plugins]\nASSUME : awscli_assume\n",
    "[plugins]\r\nassume = awscli_assume\r\n",
    "[plugins]\n# assume = awscli_assume\n; other = x\nother = y\n",
    "[plugins]\n  other = y\n  assume = awscli_assume\n",
    "[plugins]\nother =\n  y\n  [z]\nassume = awscli_assume\n",
    "[default]\ns3 =\n  assume = awscli_assume\n[plugins]\nother = y\n[profile x]\nassume = z\n",
    "[profile plugins]\nassume = awscli_assume\n",
    "[plugins]\n\nassume = a = b\n\n[default]\nassume = c\n",
    "# [plugins]\n[default]\nregion = x\n",
    "[plugins]\nassume = a\x0cb\n",
]


@pytest.mark.parametrize("text", SHAPES)
def test_reads_what_configparser_reads(text: str) -> None:
    """The values are those that botocore reads with RawConfigParser."""
    parser = configparser.RawConfigParser(default_section="")
    parser.read_string(text)

    expected = dict(parser["plugins"]) if parser.has_section("plugins") else {}
    assert expected == read_settings(text)


def test_names_plugin_only_by_our_module() -> None:
    """Another plugin named assume is not ours."""
    assert names_plugin("[plugins]\nassume = awscli_assume\n")
    assert not names_plugin("[plugins]\nassume = awscli_other\n")


def test_returns_and_replaces_the_lines_of_one_option() -> None:
    """An option includes the lines that continue it, and no other line changes."""
    text = "[plugins]\na = 1\n  2\n# mine\nb = 3\n"

    assert option_lines(text, "a") == "a = 1\n  2\n"
    assert replace_option(text, "a", "a = 4\n") == "[plugins]\na = 4\n# mine\nb = 3\n"
    assert replace_option(text, "c", "c = 4\n") == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, [OURS]),
        ("", [OURS]),
        (THEIRS, [OURS, THEIRS]),
        (OURS, [OURS]),
        (os.path.join(OURS, ""), [os.path.join(OURS, "")]),
        (os.pathsep.join([THEIRS, OURS]), [THEIRS, OURS]),
    ],
)
def test_adds_our_folder_once_and_first(value: str, expected: list[str]) -> None:
    """Other folders stay, after ours: one of them may have an older copy."""
    assert os.pathsep.join(expected) == with_folder(value, OURS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[plugins]\nassume = awscli_assume\n", ""),
        (f"[plugins]\ncli_legacy_plugin_path = {OURS}\nassume = awscli_assume\n", ""),
        (
            f"[a]\nb=c\n\n[plugins]\ncli_legacy_plugin_path={OURS}\nassume=awscli_assume\n\n[d]\n",
            "[a]\nb=c\n\n\n[d]\n",
        ),
        # A comment keeps its section.
        ("[plugins]\n# mine\nassume = awscli_assume\n", "[plugins]\n# mine\n"),
        # Another plugin that came later may live in our folder.
        (
            f"[plugins]\ncli_legacy_plugin_path = {OURS}\nassume = awscli_assume\nother = x\n",
            f"[plugins]\ncli_legacy_plugin_path = {OURS}\nother = x\n",
        ),
        (
            f"[plugins]\ncli_legacy_plugin_path = {OURS}{os.pathsep}{THEIRS}\n"
            "assume = awscli_assume\n",
            f"[plugins]\ncli_legacy_plugin_path = {THEIRS}\n",
        ),
        ("[plugins]\nassume = other\n", "[plugins]\nassume = other\n"),
    ],
)
def test_takes_out_our_lines_only(text: str, expected: str) -> None:
    """Without a record our lines are removed, and the section if it is empty then."""
    assert expected == without_plugin(text, OURS, None)[0]


def test_gives_back_the_earlier_path_as_it_was_written() -> None:
    """A path line that enable has rewritten is restored with its spacing."""
    text = (
        f"[plugins]\ncli_legacy_plugin_path = {OURS}{os.pathsep}{THEIRS}\nassume = awscli_assume\n"
    )
    line = f"cli_legacy_plugin_path={THEIRS}\n"

    assert without_plugin(text, OURS, line)[0] == f"[plugins]\n{line}"


def test_keeps_a_folder_that_came_to_the_path_later() -> None:
    """A folder that was added after enable stays, in the same order."""
    later = os.path.join(os.sep, "later")
    value = os.pathsep.join([OURS, THEIRS, later])
    text = f"[plugins]\ncli_legacy_plugin_path = {value}\nassume = awscli_assume\n"
    line = f"cli_legacy_plugin_path={THEIRS}\n"

    expected = f"[plugins]\ncli_legacy_plugin_path = {os.pathsep.join([THEIRS, later])}\n"
    assert expected == without_plugin(text, OURS, line)[0]

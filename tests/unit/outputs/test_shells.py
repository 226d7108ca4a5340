"""Quoting for each shell, as text. tests/integration/test_shells.py has the shells read it."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_assume.outputs.shells import SHELLS, is_plain, shell_of, unsupported_reason, word

POWERSHELL = {"PSModulePath": "C:\\Modules"}
COMSPEC = {"COMSPEC": "C:\\Windows\\system32\\cmd.exe"}


@pytest.mark.parametrize(
    ("variables", "shell"),
    [
        ({"SHELL": "/bin/bash"}, "sh"),
        ({"SHELL": "/usr/bin/zsh"}, "sh"),
        ({"SHELL": "bash"}, "sh"),
        ({"SHELL": "/usr/local/bin/fish"}, "fish"),
        ({"SHELL": "/bin/tcsh"}, "csh"),
        ({"SHELL": "/bin/csh"}, "csh"),
        ({"SHELL": "/opt/microsoft/powershell/7/pwsh"}, "powershell"),
        (POWERSHELL, "powershell"),
        ({"PSMODULEPATH": "C:\\Modules"}, "powershell"),
        ({**POWERSHELL, **COMSPEC}, "powershell"),
        (COMSPEC, "cmd"),
        ({**POWERSHELL, "SHELL": "/bin/bash"}, "sh"),
        ({**COMSPEC, "SHELL": "/bin/bash"}, "sh"),
        ({}, "sh"),
        ({"SHELL": ""}, "sh"),
        ({"SHELL": "/bin/unheard-of"}, "sh"),
    ],
)
def test_shell_of_a_person(variables: dict[str, str], shell: str) -> None:
    """The shell is the one that SHELL names; without it, on Windows, PowerShell."""
    assert shell_of(variables) == shell


@pytest.mark.parametrize(
    "value",
    ["ASIAEXAMPLE", "IQoJb3/+=", "2026-11-23T10:00:00Z", "eu-west-1", "-x", "a==", "a:b", "_."],
)
def test_a_credential_is_a_word_as_it_stands(value: str) -> None:
    """What keys, tokens, times and regions are made of is never put in quotes."""
    assert is_plain(value)
    assert {word(shell, value) for shell in SHELLS} == {value}


@pytest.mark.parametrize(
    "value",
    [
        "", " ", "~", "~root", "#x", "*", "a?", "$HOME", "`id`", "a;b", "a&b", "a|b", "a<b", "a>b",
        "(a)", "[a]", "{a,b}", "!x", "^a", "'", '"', "\\", "%self", "@x", "a,b",
        "=ls", "a:=ls", "é", "a\n", "\t",
    ],
)  # fmt: skip
def test_what_acts_in_some_shell_is_not_plain(value: str) -> None:
    """A text with anything that acts in one of the shells is put in quotes for all of them."""
    assert not is_plain(value)


@pytest.mark.parametrize(
    ("shell", "value", "quoted"),
    [
        ("sh", "it's", "'it'\\''s'"),
        ("sh", "a\\b", "'a\\b'"),
        ("sh", "", "''"),
        ("fish", "it's", "'it\\'s'"),
        ("fish", "a\\b", "'a\\\\b'"),
        ("csh", "it's", "'it'\\''s'"),
        ("csh", "wow!", "'wow'\\!''"),
        ("csh", "a\\b", "'a'\\\\'b'"),
        ("powershell", "it's", "'it''s'"),
        ("powershell", "plain", "'plain'"),
        ("cmd", "a & b", '"a & b"'),
    ],
)
def test_quotes_of_each_shell(shell: str, value: str, quoted: str) -> None:
    """A text is quoted by the rules of its shell."""
    assert SHELLS[shell].quote(value) == quoted


@given(st.text())
def test_a_quoted_text_is_one_word_to_a_posix_reader(value: str) -> None:
    """Whatever the text, Python's own reader of POSIX words gets it back."""
    assert shlex.split(word("sh", value)) == [value]


@pytest.mark.parametrize("shell", list(SHELLS))
@pytest.mark.parametrize(
    "value", ["a\nb", "a\rb", "\0", "\x1b[2J", "\x7f", "\x85", "\u2028", "\udcff"]
)
def test_control_characters_and_line_ends_are_refused(shell: str, value: str) -> None:
    """No shell is handed a value that would end the line, or act in the terminal."""
    assert unsupported_reason(shell, value) == "has a line end or a control character"


@pytest.mark.parametrize("value", ['"', "100%", "%PATH%", "wow!", "a^b", "é", "\u2019"])
def test_what_cmd_can_not_quote_is_refused_for_cmd_alone(value: str) -> None:
    """A value that cmd.exe would act upon is refused there, and no other shell minds."""
    refused = {shell for shell in SHELLS if unsupported_reason(shell, value)}

    assert refused == {"cmd"}


@pytest.mark.parametrize("value", ["a & b | c > d", "(x)", "it's", "\\", "$HOME `id` ~ * ;"])
def test_what_cmd_can_quote(value: str) -> None:
    """Within double quotes, cmd.exe reads the characters of its grammar as letters."""
    assert unsupported_reason("cmd", value) is None

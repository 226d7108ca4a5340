"""The formats of export as text, and readers of the rules of what this system does not run.

tests/integration/test_shells.py has real shells read the others.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import datetime, timezone
from typing import Optional

# Version 1 from 1.46 on carries botocore: awscli puts it in place.
import awscli  # noqa: F401
import pytest
from botocore.session import Session
from hypothesis import given
from hypothesis import strategies as st

from awscli_assume.commands.export import ExportCommand
from awscli_assume.errors import InvalidConfiguration
from awscli_assume.model.credentials import SessionCredentials, TemporaryCredentials
from awscli_assume.outputs.export_formats import FORMATS, Format, default_format, render

ROLE = TemporaryCredentials(
    access_key_id="ASIAEXAMPLE",
    secret_access_key="s3cr3t/+",
    session_token="t0k3n/+==",
    expiration=datetime(2026, 11, 23, 10, 0, tzinfo=timezone.utc),
    assumed_role_arn="arn:aws:sts::123456789012:assumed-role/r/alice",
    assumed_role_id="AROAEXAMPLE:alice",
)
SESSION = SessionCredentials("ASIAEXAMPLE", "s3cr3t/+", "t0k3n/+==", None)
LINES = ["env", "env-no-export", "powershell", "windows-cmd", "fish", "csh", "dotenv"]
VARIABLES = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
# What may be in a value: all but control characters, line ends, and what is no text.
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]))


def with_token(value: str) -> SessionCredentials:
    return replace(SESSION, session_token=value)


def lines_of(template: str) -> str:
    """Return the lines that a template of one line makes of ROLE and a region."""
    values = {
        "AWS_ACCESS_KEY_ID": "ASIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "s3cr3t/+",
        "AWS_SESSION_TOKEN": "t0k3n/+==",
        "AWS_CREDENTIAL_EXPIRATION": "2026-11-23T10:00:00Z",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    return "".join(template.format(name, value) + "\n" for name, value in values.items())


# Texts


def test_names_of_the_formats() -> None:
    """The official command's six come first, in its order; each knows its own name."""
    assert list(FORMATS) == [
        "process", "env", "env-no-export", "powershell", "windows-cmd", "fish",
        "csh", "dotenv", "json",
    ]  # fmt: skip
    assert [one.name for one in FORMATS.values()] == list(FORMATS)


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("env", "export {}={}"),
        ("env-no-export", "{}={}"),
        ("powershell", "$Env:{}='{}'"),
        ("windows-cmd", 'set "{}={}"'),
        ("fish", 'set -gx {} "{}"'),
        ("csh", "setenv {} {};"),
        ("dotenv", "{}={}"),
    ],
)
def test_lines_of_ordinary_credentials(name: str, template: str) -> None:
    """Ordinary values stand in a line each, with quotes where the official command has them."""
    assert render(name, ROLE, "eu-west-1") == lines_of(template)


@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("region", [None, ""])
def test_what_is_not_known_has_no_line(name: str, region: Optional[str]) -> None:
    """Neither an expiration nor a region that is not known leaves a line."""
    lines = render(name, SESSION, region).splitlines()

    assert [re.findall(r"AWS_\w+", line) for line in lines] == [[name] for name in VARIABLES]


def test_process_document() -> None:
    """The document is what a credential_process prints, and the region is not in it."""
    assert render("process", ROLE, "eu-west-1") == (
        '{\n  "Version": 1,\n  "AccessKeyId": "ASIAEXAMPLE",\n'
        '  "SecretAccessKey": "s3cr3t/+",\n  "SessionToken": "t0k3n/+==",\n'
        '  "Expiration": "2026-11-23T10:00:00Z"\n}\n'
    )


def test_process_document_without_an_expiration() -> None:
    """An expiration that is not known is left out: an SDK would not take a null."""
    assert list(json.loads(render("process", SESSION, None))) == [
        "Version", "AccessKeyId", "SecretAccessKey", "SessionToken",
    ]  # fmt: skip


def test_json_of_a_role() -> None:
    """The document is the answer of aws sts assume-role."""
    text = render("json", ROLE, "eu-west-1")

    assert text == json.dumps(json.loads(text), indent=2) + "\n"
    assert json.loads(text) == {
        "Credentials": {
            "AccessKeyId": "ASIAEXAMPLE",
            "SecretAccessKey": "s3cr3t/+",
            "SessionToken": "t0k3n/+==",
            "Expiration": "2026-11-23T10:00:00Z",
        },
        "AssumedRoleUser": {
            "AssumedRoleId": "AROAEXAMPLE:alice",
            "Arn": "arn:aws:sts::123456789012:assumed-role/r/alice",
        },
    }


def test_json_of_a_session_that_is_no_role() -> None:
    """A user's session has no assumed role, and an unknown expiration no member."""
    assert json.loads(render("json", SESSION, None)) == {
        "Credentials": {
            "AccessKeyId": "ASIAEXAMPLE",
            "SecretAccessKey": "s3cr3t/+",
            "SessionToken": "t0k3n/+==",
        }
    }


def test_a_format_is_named_or_given() -> None:
    """A format itself does as well as its name."""
    mine = Format("mine", "Mine.", lambda credentials, region, more: f"{region}\n")

    assert render(FORMATS["env"], ROLE, None) == render("env", ROLE, None)
    assert render(mine, ROLE, "eu-west-1") == "eu-west-1\n"


@pytest.mark.parametrize("name", list(FORMATS))
def test_each_format_is_in_the_help(name: str) -> None:
    """The help has one item for each format, with its one sentence."""
    documentation = FORMATS[name].documentation
    (argument,) = [one for one in ExportCommand(Session()).ARG_TABLE if one["name"] == "format"]

    assert f"<code>{name}</code>: {documentation}" in argument["help_text"]
    assert documentation.startswith("Display credentials as ")
    assert documentation.endswith(".")
    assert ". " not in documentation


@pytest.mark.parametrize(
    ("env", "name"),
    [
        ({"SHELL": "/bin/bash"}, "env"),
        ({"SHELL": "/bin/zsh"}, "env"),
        ({"SHELL": "/usr/bin/fish"}, "fish"),
        ({"SHELL": "/bin/tcsh"}, "csh"),
        ({"SHELL": "/usr/bin/pwsh"}, "powershell"),
        ({"PSModulePath": "C:\\Modules", "COMSPEC": "cmd.exe"}, "powershell"),
        ({"COMSPEC": "cmd.exe"}, "windows-cmd"),
        ({}, "env"),
    ],
)
def test_default_format(env: dict[str, str], name: str) -> None:
    """Stdout gets what the user's shell reads."""
    assert default_format(env) == name


# Refusals


@pytest.mark.parametrize("name", list(FORMATS))
@pytest.mark.parametrize(
    "end", ["\n", "\r", "\0", "\t", "\x1b", "\x7f", "\x9b", "\u2028", "\udc80"]
)
@pytest.mark.parametrize("variable", VARIABLES)
def test_control_characters_are_refused(name: str, end: str, variable: str) -> None:
    """No format carries a control character: the variable is named, the value is not."""
    member = variable[len("AWS_") :].lower()
    credentials = replace(ROLE, **{member: f"hidden{end}export X=1"})

    with pytest.raises(InvalidConfiguration, match="Unable to export") as caught:
        render(name, credentials, None)

    assert str(caught.value) == (
        f"Unable to export {variable}: its value has a line end or a control character; "
        "correct it where it comes from, or try another --format"
    )


@pytest.mark.parametrize("name", LINES)
def test_a_region_with_a_line_end_is_refused(name: str) -> None:
    """A region is checked like the keys."""
    with pytest.raises(InvalidConfiguration, match="Unable to export AWS_REGION: its value has"):
        render(name, ROLE, "eu\nwest")


@pytest.mark.parametrize(
    "value", ['hid"den', "hid%den", "%hidden%", "hid!den", "hid^den", "hiddén"]
)
def test_refusals_for_cmd(value: str) -> None:
    """What cmd.exe can't quote is refused, without a word of the value."""
    with pytest.raises(InvalidConfiguration, match="AWS_SESSION_TOKEN.*cmd.exe can't") as caught:
        render("windows-cmd", with_token(value), None)

    assert "hid" not in str(caught.value)


@pytest.mark.parametrize("value", ["'hidden'", '"hidden"', "''"])
def test_refusals_for_docker(value: str) -> None:
    """A value in quotes is refused where docker's versions do not agree."""
    with pytest.raises(InvalidConfiguration, match="AWS_SESSION_TOKEN.*docker") as caught:
        render("dotenv", with_token(value), None)

    assert "hidden" not in str(caught.value)


# Readers of other people's rules, which know nothing of the code above


def read_powershell(text: str) -> dict[str, str]:
    """Read assignments of literal texts, by about_Quoting_Rules and PowerShell's tokenizer.

    A text begins at a single quote, straight or typographic, and ends at the next,
    unless two stand together: they are one. Nothing else acts in it.
    """
    quotes = "'\u2018\u2019\u201a\u201b"
    values, position = {}, 0
    while position < len(text):
        start = re.compile(r"\$Env:([A-Z_]+)=").match(text, position)
        assert start is not None, "a statement that is no assignment"
        position = start.end()
        assert text[position] in quotes, "a value that is no literal text"
        position += 1
        value = ""
        while True:
            character = text[position]
            position += 1
            if character in quotes:
                if text[position] not in quotes:
                    break
                character = text[position]
                position += 1
            value += character
        assert text[position] == "\n", "something behind the text"
        position += 1
        values[start.group(1)] = value
    return values


def read_cmd(text: str) -> dict[str, str]:
    """Read set commands as cmd.exe does, with delayed expansion on, which acts on most.

    Percent signs first, within quotes as well; then the quotes and the operators;
    then exclamation marks, and carets where there was one; then set itself, which
    takes all up to the last quote. (Stack Overflow 4094699; help set.)
    """
    values = {}
    for line in text.splitlines():
        line = re.sub(r"%[^%]*%|%[0-9*]", "EXPANDED", line)
        within = False
        for character in line:
            within = within != (character == '"')
            assert within or character not in "&|<>()^", "an operator"
        if "!" in line:
            line = re.sub(r"!.*?!|!", "EXPANDED", line).replace("^", "")
        assert line.startswith('set "')
        name, _, value = line[len('set "') : line.rindex('"')].partition("=")
        values[name] = value
    return values


def read_env_file(text: str, trims_quotes: bool) -> dict[str, str]:
    """Read an env-file as docker does (docker/cli, pkg/kvfile/kvfile.go).

    A line ends at a line feed, a carriage return before it goes; blanks before the
    name go; a line that begins with # is none; behind the first = all is the value.
    Newer versions take a pair of quotes around it away.
    """
    values = {}
    for number, line in enumerate(text.encode().decode("utf-8").split("\n")):
        line = line[:-1] if line.endswith("\r") else line
        line = line.removeprefix("\ufeff") if number == 0 else line
        line = line.lstrip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        assert equals
        assert not set(name) & set(" \t")
        paired = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
        values[name] = value[1:-1] if trims_quotes and paired else value
    return values


def expected(value: str) -> dict[str, str]:
    return {**dict(zip(VARIABLES, [value, value, value])), **regions(value)}


def regions(value: str) -> dict[str, str]:
    return {"AWS_REGION": value, "AWS_DEFAULT_REGION": value} if value else {}


NASTY = [
    "'", "''", "it's", '"', "$HOME", "$(calc)", "`calc`", "a`'b", "'; calc; '",
    "\u2019; calc; \u2018", "'\u2019", "\u2018\u2019\u201a\u201b", "\u201cq\u201d", "#x", " a ",
    "a;b", "a&b", "\\", "\\'", "@{}",
]  # fmt: skip


@pytest.mark.parametrize("value", NASTY)
def test_nasty_values_in_powershell(value: str) -> None:
    """PowerShell reads each value as one literal text."""
    text = render("powershell", SessionCredentials(value, value, value, None), value)

    assert read_powershell(text) == expected(value)


@given(st.one_of(TEXT, st.text("'\u2018\u2019\u201a\u201b$`;a ")))
def test_any_value_in_powershell(value: str) -> None:
    """Whatever a value is, PowerShell reads it as one literal text."""
    text = render("powershell", SessionCredentials(value, value, value, None), value)

    assert read_powershell(text) == expected(value)


@pytest.mark.parametrize(
    "value",
    ["a b", " a ", "a&b", "a|b", "a<b>c", "(a)", "a;b,c", "'", "=a=", "\\", "$(x)", "`x`", "~*?"],
)
def test_nasty_values_in_cmd(value: str) -> None:
    """Within the quotes, cmd.exe reads the characters of its grammar as they are."""
    text = render("windows-cmd", SessionCredentials(value, value, value, None), value)

    assert read_cmd(text) == expected(value)


@given(st.one_of(TEXT, st.text("\"%!^&|<>()= a'\\")))
def test_any_value_in_cmd_is_right_or_refused(value: str) -> None:
    """Whatever a value is, cmd.exe reads it as it is, or is never given it."""
    try:
        text = render("windows-cmd", SessionCredentials(value, value, value, None), value)
    except InvalidConfiguration:
        assert not re.fullmatch(r"[A-Za-z0-9+/=:._ &|<>()'-]*", value)
    else:
        assert read_cmd(text) == expected(value)


@pytest.mark.parametrize("value", ["%PATH%", "100%1", "a!b", "a!PATH!b"])
def test_what_cmd_would_make_of_what_is_refused(value: str) -> None:
    """The reader of the rules would not get back what is refused: there is a reason for it."""
    assert read_cmd(f'set "X={value}"') != {"X": value}


@pytest.mark.parametrize("trims_quotes", [True, False])
@given(value=st.one_of(TEXT, st.text("'\"=# a$\\")))
def test_any_value_in_docker_is_right_or_refused(trims_quotes: bool, value: str) -> None:
    """Whatever a value is, each version of docker reads it as it is, or is never given it."""
    try:
        text = render("dotenv", SessionCredentials(value, value, value, None), value)
    except InvalidConfiguration:
        assert value[0] == value[-1]
        assert value[0] in "'\""
    else:
        assert read_env_file(text, trims_quotes) == expected(value)


@given(TEXT)
def test_any_value_in_json(value: str) -> None:
    """Whatever a value is, both documents bring it back."""
    credentials = SessionCredentials(value, value, value, None)
    members = {"AccessKeyId": value, "SecretAccessKey": value, "SessionToken": value}

    assert json.loads(render("json", credentials, None)) == {"Credentials": members}
    assert json.loads(render("process", credentials, None)) == {"Version": 1, **members}

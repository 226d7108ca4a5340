"""What is printed: one object without a secret, and a line for people in their shell."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.outputs.profile_list import local_time
from awscli_assume.outputs.summary import (
    chaining_note,
    changes,
    environment_warning,
    export_line,
    replaced_note,
    success_line,
    summary,
)
from awscli_assume.profiles.record import Record
from awscli_assume.profiles.state import ProfileState
from awscli_assume.profiles.target import Target, state_of

LATER = datetime(2026, 11, 23, 10, 0, tzinfo=timezone.utc)
CREDENTIALS = TemporaryCredentials(
    access_key_id="ASIAEXAMPLEEXAMPLE12",
    secret_access_key="s3cr3t",
    session_token="t0k3n",
    expiration=LATER,
    assumed_role_arn="arn:aws:sts::123456789012:assumed-role/r/alice",
    assumed_role_id="AROAEXAMPLE:alice",
)
RECORD = Record(f"arn:aws:iam::{'1' * 12}:role/r", "{user}", "default")


def state_with(region: object = None) -> ProfileState:
    """Return the state of a profile that was just written."""
    target = Target("assumed-role", CREDENTIALS, RECORD, region)  # type: ignore[arg-type]
    return state_of(target, None, LATER - timedelta(hours=1))


def held(name: str, auto_refresh: bool = False) -> ProfileState:
    """Return the state of a profile of some name."""
    record = replace(RECORD, auto_refresh=auto_refresh)
    return state_of(Target(name, CREDENTIALS, record, None), None, LATER - timedelta(hours=1))


BASH, ZSH = {"SHELL": "/bin/bash"}, {"SHELL": "/usr/bin/zsh"}
FISH, TCSH = {"SHELL": "/usr/local/bin/fish"}, {"SHELL": "/bin/tcsh"}
POWERSHELL = {"PSModulePath": "C:\\Modules"}
CMD = {"COMSPEC": "C:\\Windows\\system32\\cmd.exe"}
OLD = {"AWS_DEFAULT_PROFILE": "default"}
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "s3cr3t"}


@pytest.mark.parametrize("region", ["eu-west-1", None])
def test_object_of_a_run(region: object) -> None:
    """The object begins as get-caller-identity's and goes on with what was done."""
    answer = summary(state_with(region))

    assert list(answer.items()) == [
        ("UserId", "AROAEXAMPLE:alice"),
        ("Account", "123456789012"),
        ("Arn", "arn:aws:sts::123456789012:assumed-role/r/alice"),
        ("Profile", "assumed-role"),
        ("RoleArn", f"arn:aws:iam::{'1' * 12}:role/r"),
        ("Expiration", "2026-11-23T10:00:00Z"),
        ("Region", region),
    ]


def test_object_holds_no_secret() -> None:
    """Neither key nor token is in the object."""
    text = repr(summary(state_with()))

    assert not any(word in text for word in ("s3cr3t", "t0k3n", "ASIA"))


@pytest.mark.parametrize(
    ("variables", "profile", "line"),
    [
        (BASH, "assumed-role", "export AWS_PROFILE=assumed-role"),
        (ZSH, "x y", "export AWS_PROFILE='x y'"),
        ({}, "$(id)", "export AWS_PROFILE='$(id)'"),
        (BASH, "a;b", "export AWS_PROFILE='a;b'"),
        (FISH, "assumed-role", "set -gx AWS_PROFILE assumed-role"),
        (FISH, "$(id)", "set -gx AWS_PROFILE '$(id)'"),
        (TCSH, "x y", "setenv AWS_PROFILE 'x y'"),
        (POWERSHELL, "assumed-role", "$Env:AWS_PROFILE = 'assumed-role'"),
        (POWERSHELL, "$(id)", "$Env:AWS_PROFILE = '$(id)'"),
        (POWERSHELL, "it's", "$Env:AWS_PROFILE = 'it''s'"),
        (TCSH, "wow!", "setenv AWS_PROFILE 'wow'\\!''"),
        (ZSH, "=ls", "export AWS_PROFILE='=ls'"),
        (CMD, "x & y", 'set "AWS_PROFILE=x & y"'),
        (CMD, "100%", ""),
        ({**BASH, **OLD}, "x", "export AWS_PROFILE=x AWS_DEFAULT_PROFILE=x"),
        ({**FISH, **OLD}, "x", "set -gx AWS_PROFILE x; set -gx AWS_DEFAULT_PROFILE x"),
        ({**TCSH, **OLD}, "x", "setenv AWS_PROFILE x; setenv AWS_DEFAULT_PROFILE x"),
        ({**POWERSHELL, **OLD}, "x", "$Env:AWS_PROFILE = 'x'; $Env:AWS_DEFAULT_PROFILE = 'x'"),
        ({**CMD, **OLD}, "x", 'set "AWS_PROFILE=x" & set "AWS_DEFAULT_PROFILE=x"'),
        ({**BASH, "AWS_DEFAULT_PROFILE": ""}, "x", "export AWS_PROFILE=x"),
    ],
)
def test_export_line(variables: dict[str, str], profile: str, line: str) -> None:
    """The line sets AWS_PROFILE in the user's own shell, with the name quoted for it."""
    assert export_line(profile, variables) == line


@pytest.mark.parametrize("quote", ["\u2018", "\u2019", "\u201a", "\u201b"])
def test_quotes_that_end_a_text_in_powershell(quote: str) -> None:
    """Each of the typographic quotes that PowerShell takes for a plain one is doubled too."""
    line = export_line(f"a{quote}; calc; {quote}b", POWERSHELL)

    assert line == f"$Env:AWS_PROFILE = 'a{quote * 2}; calc; {quote * 2}b'"


@given(st.text(min_size=1))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_export_line_is_one_word_to_a_posix_shell(profile: str) -> None:
    """Whatever a profile is called, a POSIX shell reads the line as one assignment of it."""
    assert shlex.split(export_line(profile, BASH)) == ["export", f"AWS_PROFILE={profile}"]


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (timedelta(hours=1), "60 minutes"),
        (timedelta(hours=8), "480 minutes"),
        (timedelta(minutes=14, seconds=58), "15 minutes"),
    ],
)
def test_line_for_people(left: timedelta, says: str) -> None:
    """One line says that it worked, until when, and both ways to use the profile."""
    line = success_line(held("x y"), LATER - left, BASH)

    assert line == (
        f"Role assumption has completed successfully, until {local_time(LATER, LATER - left)} "
        f"({says}). Use it: aws ... --profile 'x y'\n"
        "Or in this shell: export AWS_PROFILE='x y'\n"
    )


def test_line_for_people_of_a_profile_that_refreshes_by_itself() -> None:
    """The line says that the time is not the end."""
    line = success_line(held("x", auto_refresh=True), LATER - timedelta(hours=1), BASH)

    assert "(60 minutes, then renewed automatically)" in line


def test_line_for_people_where_their_shell_can_not_carry_the_name() -> None:
    """The line leaves out the way that does not work, and quotes the other for the shell."""
    line = success_line(held("caf\u00e9 x"), LATER - timedelta(hours=1), CMD)

    assert line.endswith('Use it: aws ... --profile "caf\u00e9 x"\n')


def test_warning_in_cmd() -> None:
    """In cmd.exe, where single quotes are letters, the name stands in double quotes."""
    warning = environment_warning("x y", {**CMD, **KEYS})

    assert warning.endswith(
        '--profile "x y", or first: set "AWS_ACCESS_KEY_ID=" & set "AWS_SECRET_ACCESS_KEY="\n'
    )


@pytest.mark.parametrize(
    "variables",
    [BASH, {**BASH, "AWS_ACCESS_KEY_ID": ""}, {**BASH, "AWS_SECRET_ACCESS_KEY": "s3cr3t"}],
)
def test_no_warning_without_an_access_key(variables: dict[str, str]) -> None:
    """Nothing is said where no access key in the environment would beat the profile."""
    assert environment_warning("x", variables) == ""


@pytest.mark.parametrize(
    ("variables", "first"),
    [
        ({**BASH, **KEYS}, "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY"),
        (
            {**BASH, **KEYS, "AWS_SESSION_TOKEN": "t0k3n"},
            "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN",
        ),
        ({**FISH, **KEYS}, "set -e AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY"),
        ({**TCSH, **KEYS}, "unsetenv AWS_ACCESS_KEY_ID; unsetenv AWS_SECRET_ACCESS_KEY"),
        ({**POWERSHELL, **KEYS}, "Remove-Item Env:AWS_ACCESS_KEY_ID, Env:AWS_SECRET_ACCESS_KEY"),
        ({**TCSH, "AWS_ACCESS_KEY_ID": "AKIAX"}, "unsetenv AWS_ACCESS_KEY_ID"),
    ],
)
def test_warning_of_keys_that_beat_the_profile(variables: dict[str, str], first: str) -> None:
    """Keys in the environment are warned of, with the line that takes them away, by name only."""
    warning = environment_warning("x y", variables)

    assert warning == (
        "aws: [WARNING]: AWS_ACCESS_KEY_ID is set in this shell and overrides AWS_PROFILE. Use "
        f"--profile 'x y', or first: {first}\n"
    )


def test_note_of_role_chaining() -> None:
    """A role session that AWS_PROFILE made the source is told of, by name, with the way out."""
    note = chaining_note("x y")

    assert "'x y' (AWS_PROFILE)" in note
    assert "role chaining" in note
    assert "--profile NAME" in note
    assert note.count("\n") == 1


@pytest.mark.parametrize(("seconds_left", "is_noted"), [(1, True), (0, False)])
def test_note_about_replaced_credentials(seconds_left: int, is_noted: bool) -> None:
    """Only credentials of another role that were still valid are worth a note."""
    old, new = (
        SimpleNamespace(
            role_arn=f"arn:aws:iam::123456789012:role/{name}",
            source_profile=None,
            auto_refresh=False,
            scope=None,
            root_account=None,
        )
        for name in ("old", "new")
    )
    until = datetime(2026, 11, 24, 11, tzinfo=timezone.utc)
    before = SimpleNamespace(name="x", record=old, seconds_left=seconds_left, expiration=until)

    note = replaced_note(before, new)

    assert (f"had {old.role_arn} until 2026-11-24T11:00:00Z" in note) is is_noted
    assert bool(note) is is_noted
    assert replaced_note(before, old) == ""
    assert replaced_note(None, new) == ""
    # The same role, for reading only.
    narrow = SimpleNamespace(**{**vars(old), "scope": "read-only"})
    assert bool(replaced_note(before, narrow)) is is_noted


def test_a_profile_that_looks_like_an_option() -> None:
    """The suggested command works for a profile called -x."""
    assert "Use it: aws ... --profile=-x\n" in success_line(held("-x"), LATER, BASH)


def test_files_without_a_change_are_left_out() -> None:
    """Only files that would change are shown, a line an item."""
    diffs = [SimpleNamespace(path="/a", lines=("-x", "+y")), SimpleNamespace(path="/b", lines=())]

    assert changes(diffs) == [{"File": "/a", "Diff": ["-x", "+y"]}]

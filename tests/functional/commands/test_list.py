"""`aws assume list` in the CLI's own driver: the states of profiles, as a table or JSON."""

from __future__ import annotations

import io
import json
from typing import Any, Optional

import pytest

from support.environment import IN_AN_HOUR
from support.sts_stub import ACCOUNT, ROLE_ARN


class Screen(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def profiles(done: Any) -> list[dict[str, Any]]:
    assert done.code == 0, done.err
    return json.loads(done.out)["Profiles"]


def test_a_row_says_what_the_profile_is(aws, set_clock) -> None:
    """Profile, role, account, source, expiration, time left and state, and nothing is asked."""
    aws("assume", "--role-arn", ROLE_ARN)
    calls = list(aws.stub.actions)
    before = aws.files()
    (row,) = profiles(aws("assume", "list"))

    assert row == {
        "Profile": "assumed-role",
        "RoleArn": ROLE_ARN,
        "Account": ACCOUNT,
        "SourceProfile": "default",
        "Expiration": IN_AN_HOUR,
        "Scope": None,
        "SecondsLeft": 3600,
        "State": "valid",
    }
    assert aws.stub.actions == calls
    assert aws.files() == before


def test_only_what_we_wrote_is_listed_by_name(aws, set_clock) -> None:
    """Profiles of others, temporary keys included, are not in the list; ours are sorted."""
    aws.add_config("[profile theirs]\nregion = eu-west-1\n")
    aws.add_key("theirs", "ASIATHEIRSTHEIRSTHEI", "secret", "token")
    for name in ("zeta", "alpha"):
        aws("assume", "--role-arn", ROLE_ARN, "--update-profile", name)

    assert [row["Profile"] for row in profiles(aws("assume", "list"))] == ["alpha", "zeta"]


def test_nothing_to_list(aws, set_clock) -> None:
    """Without a profile of ours the list is empty, and no error."""
    assert profiles(aws("assume", "list")) == []


@pytest.mark.parametrize(
    ("minutes", "state", "left"),
    [
        (0, "valid", 3600),
        (45, "valid", 900),
        (45.1, "expiring", 894),
        (59.9, "expiring", 6),
        (60, "expired", 0),
        (6000, "expired", 0),
    ],
)
def test_state_follows_the_clock(aws, set_clock, minutes: float, state: str, left: int) -> None:
    """Valid, expiring below 15 minutes, expired from the very second on."""
    aws("assume", "--role-arn", ROLE_ARN)
    set_clock(minutes)
    (row,) = profiles(aws("assume", "list"))

    assert (row["State"], row["SecondsLeft"]) == (state, left)


@pytest.mark.parametrize(
    ("key", "value", "state"),
    [
        ("aws_access_key_id", "ASIAOTHEROTHEROTHER1", "replaced"),
        ("aws_access_key_id", "AKIAOTHEROTHEROTHER1", "replaced"),
        ("x_security_token_expires", "never", "missing"),
    ],
)
def test_state_of_a_profile_that_was_changed(
    aws, set_clock, key: str, value: str, state: str
) -> None:
    """Keys of another tool are told from ours, and have no time left of ours."""
    aws("assume", "--role-arn", ROLE_ARN)
    text = aws.credentials.read_text()
    lines = text.splitlines()
    at = max(number for number, line in enumerate(lines) if line.startswith(f"{key} ="))
    lines[at] = f"{key} = {value}"
    aws.credentials.write_text("\n".join(lines) + "\n")
    (row,) = profiles(aws("assume", "list"))

    assert (row["State"], row["SecondsLeft"]) == (state, 0)


def test_state_of_a_profile_without_keys(aws, set_clock) -> None:
    """A record whose credentials section was deleted is listed as missing."""
    before = aws.credentials.read_text()
    aws("assume", "--role-arn", ROLE_ARN)
    aws.credentials.write_text(before)
    (row,) = profiles(aws("assume", "list"))

    assert row["State"] == "missing"
    assert row["Expiration"] is None
    assert row["SecondsLeft"] == 0


def test_source_in_the_environment(aws, set_clock) -> None:
    """A profile made from the environment's keys has no source profile."""
    aws.set_variable("AWS_ACCESS_KEY_ID", "AKIAENVENVENVENVENV1")
    aws.set_variable("AWS_SECRET_ACCESS_KEY", "EnvironmentSecret")
    aws("assume", "--role-arn", ROLE_ARN)
    (row,) = profiles(aws("assume", "list"))

    assert row["SourceProfile"] is None


# A table on a terminal, the CLI's formats elsewhere.


def listed(aws, set_clock, stream: io.StringIO, *words: str) -> str:
    """Return what `list` prints on a stream."""
    aws("assume", "--role-arn", ROLE_ARN)
    set_clock(out=stream)
    done = aws("assume", "list", *words)
    assert done.code == 0, done.err
    return stream.getvalue()


def is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def test_a_terminal_gets_a_table(aws, set_clock) -> None:
    """On a terminal the rows are a table for people."""
    text = listed(aws, set_clock, Screen())

    assert not is_json(text)
    heading, row = text.splitlines()
    assert heading.split() == ["\x1b[1mSTATE\x1b[0m", "PROFILE", "LEFT", "UNTIL", "ROLE"]
    assert row.startswith("\x1b[32mvalid\x1b[0m  assumed-role  60 min  ")
    assert row.endswith(f"{ROLE_ARN.split(':')[4]}:my-iam-role")


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_color_on_request(aws, set_clock, name: str, value: str) -> None:
    """NO_COLOR and a terminal without colors are respected."""
    aws.set_variable(name, value)

    assert "\x1b" not in listed(aws, set_clock, Screen())


def test_a_pipe_gets_json(aws, set_clock) -> None:
    """Where stdout is no terminal, the CLI's default format holds."""
    assert is_json(listed(aws, set_clock, io.StringIO()))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--output", "json"), None),
        (("--output", "text", "--query", "Profiles[].[Profile,State]"), "assumed-role\tvalid\n"),
        (("--query", "Profiles[0].Profile"), '"assumed-role"\n'),
    ],
)
def test_a_choice_beats_the_terminal(
    aws, set_clock, words: tuple[str, ...], expected: Optional[str]
) -> None:
    """--output and --query mean on a terminal what they mean elsewhere."""
    text = listed(aws, set_clock, Screen(), *words)

    assert is_json(text) if expected is None else text == expected


@pytest.mark.parametrize("by", ["variable", "profile"])
def test_a_terminal_beats_a_configured_format(aws, set_clock, by: str) -> None:
    """AWS_DEFAULT_OUTPUT and the profile's output are for data, which a pipe gets."""
    if by == "variable":
        aws.set_variable("AWS_DEFAULT_OUTPUT", "json")
    else:
        aws.add_config("output = json\n")

    assert "PROFILE" in listed(aws, set_clock, Screen())
    assert is_json(listed(aws, set_clock, io.StringIO()))


def test_output_table_in_a_pipe(aws, set_clock) -> None:
    """--output table gives a table where there is no terminal."""
    text = listed(aws, set_clock, io.StringIO(), "--output", "table")

    assert "|" in text
    assert not is_json(text)


def test_no_secret_is_listed(aws, set_clock) -> None:
    """Neither keys nor tokens are in the list, not even an access key id."""
    aws("assume", "--role-arn", ROLE_ARN)
    held = aws.section(aws.credentials, "assumed-role")
    done = aws("assume", "list", "--debug")

    assert "assumed-role" in done.out
    for name in ("aws_access_key_id", "aws_secret_access_key", "aws_session_token"):
        assert held[name] not in done.out + done.err

"""The options of ``console``, and which of them exclude each other."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

import pytest

from awscli_assume.arguments.console import ConsoleOptions, is_service_list, read_console_options
from awscli_assume.commands.console import ConsoleCommand
from awscli_assume.errors import InvalidRequest
from awscli_assume.host.environment import Environment
from awscli_assume.model.console.links import ConsolePage

# The CLI's own botocore, which `import awscli` has put in place by now.
from botocore.session import Session  # isort: skip

NAMES = [
    str(one["name"]).replace("-", "_")
    for one in ConsoleCommand(Session(), Environment()).arguments()
]
# How to name the role to switch to and the session that switches, and how to open the page.
OF_A_SWITCH = {
    "role", "role_name", "account_id", "role_arn", "via", "choose", "login", "browser",
    "no_browser", "copy", "direct", "switch_role",
}  # fmt: skip
DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(NAMES),
    **dict.fromkeys(("switch_role", "logout_first", "no_browser", "copy", "direct"), False),
}


def parsed(**given: object) -> Namespace:
    assert given.keys() <= DEFAULTS.keys()
    return Namespace(**{**DEFAULTS, **given})


def read(**given: object) -> ConsoleOptions:
    return read_console_options(parsed(**given), lambda: ["s3", "lambda"])


def test_no_option() -> None:
    """The home page opens in a browser, and its session lasts as long as the credentials."""
    assert read() == ConsoleOptions(ConsolePage())


def test_each_option() -> None:
    """Each arrives in the place of its own."""
    assert read(
        service="lambda", session_duration="8h", logout_first=True, direct=True, browser="firefox"
    ) == ConsoleOptions(
        ConsolePage("lambda/home"), 28800, logs_out_first=True, is_direct=True, browser="firefox"
    )
    assert read(destination="/x", copy=True) == ConsoleOptions(
        ConsolePage(destination="/x"), is_copied=True
    )
    assert read(switch_role=True, no_browser=True) == ConsoleOptions(
        ConsolePage(), switches_role=True, is_printed=True
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("service", "destination"), ("no_browser", "copy"), ("no_browser", "direct"),
        ("copy", "direct"), ("no_browser", "browser"), ("copy", "browser"),
    ],
)  # fmt: skip
def test_options_that_exclude_each_other(one: str, other: str) -> None:
    """The error names both."""
    options = [f"--{name.replace('_', '-')}" for name in (one, other)]
    with pytest.raises(InvalidRequest, match=" and ".join(options) + " exclude each other"):
        read(**{one: "x", other: "x"})


@pytest.mark.parametrize("name", sorted({*NAMES} - OF_A_SWITCH))
def test_what_a_switch_can_not_carry(name: str) -> None:
    """No option is ignored: a restricted session would be a full one."""
    with pytest.raises(InvalidRequest, match=f"--switch-role and --{name.replace('_', '-')} ex"):
        read(switch_role=True, **{name: "x"})


@pytest.mark.parametrize("name", sorted(OF_A_SWITCH - {"no_browser", "copy", "direct"}))
def test_what_a_switch_can_carry(name: str) -> None:
    """The role, the session that switches, and the browser."""
    assert read(**{"switch_role": True, name: "x"}).switches_role


@pytest.mark.parametrize("text", ["", "0", "899", "43201", "13h", "max", "-1", "1.5h", "8 h"])
def test_session_duration_out_of_range(text: str) -> None:
    """The error has the value as it was typed, the range and a value."""
    message = f"Invalid session duration '{text}': .* 900 to 43200 seconds. Try: --session-dur"
    with pytest.raises(InvalidRequest, match=message):
        read(session_duration=text)


@pytest.mark.parametrize(("text", "seconds"), [("900", 900), ("43200", 43200), ("90m", 5400)])
def test_session_duration(text: str, seconds: int) -> None:
    """Seconds, or a duration with units."""
    assert read(session_duration=text).session_duration == seconds


@pytest.mark.parametrize(("service", "expected"), [(None, False), ("list", True), ("s3", False)])
def test_service_list(service: object, expected: bool) -> None:
    """The word is no service of AWS."""
    assert is_service_list(parsed(service=service)) is expected

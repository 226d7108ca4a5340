"""MFA: which device, and whether its code starts a session or goes into AssumeRole."""

from __future__ import annotations

from typing import Any

import pytest

from awscli_assume.model.arns import Role
from awscli_assume.model.request.mfa import choose_device, route_of
from awscli_assume.model.request.request import AssumeRoleRequest

SERIAL = "arn:aws:iam::123456789012:mfa/alice"
VIRTUAL = SERIAL
OTHER = "arn:aws:iam::123456789012:mfa/phone"
HARDWARE = "GAHT12345678"
PASSKEY = "arn:aws:iam::123456789012:u2f/user/alice/key-EXAMPLE"


def request_with(**more: Any) -> AssumeRoleRequest:
    return AssumeRoleRequest(Role("r"), "alice", **{"serial_number": SERIAL, **more})


@pytest.mark.parametrize("seconds", [None, 900, 3600])
def test_up_to_an_hour_uses_an_mfa_session(seconds: Any) -> None:
    """A request for an hour or less, as by default, uses an MFA session."""
    route = route_of(request_with(duration_seconds=seconds), is_long_lived=True)

    assert (route.by_session, route.note) == (True, "")


@pytest.mark.parametrize("seconds", [3601, 43200])
def test_a_longer_session_uses_the_code_itself(seconds: int) -> None:
    """More than an hour needs a code of its own, and the note says so."""
    route = route_of(request_with(duration_seconds=seconds), is_long_lived=True)

    assert not route.by_session
    assert f"{seconds} seconds" in route.note
    assert "3600" in route.note


@pytest.mark.parametrize(
    ("request_", "is_long_lived"),
    [
        (request_with(serial_number=None), True),
        (request_with(token_code="123456"), True),
        (request_with(), False),
        (request_with(duration_seconds=7200), False),
    ],
    ids=["no device", "a code that was given", "a temporary source", "the same, longer"],
)
def test_code_that_starts_no_session(request_: AssumeRoleRequest, is_long_lived: bool) -> None:
    """Without a device, with a code given, or with temporary keys there is no MFA session."""
    route = route_of(request_, is_long_lived)

    assert (route.by_session, route.note) == (False, "")


@pytest.mark.parametrize(
    ("listed", "serial_number"),
    [
        ([VIRTUAL], VIRTUAL),
        ([HARDWARE], HARDWARE),
        ([PASSKEY, VIRTUAL], VIRTUAL),
        ([PASSKEY, HARDWARE, PASSKEY], HARDWARE),
        ([f"{HARDWARE}:u2f/1"], f"{HARDWARE}:u2f/1"),
        (["arn:aws:iam::123456789012:mfa/u2f"], "arn:aws:iam::123456789012:mfa/u2f"),
    ],
)
def test_the_only_device_with_codes(listed: list[str], serial_number: str) -> None:
    """The only device with codes is chosen, whatever passkeys there are."""
    assert choose_device(listed).serial_number == serial_number


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        (None, ["iam:ListMFADevices", "--serial-number arn:"]),
        ([], ["You have no MFA device"]),
        ([PASSKEY], [PASSKEY, "no codes"]),
        ([VIRTUAL, OTHER], [f"--serial-number {VIRTUAL}", f"--serial-number {OTHER}"]),
        ([VIRTUAL, HARDWARE, PASSKEY], [f"--serial-number {HARDWARE}"]),
    ],
)
def test_no_device_is_guessed(listed: list[str], says: list[str]) -> None:
    """Without exactly one device with codes, the reason says what to do."""
    choice = choose_device(listed)

    assert choice.serial_number is None
    assert [part for part in says if part not in choice.reason] == []
    assert f"--serial-number {PASSKEY}" not in choice.reason

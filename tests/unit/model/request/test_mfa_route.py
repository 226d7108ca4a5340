"""Which way a code takes: to one session for many roles, or straight to AssumeRole."""

from __future__ import annotations

from typing import Any

import pytest

from awscli_assume.model.arns import Role
from awscli_assume.model.request.mfa_route import route_of
from awscli_assume.model.request.request import AssumeRoleRequest

SERIAL = "arn:aws:iam::123456789012:mfa/alice"


def request_with(**more: Any) -> AssumeRoleRequest:
    return AssumeRoleRequest(Role("r"), "alice", **{"serial_number": SERIAL, **more})


@pytest.mark.parametrize("seconds", [None, 900, 3600])
def test_a_session_of_an_hour_at_most_goes_by_way_of_another(seconds: Any) -> None:
    """STS's default, too, is within the hour."""
    route = route_of(request_with(duration_seconds=seconds), is_long_lived=True)

    assert (route.by_session, route.note) == (True, "")


@pytest.mark.parametrize("seconds", [3601, 43200])
def test_a_longer_session_goes_straight_and_says_why(seconds: int) -> None:
    """What comes by way of a session is limited to one hour."""
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
def test_what_buys_no_session(request_: AssumeRoleRequest, is_long_lived: bool) -> None:
    """No device, a code for this request only, or keys that GetSessionToken does not take."""
    route = route_of(request_, is_long_lived)

    assert (route.by_session, route.note) == (False, "")

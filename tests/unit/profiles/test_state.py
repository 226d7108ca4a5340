"""What has become of a profile that we wrote, read off its keys and its marks."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, Optional

import pytest

from awscli_assume.profiles.record import Record
from awscli_assume.profiles.state import EXPIRING_SECONDS, ProfileState, inspect, inspect_all

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=timezone.utc)
OURS = "ASIAOURSOURSOURSOURS"
BLOCK = {"role-arn": "arn:aws:iam::123456789012:role/r", "source-profile": "default"}


def profile(seconds: Optional[float] = 3600, **more: Any) -> dict[str, Any]:
    """Return a profile as we leave it, with some keys changed; None takes one out."""
    expiration = "" if seconds is None else (NOW + timedelta(seconds=seconds)).isoformat()
    found = {
        "region": "eu-west-1",
        "assumed": BLOCK,
        "aws_access_key_id": OURS,
        "aws_secret_access_key": "secret",
        "aws_session_token": "token",
        "x_security_token_expires": expiration,
        "x_principal_arn": "arn:aws:sts::123456789012:assumed-role/r/s",
        "x_principal_id": "AROAX:s",
        "x_principal_access_key_id": OURS,
        **more,
    }
    return {key: value for key, value in found.items() if value is not None}


@pytest.mark.parametrize(
    ("found", "state", "left"),
    [
        (profile(), "valid", 3600),
        (profile(EXPIRING_SECONDS), "valid", EXPIRING_SECONDS),
        (profile(EXPIRING_SECONDS - 1), "expiring", EXPIRING_SECONDS - 1),
        (profile(1), "expiring", 1),
        (profile(0.9), "expired", 0),
        (profile(0), "expired", 0),
        (profile(-1), "expired", 0),
        (profile(aws_access_key_id="ASIATHEIRS"), "replaced", 0),
        (profile(-1, aws_access_key_id="ASIATHEIRS"), "replaced", 0),
        (profile(None, aws_access_key_id="AKIATHEIRS"), "replaced", 0),
        (profile(None), "missing", 0),
        (profile(x_security_token_expires=None), "missing", 0),
        (profile(x_security_token_expires="2026-11-24T11:00:00"), "missing", 0),
        (profile(aws_access_key_id=None), "missing", 0),
    ],
)
def test_state_and_seconds_left(found: dict[str, Any], state: str, left: int) -> None:
    """Whose the keys are comes first, then whether and how long they live."""
    answer = inspect("dev", found, NOW)

    assert answer is not None
    assert (answer.state, answer.seconds_left) == (state, left)


@pytest.mark.parametrize("key_id", ["AKIATHEIRS", "ASIATHEIRS"])
def test_keys_without_a_mark_are_somebody_elses(key_id: str) -> None:
    """A section that a tool wrote anew says nothing of us, so its keys are not ours."""
    theirs = {"assumed": BLOCK, "aws_access_key_id": key_id, "aws_secret_access_key": "theirs"}
    answer = inspect("dev", theirs, NOW)

    assert answer is not None
    assert answer.state == "replaced"


@pytest.mark.parametrize(
    "found", [None, {}, {"region": "x"}, {"assumed": "text"}, {"assumed": {}}]
)
def test_profile_without_a_record_is_not_ours(found: Any) -> None:
    """Nothing but the record makes a profile ours."""
    assert inspect("dev", found, NOW) is None


def test_who_the_profile_is() -> None:
    """Session, role id and region are read from the profile."""
    answer = inspect("dev", profile(), NOW)

    assert answer is not None
    assert answer.name == "dev"
    assert answer.principal_arn == "arn:aws:sts::123456789012:assumed-role/r/s"
    assert answer.principal_id == "AROAX:s"
    assert answer.region == "eu-west-1"
    assert answer.record.source_profile == "default"


def test_all_are_in_the_order_of_their_names() -> None:
    """Foreign profiles are left out, ours are sorted."""
    found = inspect_all({"b": profile(), "theirs": {"region": "x"}, "a": profile(-1)}, NOW)

    assert [(state.name, state.state) for state in found] == [("a", "expired"), ("b", "valid")]


@pytest.mark.parametrize("principal", ["arn:aws:sts::123456789012:assumed-role/r/alice", None])
def test_a_profile_that_does_not_say_whose_it_is_satisfies_nothing(principal: object) -> None:
    """Without the mark of the principal there is nothing to print about it."""
    record = Record("arn:aws:iam::123456789012:role/r", "alice", "default")
    state = ProfileState("assumed-role", record, "valid", 1800, principal_arn=principal)

    assert state.satisfies(record, 900, None) is (principal is not None)
    assert not state.satisfies(record, 1800, None)
    assert not state.satisfies(record, 900, "eu-west-1")

"""The policy that revokes sessions: which ones it denies."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any, cast

import pytest

from awscli_assume.model.arns import Role
from awscli_assume.model.credentials import format_time
from awscli_assume.model.revocation import Revocation

ISSUED = datetime(2026, 11, 29, 10, 20, 30, tzinfo=timezone.utc)


@pytest.mark.parametrize("microseconds", [0, 1, 999_999])
def test_a_session_of_the_same_second_is_denied(microseconds: int) -> None:
    """The Date header of AWS has whole seconds, as the time of a session has."""
    until = ISSUED + timedelta(microseconds=microseconds)
    statement = cast(Any, Revocation(Role("r")).policy(until))["Statement"]
    time = statement["Condition"]["DateLessThan"]["aws:TokenIssueTime"]

    assert format_time(ISSUED) < time
    assert time == "2026-11-29T10:20:31Z"

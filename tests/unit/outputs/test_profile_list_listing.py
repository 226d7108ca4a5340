"""Rows of profiles, as data to print."""

from __future__ import annotations

from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

from awscli_assume.outputs.profile_list import listing

ROLE_ARN = "arn:aws:iam::123456789012:role/r"


def state(name: str, **more: Any) -> SimpleNamespace:
    record = SimpleNamespace(role_arn=ROLE_ARN, source_profile="default", scope="read-only")
    expiration = datetime(2026, 11, 24, 11, 0, tzinfo=timezone.utc)
    given = {
        "role_arn": ROLE_ARN,
        "account_id": ROLE_ARN.split(":")[4],
        "record": record,
        "expiration": expiration,
        "seconds_left": 60,
        "state": "expiring",
    }
    return SimpleNamespace(name=name, **{**given, **more})


def test_row_of_a_profile() -> None:
    """Each row has the same keys in the same order."""
    assert listing([state("dev")]) == {
        "Profiles": [
            {
                "Profile": "dev",
                "RoleArn": ROLE_ARN,
                "Account": "123456789012",
                "SourceProfile": "default",
                "Scope": "read-only",
                "Expiration": "2026-11-24T11:00:00Z",
                "SecondsLeft": 60,
                "State": "expiring",
            }
        ]
    }


def test_expiration_that_nobody_knows_is_null() -> None:
    """A profile whose marks are gone has no expiration."""
    (row,) = listing([state("dev", expiration=None)])["Profiles"]

    assert row["Expiration"] is None


def test_errors_are_in_every_row_or_in_none() -> None:
    """With errors each row says what went wrong with it, or null."""
    rows = listing([state("a"), state("b")], {"b": "no"})["Profiles"]

    assert [row["Error"] for row in rows] == [None, "no"]
    assert "Error" not in listing([state("a")])["Profiles"][0]
    assert listing([state("a")], {})["Profiles"][0]["Error"] is None

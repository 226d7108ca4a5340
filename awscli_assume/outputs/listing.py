"""What ``list``, ``refresh`` and ``clear`` print: rows without a secret.

Neighbouring rooms do not import each other: the rows are read off any object
with the attributes of a profile's state.
"""

from __future__ import annotations

from typing import Any, Iterable

from awscli_assume.model.credentials import format_time


def listing(states: Iterable[Any]) -> dict[str, list[dict[str, Any]]]:
    """Answer the profiles that we wrote: role, account, source, time left."""
    return {"Profiles": [_row(state) for state in states]}


def _row(state: Any) -> dict[str, Any]:
    return {
        "Profile": state.name,
        "RoleArn": state.record.role_arn,
        "Account": state.record.role_arn.split(":")[4],
        "SourceProfile": state.record.source_profile,
        "Expiration": format_time(state.expiration) if state.expiration else None,
        "SecondsLeft": state.seconds_left,
        "State": state.state,
    }

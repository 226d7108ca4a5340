"""What ``list``, ``refresh`` and ``clear`` print: rows without a secret.

Neighbouring rooms do not import each other: the rows are read off any object
with the attributes of a profile's state.
"""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Optional

from awscli_assume.model.credentials import format_time


def listing(
    states: Iterable[Any], errors: Optional[Mapping[str, str]] = None
) -> dict[str, list[dict[str, Any]]]:
    """Return the profiles that we wrote: role, account, source, time left.

    With ``errors``, by profile, each row says what went wrong with it, or null.
    """
    rows = [_row(state) for state in states]
    if errors is not None:
        rows = [{**row, "Error": errors.get(row["Profile"])} for row in rows]
    return {"Profiles": rows}


def changes(diffs: Iterable[Any]) -> list[dict[str, Any]]:
    """Return the files that would change, each with its diff, a line an item."""
    return [{"File": diff.path, "Diff": list(diff.lines)} for diff in diffs if diff.lines]


def _row(state: Any) -> dict[str, Any]:
    return {
        "Profile": state.name,
        "RoleArn": state.role_arn,
        "Account": state.account_id,
        "SourceProfile": state.record.source_profile,
        "Expiration": format_time(state.expiration) if state.expiration else None,
        "SecondsLeft": state.seconds_left,
        "State": state.state,
    }

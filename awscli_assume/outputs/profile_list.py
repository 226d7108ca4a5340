"""The profiles that this plugin wrote: an object, and a table of at most 80 columns for people.

A profile's state is any object with its attributes, because ``outputs`` does not import
``profiles``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Iterable, Mapping, Optional, Sequence

from awscli_assume.model.arns import find_arn
from awscli_assume.model.credentials import format_time
from awscli_assume.model.printable import printable
from awscli_assume.outputs.printing import Style, cell_width, cut, padded

# An object with the types of a list, to try a query on.
LISTING_EXAMPLE: Mapping[str, object] = {
    "Profiles": [
        {
            **dict.fromkeys(
                ("Profile", "RoleArn", "Account", "SourceProfile", "Scope", "Expiration", "State"),
                "text",
            ),
            "SecondsLeft": 3600,
            "Error": None,
        }
    ]
}
WIDTH = 80
# A gap is two columns. Longer names of profiles and roles are cut.
_GAP = "  "
_PROFILE_MAX = 24
_EMPTY = "No profile was written by aws assume yet. To write one: aws assume ROLE\n"
# The color and the mark of a state; all others are red.
_LOOKS = {
    "valid": ("green", "\N{CHECK MARK}"),
    "auto-refresh": ("green", "\N{CHECK MARK}"),
    "role": ("green", "\N{CHECK MARK}"),
    "expiring": ("yellow", "!"),
    "unknown": ("yellow", "?"),
}
_RED = ("red", "\N{MULTIPLICATION X}")


def listing(
    states: Sequence[Any], errors: Optional[Mapping[str, str]] = None, verbose: bool = False
) -> dict[str, list[dict[str, Any]]]:
    """Return a row for each profile that this plugin wrote.

    With ``errors`` by profile, each row has its error or null. With ``verbose``, each row has what
    CloudTrail shows.
    """
    rows = [_row(state) for state in states]
    if verbose:
        rows = [{**row, **_attribution(state)} for row, state in zip(rows, states)]
    if errors is not None:
        rows = [{**row, "Error": errors.get(row["Profile"])} for row in rows]
    return {"Profiles": rows}


def _row(state: Any) -> dict[str, Any]:
    return {
        "Profile": state.name,
        "RoleArn": state.role_arn,
        "Account": state.account_id,
        "SourceProfile": state.record.source_profile,
        "Scope": state.record.scope,
        "Expiration": format_time(state.expiration) if state.expiration else None,
        "SecondsLeft": state.seconds_left,
        "State": state.state,
    }


def _attribution(state: Any) -> dict[str, Optional[str]]:
    """Return the identity of a profile's session in CloudTrail: ARN, principal ID and source."""
    return {
        "Arn": state.principal_arn,
        "UserId": state.principal_id,
        "SourceIdentity": state.source_identity,
    }


def table(states: Iterable[Any], now: datetime, style: Style) -> str:
    """Return the table, the profile that expires first at its top; times are local."""
    ordered = sorted(states, key=lambda one: (one.expiration is None, one.expiration or now))
    if not ordered:
        return _EMPTY
    rows = [("STATE", "PROFILE", "LEFT", "UNTIL", "ROLE")]
    rows += [_cells(state, now, style) for state in ordered]
    widths = [max(cell_width(row[column]) for row in rows) for column in range(4)]
    widths[1] = min(widths[1], _PROFILE_MAX)
    widths.append(WIDTH - sum(widths) - len(_GAP) * len(widths))
    looks = ["bold", *(_LOOKS.get(state.state, _RED)[0] for state in ordered)]
    return "".join(_line(row, widths, style, look) for row, look in zip(rows, looks))


def attribution(states: Iterable[Any]) -> str:
    """Return lines with what CloudTrail shows of the session of each profile."""
    lines = []
    for state in states:
        if state.principal_arn is None:
            continue
        identity = state.source_identity
        source = "" if identity is None else f", source identity {identity}"
        user_id = "" if state.principal_id is None else f" ({state.principal_id})"
        shown = f"{state.name}: {state.principal_arn}{user_id}{source}"
        lines.append(f"{printable(shown)}\n")
    return "\nIn CloudTrail:\n" + "".join(lines) if lines else ""


def local_time(moment: datetime, now: datetime) -> str:
    """Return the local time, with the date unless it is today."""
    local = moment.astimezone()
    is_today = local.date() == now.astimezone().date()
    return local.strftime("%H:%M" if is_today else "%Y-%m-%d %H:%M")


def _cells(state: Any, now: datetime, style: Style) -> tuple[str, str, str, str, str]:
    mark = _LOOKS.get(state.state, _RED)[1]
    left = until = "-"
    if state.expiration is not None:
        left = f"{max(state.seconds_left, 0) // 60} min"
        until = local_time(state.expiration, now)
    return (
        f"{mark} {state.state}" if style.has_marks else state.state,
        printable(state.name),
        left,
        until,
        printable(_role(state)),
    )


def _role(state: Any) -> str:
    """Return the account and the name of the role, with its path."""
    granted = state.record.identity_center
    if state.record.role_arn is None and granted is not None:
        return f"{granted.account_id}/{granted.role_name}"
    if state.record.root_account is not None:
        return f"{state.record.root_account}:root ({state.record.task_policy})"
    arn = find_arn(state.role_arn) if state.role_arn else None
    if arn is None:
        return f"copy of {state.record.source_profile or 'the environment'}"
    scope = "" if state.record.scope is None else f" ({state.record.scope})"
    return f"{arn.account_id}:{arn.resource.partition('/')[2]}{scope}"


def _line(row: tuple[str, ...], widths: list[int], style: Style, look: str) -> str:
    cells = [padded(cut(cell, width, style.ellipsis), width) for cell, width in zip(row, widths)]
    cells[0] = style.color(cells[0], look)
    return _GAP.join(cells).rstrip() + "\n"

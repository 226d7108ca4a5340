"""Print the profiles that ``aws assume profiles`` wrote, and their states.

Outcomes are duck-typed, because ``outputs`` does not import ``workflow``.
"""

from __future__ import annotations

from typing import Any, Iterable, Mapping, Optional, Sequence

from awscli_assume.model.printable import printable

# An object with the types of a listing, to try a query on.
LISTING_EXAMPLE: Mapping[str, object] = {
    "SsoSession": "text",
    "Profiles": [
        {
            **dict.fromkeys(("Profile", "Account", "AccountName", "RoleName", "State"), "text"),
            "Error": None,
        }
    ],
}
# The states for which the config file was changed, in the order of the summary.
CHANGED = ("created", "updated", "removed")
_LINES_MAX = 30


def profile_listing(session: str, outcomes: Iterable[Any]) -> dict[str, object]:
    """Return a row for each profile."""
    return {"SsoSession": session, "Profiles": [_row(one) for one in outcomes]}


def changed_lines(outcomes: Sequence[Any]) -> str:
    """Return a line for each profile that has changed, up to a maximum, for a terminal."""
    changed = [one for one in outcomes if one.state in CHANGED]
    lines = [f"{one.state}  {printable(one.name)}\n" for one in changed[:_LINES_MAX]]
    if len(changed) > _LINES_MAX:
        lines.append(f"... and {len(changed) - _LINES_MAX} more; --output json prints all\n")
    return "".join(lines)


def profiles_line(outcomes: Sequence[Any], is_dry_run: bool) -> str:
    """Return the line that counts the profiles of each state."""
    counts = ", ".join(
        f"{sum(one.state == state for one in outcomes)} {state}"
        for state in (*CHANGED, "unchanged")
    )
    return f"{'Dry run: profiles' if is_dry_run else 'Profiles'}: {counts}\n"


def _row(outcome: Any) -> dict[str, Optional[str]]:
    return {
        "Profile": outcome.name,
        "Account": outcome.grant.account_id,
        "AccountName": outcome.grant.account_name or None,
        "RoleName": outcome.grant.role_name,
        "State": outcome.state,
        "Error": outcome.error,
    }

"""Print the roles that the user can assume: as a table for a terminal, or as an object."""

from __future__ import annotations

import shlex
from datetime import datetime
from typing import Any, Iterable, Sequence

from awscli_assume.model.assumable_role import PROFILE, AssumableRole
from awscli_assume.model.credentials import format_time
from awscli_assume.model.printable import printable
from awscli_assume.outputs.printing import Style, cell_width, cut, padded
from awscli_assume.outputs.profile_list import local_time

_GAP = "  "
_HEADERS = ("ACCOUNT", "ID", "ROLE", "SOURCE", "LAST USED")
_ACCOUNT, _ID, _ROLE, _SOURCE, _LAST = range(5)
# The minimum widths of the columns. On a narrow terminal the last ones of this list are left
# out.
_LEAST = {_ROLE: 11, _ACCOUNT: 7, _ID: 12, _SOURCE: 10, _LAST: 9}
_EMPTY = (
    "No role was found. To see the roles that trust you: aws assume roles --trusting-me. "
    "For IAM Identity Center: aws configure sso\n"
)
_NO_MATCH = "No role matches all words. To see all roles: aws assume roles\n"


def role_table(
    roles: Sequence[AssumableRole],
    now: datetime,
    style: Style,
    columns: int,
    words: Sequence[str] = (),
) -> str:
    """Return the table for a terminal of ``columns`` columns. Times are local."""
    if not roles:
        return _NO_MATCH if words else _EMPTY
    rows = [_HEADERS, *(role_cells(role, now) for role in roles)]
    widths = _widths(rows, columns)
    return "".join(_line(row, widths, style, is_first=row is _HEADERS) for row in rows)


def role_cells(role: AssumableRole, now: datetime) -> tuple[str, str, str, str, str]:
    """Return account name, account ID, role name, source and last use of a role, as text."""
    source = role.source
    if role.source == PROFILE:
        source = f"{PROFILE} {printable(role.profile or '')}"
    last = "-" if role.last_used is None else local_time(role.last_used, now)
    return (
        printable(role.account_name or "-"),
        role.account_id or "-",
        printable(role.role_name),
        f"{source} ?" if role.note else source,
        last,
    )


def role_listing(roles: Iterable[AssumableRole]) -> dict[str, list[dict[str, Any]]]:
    """Return a row for each role, as an object to print."""
    return {"Roles": [_row(role) for role in roles]}


def notes_on(roles: Iterable[AssumableRole]) -> str:
    """Return each note on what could not be determined, with its number of roles."""
    counts: dict[str, int] = {}
    for role in roles:
        if role.note:
            counts[role.note] = counts.get(role.note, 0) + 1
    return "".join(
        f"? {count} {'role' if count == 1 else 'roles'}: {note}\n"
        for note, count in counts.items()
    )


def _row(role: AssumableRole) -> dict[str, Any]:
    return {
        "AccountName": role.account_name,
        "AccountId": role.account_id,
        "RoleName": role.role_name,
        "RoleArn": role.role_arn,
        "Source": role.source,
        "Profile": role.profile,
        "SsoSession": role.sso_session,
        "Uses": role.uses,
        "LastUsed": format_time(role.last_used) if role.last_used else None,
        "Note": role.note or None,
        "Command": shlex.join(("aws", "assume", *role.arguments())),
    }


def _widths(rows: Sequence[Sequence[str]], columns: int) -> dict[int, int]:
    """Return the width of each column that is shown."""
    natural = [max(cell_width(row[column]) for row in rows) for column in range(len(_HEADERS))]
    widths: dict[int, int] = {}
    left = columns + len(_GAP)
    for column, least in _LEAST.items():
        width = min(least, natural[column])
        if widths and width + len(_GAP) > left:
            break
        widths[column] = min(width, columns)
        left -= widths[column] + len(_GAP)
    for column in widths:
        more = max(0, min(natural[column] - widths[column], left))
        widths[column] += more
        left -= more
    return widths


def _line(row: Sequence[str], widths: dict[int, int], style: Style, is_first: bool) -> str:
    cells = [
        padded(cut(row[column], width, style.ellipsis), width)
        for column, width in sorted(widths.items())
    ]
    line = _GAP.join(cells).rstrip()
    return (style.color(line, "bold") if is_first else line) + "\n"

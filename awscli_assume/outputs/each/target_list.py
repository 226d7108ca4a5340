"""The selected accounts of ``--list``: a table on a terminal, else an object."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional, Sequence

from awscli_assume.host.context import CommandContext
from awscli_assume.model.targets.account import TargetAccount
from awscli_assume.outputs.printing import is_for_people, print_object

# The types of what is printed, to check a --query before anything is called.
TARGET_LIST_EXAMPLE = {
    "Accounts": [
        {
            "AccountId": "",
            "AccountName": "",
            "State": "",
            "ParentId": "",
            "Profile": "",
            "SsoSession": "",
            "Region": "",
        }
    ]
}
# On a terminal, without the columns that few accounts have.
_ALWAYS = ("AccountId", "AccountName", "State")


def print_targets(
    context: CommandContext,
    name: str,
    accounts: Sequence[TargetAccount],
    regions: Sequence[Optional[str]] = (None,),
) -> None:
    """Print a row for each account and region, with the CLI's formatter."""
    rows = [_row(one, region) for one in accounts for region in regions]
    if rows and is_for_people(context):
        columns = [key for key in rows[0] if key in _ALWAYS or any(row[key] for row in rows)]
        rows = [{key: row[key] for key in columns} for row in rows]
        given = context.parsed_globals
        table = type(given)(**{**vars(given), "output": "table"})
        context = replace(context, parsed_globals=table)
    print_object(context, name, {"Accounts": rows})


def _row(account: TargetAccount, region: Optional[str]) -> dict[str, Optional[str]]:
    return {
        "AccountId": account.account_id,
        "AccountName": account.name or None,
        "State": account.state,
        "ParentId": account.ou_ids[-1] if account.ou_ids else None,
        "Profile": account.profile,
        "SsoSession": account.sso_session,
        "Region": region,
    }

"""Select the granted roles that get a profile."""

from __future__ import annotations

import re
from typing import Callable, Optional, Sequence

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.assumable_role import AssumableRole
from awscli_assume.model.printable import printable
from awscli_assume.model.request.role_specifier import similar_names


def select(
    roles: Sequence[AssumableRole],
    words: Sequence[str],
    accounts: Optional[Sequence[str]],
    role_names: Optional[Sequence[str]],
) -> list[AssumableRole]:
    """Return the roles that match all words, one of the accounts and one of the role names.

    Accounts are names or IDs. ``*`` stands for any characters. Raises InvalidRequest if an
    account or a role name matches nothing, or if no role matches everything.
    """
    chosen = _named(
        roles, accounts, "--accounts", lambda role: [role.account_name, role.account_id]
    )
    chosen = _named(chosen, role_names, "--roles", lambda role: [role.role_name])
    chosen = [role for role in chosen if role.matches(words)]
    if not chosen and roles:
        raise InvalidRequest(
            "No granted role matches all filters. To see the granted roles: aws assume roles"
        )
    return chosen


def _named(
    roles: Sequence[AssumableRole],
    patterns: Optional[Sequence[str]],
    option: str,
    names_of: Callable[[AssumableRole], Sequence[Optional[str]]],
) -> list[AssumableRole]:
    """Return the roles that match a value of an option."""
    if patterns is None:
        return list(roles)
    names = {name for role in roles for name in names_of(role) if name}
    found: set[str] = set()
    for pattern in patterns:
        matching = {name for name in names if _matches(pattern, name)}
        if not matching:
            near = similar_names(pattern, sorted(names))
            hint = f" Similar names: {', '.join(near)}." if near else ""
            raise InvalidRequest(
                f"{option}: '{printable(pattern)}' matches nothing that IAM Identity Center "
                f"grants.{hint} To see the granted roles: aws assume roles"
            )
        found |= matching
    return [role for role in roles if found & {name for name in names_of(role) if name}]


def _matches(pattern: str, name: str) -> bool:
    parts = (re.escape(part) for part in pattern.casefold().split("*"))
    return re.fullmatch(".*".join(parts), name.casefold(), re.DOTALL) is not None

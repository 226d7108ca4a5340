"""The accounts of an organization, cached for a day.

Each caller's account has one private file: an account is in one organization only. The completer
of the shells reads the accounts, too (completion/known.py).
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import Mapping, Optional, cast

from awscli_assume.files.private_folder import JsonCache, digest
from awscli_assume.host import cache_folder
from awscli_assume.model.accounts import ACCOUNT_ID
from awscli_assume.model.targets.account import TargetAccount
from awscli_assume.model.targets.organization import Organization, Unit

FOLDER = "assume-organizations"
_FRESH_SECONDS = 24 * 3600
# Another version of the plugin may store other fields.
_FORMAT = 1
_Object = Mapping[str, object]


class OrganizationCache:
    """The private file with the organization that one account may list, without credentials.

    ``scope`` is the caller's partition, its account and the endpoint.
    """

    def __init__(self, scope: str, folder: Optional[str] = None) -> None:
        self._name = digest(scope) + ".json"
        self._cache = JsonCache(folder or cache_folder(FOLDER))
        self.path = self._cache.folder.file(self._name)

    def load(self, now: datetime) -> Optional[Organization]:
        """Return what was listed within the last day, or None."""
        found = self._cache.load(self._name)
        at = found.get("At")
        if found.get("Format") != _FORMAT or not isinstance(at, int):
            return None
        if not 0 <= now.timestamp() - at < _FRESH_SECONDS:
            return None
        try:
            return _organization(at, found)
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    def store(self, found: Organization, now: datetime) -> None:
        """Store what was listed, where the folder allows it, and remove old files."""
        root = None if found.root is None else _of_unit(found.root)
        values = {
            "Format": _FORMAT,
            "At": found.at,
            "IsComplete": found.is_complete,
            "Accounts": [_of_account(one) for one in found.accounts.values()],
            "Root": root,
            "Units": {
                parent: [_of_unit(one) for one in units] for parent, units in found.units.items()
            },
            "Members": found.members,
            "Tags": found.tags,
        }
        self._cache.store(self._name, values)
        self._cache.sweep(now.timestamp() - _FRESH_SECONDS)


def cached_names(folder: Optional[str] = None) -> dict[str, str]:
    """Return the names of accounts by ID, from all lists however old; an ID is unique."""
    cache = JsonCache(folder or cache_folder(FOLDER))
    try:
        files = os.listdir(cache.folder.path)
    except OSError:
        return {}
    found: dict[str, str] = {}
    for file in files:
        accounts = cache.load(file).get("Accounts")
        for one in accounts if isinstance(accounts, list) else ():
            values = one if isinstance(one, Mapping) else {}
            account_id, name = values.get("Id"), values.get("Name")
            if isinstance(account_id, str) and isinstance(name, str):
                found[account_id] = name
    return found


def _of_account(account: TargetAccount) -> dict[str, object]:
    return {
        "Id": account.account_id,
        "Name": account.name,
        "State": account.state,
        "Ous": account.ou_ids,
    }


def _of_unit(unit: Unit) -> tuple[str, str]:
    return unit.id, unit.name


def _organization(at: int, found: _Object) -> Organization:
    accounts = [_account(one) for one in cast("list[_Object]", found["Accounts"])]
    units = cast("dict[str, list[list[str]]]", found["Units"])
    members = cast("dict[str, list[str]]", found["Members"])
    tags = cast("dict[str, dict[str, str]]", found["Tags"])
    known = {one.account_id: one for one in accounts}
    if not all(one in known for ids in members.values() for one in ids):
        raise ValueError("a member is missing")
    root = cast("Optional[list[str]]", found["Root"])
    return Organization(
        at,
        known,
        found["IsComplete"] is True,
        None if root is None else _unit(root),
        {parent: tuple(map(_unit, below)) for parent, below in units.items()},
        {parent: tuple(ids) for parent, ids in members.items()},
        {one: _texts(values) for one, values in tags.items()},
    )


def _account(found: _Object) -> TargetAccount:
    account_id, name, state, units = (found[key] for key in ("Id", "Name", "State", "Ous"))
    if not (isinstance(account_id, str) and ACCOUNT_ID.fullmatch(account_id)):
        raise ValueError("no account ID")
    if not (isinstance(name, str) and isinstance(units, list)):
        raise TypeError("no name")
    return TargetAccount(
        account_id, name, None if state is None else str(state), tuple(map(str, units))
    )


def _unit(found: list[str]) -> Unit:
    unit_id, name = found
    return Unit(str(unit_id), str(name))


def _texts(found: Mapping[str, str]) -> dict[str, str]:
    return {str(key): str(value) for key, value in found.items()}

"""The roles that a session of IAM Identity Center grants, cached while its token lives.

One private file for each session. The completer of the shells reads the files, too
(completion/known.py), so their format is fixed: {"Session": NAME, "StartUrl": URL,
"Until": UNIX SECONDS, "Accounts": [{"Id": ID, "Name": NAME, "Roles": [NAME, …]}, …]}.
"""

from __future__ import annotations

from datetime import datetime
from typing import Mapping, Optional, Sequence

from awscli_assume.files.private_folder import JsonCache, digest
from awscli_assume.host import cache_folder
from awscli_assume.model.accounts import ACCOUNT_ID
from awscli_assume.model.assumable_role import Account
from awscli_assume.model.identity_center import SsoSession

FOLDER = "assume-roles"
# Accounts in the order of the service, each with the names of its roles.
Grants = Sequence[tuple[Account, Sequence[str]]]


class GrantedRolesCache:
    """What one session grants, in its private file. No credentials and no token are in it."""

    def __init__(self, session: SsoSession, folder: Optional[str] = None) -> None:
        self._session = session
        self._name = digest(f"{session.name}\n{session.start_url}") + ".json"
        self._cache = JsonCache(folder or cache_folder(FOLDER))
        self.path = self._cache.folder.file(self._name)

    def load(self, until: datetime) -> Optional[Grants]:
        """Return what was stored for a token that expires at this time; None if there is none."""
        found = self._cache.load(self._name)
        accounts = found.get("Accounts")
        if found.get("Until") != int(until.timestamp()) or not isinstance(accounts, list):
            return None
        try:
            return [_grant(one) for one in accounts]
        except (KeyError, TypeError, ValueError):
            return None

    def store(self, grants: Grants, until: datetime) -> None:
        """Store what the session grants until its token expires, where the folder allows it."""
        values = {
            "Session": self._session.name,
            "StartUrl": self._session.start_url,
            "Until": int(until.timestamp()),
            "Accounts": [
                {"Id": account.account_id, "Name": account.name, "Roles": list(roles)}
                for account, roles in grants
            ],
        }
        self._cache.store(self._name, values)

    def remove(self) -> None:
        """Remove what was stored."""
        self._cache.remove(self._name)


def _grant(values: Mapping[str, object]) -> tuple[Account, list[str]]:
    account_id, name, roles = values["Id"], values["Name"], values["Roles"]
    if not (isinstance(account_id, str) and ACCOUNT_ID.fullmatch(account_id)):
        raise ValueError("no account ID")
    if not (isinstance(name, str) and isinstance(roles, list)):
        raise TypeError("no names")
    return Account(account_id, name), [str(role) for role in roles]

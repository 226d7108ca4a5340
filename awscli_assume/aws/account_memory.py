"""Account names that were looked up, fresh for a day and kept for when nobody answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Optional

from awscli_assume.files.private_folder import JsonCache, digest
from awscli_assume.host import cache_folder
from awscli_assume.model.accounts import ACCOUNT_ID

# After it a name is looked up anew: accounts can be renamed.
_FRESH_SECONDS = 24 * 3600


@dataclass(frozen=True)
class CachedAccount:
    """The id that an account's name was found to have, and when (aware UTC)."""

    account_id: str
    at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Return whether nobody need be asked again."""
        return 0 <= (now - self.at).total_seconds() < _FRESH_SECONDS


class AccountCache:
    """Account ids by name, one memory a source.

    Stored in the CLI's cache folder, one file of mode 0600 a name, named by a
    digest of source and name. It holds no credential.
    """

    def __init__(self, folder: Optional[str] = None) -> None:
        self._cache = JsonCache(folder or cache_folder("assume-accounts"))

    def load(self, scope: str, name: str) -> Optional[CachedAccount]:
        """Return what is known of a name, however old."""
        found = self._cache.load(_file_name(scope, name))
        account_id, at = found.get("AccountId"), found.get("At")
        if not (isinstance(account_id, str) and ACCOUNT_ID.fullmatch(account_id)):
            return None
        if not isinstance(at, (int, float)):
            return None
        try:
            return CachedAccount(account_id, datetime.fromtimestamp(at, timezone.utc))
        except (ValueError, OverflowError, OSError):
            return None

    def store(self, scope: str, name: str, account_id: str, now: datetime) -> None:
        """Store the id of a name, where the cache can be written."""
        values = {"Name": name, "AccountId": account_id, "At": int(now.timestamp())}
        self._cache.store(_file_name(scope, name), values)

    def forget(self, scope: str, name: str) -> None:
        """Remove what is known of a name."""
        self._cache.remove(_file_name(scope, name))


def _file_name(scope: str, name: str) -> str:
    return digest(f"{scope}\n\n{name.casefold()}") + ".json"

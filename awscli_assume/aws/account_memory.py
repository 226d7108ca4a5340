"""Account names that were looked up, fresh for a day and kept for when nobody answers."""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, MutableMapping, Optional

from awscli_assume.host import JSONFileCache, cache_folder
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
        self._folder = folder if folder is not None else cache_folder("assume-accounts")
        self._cache: MutableMapping[str, Any] = JSONFileCache(self._folder)

    def load(self, scope: str, name: str) -> Optional[CachedAccount]:
        """Return what is known of a name, however old."""
        try:
            found = self._cache[_file_name(scope, name)]
            account_id, at = found["AccountId"], datetime.fromtimestamp(found["At"], timezone.utc)
        except (KeyError, ValueError, TypeError, OverflowError, OSError):
            return None
        is_usable = isinstance(account_id, str) and ACCOUNT_ID.fullmatch(account_id)
        return CachedAccount(account_id, at) if is_usable else None

    def store(self, scope: str, name: str, account_id: str, now: datetime) -> None:
        """Store the id of a name; where that can't be, do without."""
        with contextlib.suppress(OSError):
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            self._cache[_file_name(scope, name)] = {
                "Name": name,
                "AccountId": account_id,
                "At": int(now.timestamp()),
            }

    def forget(self, scope: str, name: str) -> None:
        """Remove what is known of a name."""
        with contextlib.suppress(OSError):
            os.unlink(os.path.join(self._folder, f"{_file_name(scope, name)}.json"))


def _file_name(scope: str, name: str) -> str:
    return hashlib.sha256(f"{scope}\n\n{name.casefold()}".encode()).hexdigest()

"""Who the source credentials belong to, remembered per access key id."""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any, MutableMapping, Optional

from awscli_assume.host import JSONFileCache, cache_folder
from awscli_assume.model.accounts import ACCOUNT_ID
from awscli_assume.model.arns import find_arn, parse_arn

_TEMPORARY = "session-"
# GetSessionToken for an IAM user: 36 hours (AWS STS API reference).
_LONGEST_SESSION_SECONDS = 36 * 3600


@dataclass(frozen=True)
class Caller:
    """Account and partition of a principal; its ARN and id where STS has just named them."""

    partition: str
    account_id: str
    arn: Optional[str] = None
    user_id: Optional[str] = None

    @classmethod
    def from_arn(cls, arn: str, user_id: Optional[str] = None) -> Caller:
        """Return the caller of GetCallerIdentity's ``Arn`` and ``UserId``. Raises ValueError."""
        found = parse_arn(arn)
        if not ACCOUNT_ID.fullmatch(found.account_id):
            raise ValueError(arn)
        return cls(found.partition, found.account_id, arn, user_id)

    @property
    def is_role_session(self) -> bool:
        """Return whether the caller is itself an assumed role (role chaining)."""
        return self.role_name is not None

    @property
    def role_name(self) -> Optional[str]:
        """The name of the role behind a session, without its path; None for other callers."""
        arn = find_arn(self.arn)
        return None if arn is None else arn.assumed_role_name


class CallerCache:
    """Callers by access key id, for an access key never changes its owner.

    Stored in the CLI's cache folder, one file of mode 0600 a key, named by a
    digest of the access key id. It holds an ARN, no credential. What belongs to
    a temporary key is removed once no such key can live.
    """

    def __init__(self, folder: Optional[str] = None) -> None:
        self._folder = folder if folder is not None else cache_folder("assume-callers")
        self._cache: MutableMapping[str, Any] = JSONFileCache(self._folder)

    def load(self, access_key_id: str) -> Optional[Caller]:
        """Return what is known of the owner of an access key."""
        try:
            return Caller.from_arn(self._cache[_file_name(access_key_id)]["Arn"])
        except (KeyError, ValueError, TypeError, AttributeError):
            return None

    def store(self, access_key_id: str, caller: Caller, now: datetime) -> None:
        """Store the owner of an access key; where that can't be, do without."""
        with contextlib.suppress(OSError):
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            self._cache[_file_name(access_key_id)] = {"Arn": caller.arn}
            self._sweep(now.timestamp() - _LONGEST_SESSION_SECONDS)

    def _sweep(self, oldest: float) -> None:
        for found in os.scandir(self._folder):
            if found.name.startswith(_TEMPORARY) and found.stat().st_mtime < oldest:
                os.unlink(found.path)


def _file_name(access_key_id: str) -> str:
    digest = hashlib.sha256(access_key_id.encode()).hexdigest()
    # AKIA: an IAM user's long-lived key (IAM User Guide, "IAM identifiers").
    return digest if access_key_id.startswith("AKIA") else _TEMPORARY + digest

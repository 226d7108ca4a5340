"""How often the user assumed each role, and when last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Mapping, Optional

from awscli_assume.files.private_folder import JsonCache
from awscli_assume.host import cache_folder

FOLDER, FILE = "assume-usage", "roles.json"
# The roles that were used last; older ones are dropped.
_MAX = 1000


@dataclass(frozen=True)
class Usage:
    """The number of uses of a role, and the time of the last one (aware UTC)."""

    count: int
    last: datetime


def record_use(key: str, now: datetime, folder: Optional[str] = None) -> None:
    """Count one use of a role (AssumableRole.key). Errors when writing the file are ignored.

    If two commands end at the same time, only one may be counted.
    """
    cache = JsonCache(folder or cache_folder(FOLDER))
    found = _read(cache)
    count = found[key].count + 1 if key in found else 1
    found[key] = Usage(count, now)
    latest = sorted(found, key=lambda one: found[one].last, reverse=True)[:_MAX]
    cache.store(FILE, {one: _values(found[one]) for one in latest})


def usage(folder: Optional[str] = None) -> Mapping[str, Usage]:
    """Return the uses of each role by its key."""
    return _read(JsonCache(folder or cache_folder(FOLDER)))


def _read(cache: JsonCache) -> dict[str, Usage]:
    found = {key: _usage(values) for key, values in cache.load(FILE).items()}
    return {key: one for key, one in found.items() if one is not None}


def _usage(values: object) -> Optional[Usage]:
    """Return one entry; None if it was damaged."""
    if not isinstance(values, Mapping):
        return None
    count, last = values.get("Count"), values.get("Last")
    if not isinstance(count, int) or not isinstance(last, (int, float)):
        return None
    try:
        return Usage(count, datetime.fromtimestamp(last, timezone.utc))
    except (ValueError, OverflowError, OSError):
        return None


def _values(one: Usage) -> dict[str, int]:
    return {"Count": one.count, "Last": int(one.last.timestamp())}

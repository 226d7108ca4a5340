"""What is known about an organization: its accounts, its units and their tags."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterable, Mapping, Optional, Sequence

from awscli_assume.model.targets.account import TargetAccount


@dataclass(frozen=True)
class Unit:
    """An organizational unit, or the root; the name is printable."""

    id: str
    name: str


@dataclass
class Organization:
    """An organization as far as it was listed. The lists grow, and are stored in the cache.

    ``at`` is the time of the first call in Unix seconds. ``accounts`` has all accounts if
    ``is_complete``. ``units`` has the units directly below a root or unit, and ``members`` the
    IDs of the accounts directly in it. ``tags`` has the tags of accounts.
    """

    at: int
    accounts: dict[str, TargetAccount] = field(default_factory=dict)
    is_complete: bool = False
    root: Optional[Unit] = None
    units: dict[str, tuple[Unit, ...]] = field(default_factory=dict)
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tags: dict[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def has_paths(self) -> bool:
        """Return whether the OUs of all accounts are known."""
        return self.is_complete and all(one.ou_ids for one in self.accounts.values())

    def below(self, unit_id: str) -> list[TargetAccount]:
        """Return the accounts below a root or unit by the OUs of the accounts."""
        return [one for one in self.accounts.values() if unit_id in one.ou_ids]

    def listed_below(self, unit_id: str) -> list[TargetAccount]:
        """Return the accounts below a root or unit by the lists of each unit."""
        found = [self.accounts[one] for one in self.members.get(unit_id, ())]
        for unit in self.units.get(unit_id, ()):
            found += self.listed_below(unit.id)
        return found

    def add(self, accounts: Iterable[TargetAccount]) -> None:
        """Add accounts. What is known about the OUs of an account stays."""
        for one in accounts:
            before = self.accounts.get(one.account_id)
            if before is None or len(one.ou_ids) >= len(before.ou_ids):
                self.accounts[one.account_id] = one


def split_path(path: str, units: Sequence[Unit]) -> Optional[tuple[Unit, str]]:
    """Return the unit with which a path of names begins, and the rest of the path, or None.

    Names are compared exactly, then in any case. A name may contain slashes: the longest one that
    fits counts.
    """
    for text, fold in ((path, str), (path.casefold(), str.casefold)):
        found = [
            unit
            for unit in units
            if text == fold(unit.name) or text.startswith(f"{fold(unit.name)}/")
        ]
        if found:
            unit = max(found, key=lambda one: len(one.name))
            return unit, path[len(unit.name) :].strip("/")
    return None

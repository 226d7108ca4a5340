"""Commands to type, each word quoted for a shell: names and paths in IAM may hold anything."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class Lines:
    """Who types: the source profile, and the profile that looks at the role; None is neither."""

    source: Optional[str]
    role_lookup: Optional[str]

    def by_caller(self, *words: str) -> str:
        """Return an ``aws`` command of the caller's."""
        return _line(words, self.source)

    def by_witness(self, *words: str) -> str:
        """Return an ``aws`` command of whoever can look at the role's account."""
        return _line(words, self.role_lookup or self.source)


def _line(words: tuple[str, ...], profile: Optional[str]) -> str:
    own = ("--profile", profile) if profile is not None else ()
    return shlex.join(("aws", *words, *own))

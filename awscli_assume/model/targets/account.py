"""An account that a command runs in, and what is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional

ACTIVE = "ACTIVE"


@dataclass(frozen=True)
class TargetAccount:
    """An account that ``--accounts`` selects; all texts are printable.

    ``name`` is empty if it is unknown. ``state`` is the State of AWS Organizations, or None if it
    is unknown. ``ou_ids`` are the root and the organizational units above the account, from the
    top. ``profile`` names the role if ``profiles:GLOB`` selected the account. ``sso_session``
    grants the permission set ``--role-name`` if ``identity-center`` selected the account.
    """

    account_id: str
    name: str = ""
    state: Optional[str] = None
    ou_ids: tuple[str, ...] = ()
    profile: Optional[str] = None
    sso_session: Optional[str] = None

    @property
    def label(self) -> str:
        """The name and the ID for a message."""
        return f"{self.name} ({self.account_id})" if self.name else self.account_id

    @property
    def is_usable(self) -> bool:
        """Return whether the account is not known to be suspended, closed or not yet active."""
        return self.state in (None, ACTIVE)

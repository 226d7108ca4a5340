"""A session of IAM Identity Center, as the config file names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional


@dataclass(frozen=True)
class SsoSession:
    """A session of IAM Identity Center.

    ``name`` is the name of an ``[sso-session]`` section. A profile with ``sso_start_url`` of
    its own has no section: then ``name`` is the start URL, and ``profile`` is the profile.
    """

    name: str
    start_url: str
    region: str
    profile: Optional[str] = None

    @property
    def login_arguments(self) -> tuple[str, ...]:
        """The arguments of ``aws`` that log in to the session."""
        if self.profile is not None:
            return ("sso", "login", "--profile", self.profile)
        return ("sso", "login", "--sso-session", self.name)

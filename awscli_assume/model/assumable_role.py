"""A role that the user can assume, and where it was found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Optional, Sequence

from awscli_assume.model.printable import option_words

# Words that ``aws assume`` reads as verbs, not as names of profiles.
VERBS = frozenset(
    {
        "clear", "console", "create-role", "each", "exec", "explain", "export", "help", "list",
        "profiles", "refresh", "revoke", "role", "roles",
        "root",
    }
)  # fmt: skip
PROFILE, IDENTITY_CENTER, TRUST_POLICY = "profile", "Identity Center", "trust policy"


@dataclass(frozen=True)
class Account:
    """An account that IAM Identity Center grants; the name is printable, and may be empty."""

    account_id: str
    name: str


@dataclass(frozen=True)
class AssumableRole:
    """A role that a profile names, that IAM Identity Center grants, or that trusts the caller.

    ``role_name`` includes the role's path, without a leading slash. ``profile`` names the role.
    If we wrote it (``is_written``), its credentials come from ``source_profile`` through the
    roles of ``via``. ``sso_session`` grants the role, and ``via_session`` the first role of
    ``via``. ``note`` says what could not be determined.
    """

    role_name: str
    account_id: Optional[str]
    account_name: Optional[str]
    source: str
    role_arn: Optional[str] = None
    profile: Optional[str] = None
    sso_session: Optional[str] = None
    uses: int = 0
    last_used: Optional[datetime] = None
    note: str = ""
    is_written: bool = False
    source_profile: Optional[str] = None
    via: tuple[str, ...] = ()
    via_session: Optional[str] = None

    @property
    def key(self) -> str:
        """The name of the role in the record of uses (profiles/cache/role_usage.py)."""
        if self.sso_session is not None:
            return identity_center_key(self.sso_session, self.account_id or "", self.role_name)
        return self.role_arn or f"{self.account_id or ''}/{self.role_name}"

    def matches(self, words: Sequence[str]) -> bool:
        """Return whether all words occur in the role, in any order and case."""
        if not words:
            return True
        text = self._searched()
        return all(word.casefold() in text for word in words)

    def arguments(self) -> tuple[str, ...]:
        """Return the words after ``aws assume`` that assume the role."""
        if self.profile is not None and not self.is_written:
            if _is_one_word(self.profile):
                return (self.profile,)
            if self.sso_session is None:
                return tuple(option_words("--profile", self.profile))
        if self.sso_session is not None:
            return (
                *option_words("--account-id", self.account_id or ""),
                *option_words("--role-name", self.role_name),
                *option_words("--sso-session", self.sso_session),
            )
        source = option_words("--profile", self.source_profile) if self.source_profile else []
        if self.via_session is not None:
            source = option_words("--sso-session", self.via_session)
        via = (word for name in self.via for word in ("--via", name))
        return (*source, *via, "--role-arn", self.role_arn or "")

    def _searched(self) -> str:
        accounts = [one for one in (self.account_name, self.account_id) if one]
        roles = [f"{account}/{self.role_name}" for account in accounts] or [self.role_name]
        others = (self.role_arn, self.profile, self.sso_session)
        return "\n".join([*roles, *(one for one in others if one)]).casefold()


def _is_one_word(profile: str) -> bool:
    """Return whether the name of a profile can't mean anything else after ``aws assume``."""
    return profile not in VERBS and not profile.startswith("-") and not set(profile) & set("/:")


def identity_center_key(session: str, account_id: str, role_name: str) -> str:
    """Return the name in the record of uses of a role that a session grants."""
    return f"{session}/{account_id}/{role_name}"

"""Sessions of IAM Identity Center, and the roles that they grant in accounts."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from typing import Optional

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import Role, parse_role_name
from awscli_assume.model.printable import option

# The IAM role that Identity Center creates for a permission set (IAM Identity Center User
# Guide, "Referencing permission sets in resource policies").
_RESERVED = re.compile(r"AWSReservedSSO_(?P<name>.+)_[0-9a-f]{16}")
# IAM Identity Center API reference, "CreatePermissionSet".
_NAME_MAX = 32


@dataclass(frozen=True)
class SsoSession:
    """A session of IAM Identity Center.

    ``name`` is the name of an ``[sso-session]`` section. For a profile with its own
    ``sso_start_url`` and no section, ``name`` is the start URL and ``profile`` the profile.
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

    @property
    def settings(self) -> dict[str, str]:
        """The keys with which a profile names the session."""
        if self.profile is None:
            return {"sso_session": self.name}
        return {"sso_start_url": self.start_url, "sso_region": self.region}


@dataclass(frozen=True)
class IdentityCenterRole:
    """A permission set in an account, as an SSO session grants it.

    ``sso_session`` is the name of an ``[sso-session]``, or the start URL of profiles without
    one. In a dry run ``account_id`` may be an account name that was not looked up. ``settings`` is
    the profile whose region and client settings apply, None for the default profile.
    """

    sso_session: str
    account_id: str
    role_name: str
    account_name: Optional[str] = field(default=None, compare=False)
    settings: Optional[str] = field(default=None, compare=False)

    @property
    def profile(self) -> str:
        """The name of the profile in the CLI's session. No file contains it."""
        return f"{self.sso_session}/{self.account_id}/{self.role_name}"

    @property
    def role(self) -> Role:
        """The role for a name template."""
        return Role(self.role_name, account_id=self.account_id)

    def with_account(self, role: Role) -> Role:
        """Return a role that this role assumes, by default in the same account."""
        is_named = role.account_id is not None or role.account_name is not None
        return role if is_named else role.in_account(self.account_id)

    @property
    def options(self) -> str:
        """The options that name exactly this role, quoted for a shell."""
        options = {
            "--sso-session": self.sso_session,
            "--account-id": self.account_id,
            "--role-name": self.role_name,
        }
        return " ".join(option(name, value) for name, value in options.items())

    def __str__(self) -> str:
        return f"{self.account_name or self.account_id}/{self.role_name}"


def check_permission_set(text: str) -> str:
    """Return the name of a permission set. Raises InvalidRequest."""
    role = parse_role_name(text)
    if role.path != "/" or len(text) > _NAME_MAX:
        raise InvalidRequest(
            f"Invalid role name {text!r}: a role of IAM Identity Center has the name of its "
            f"permission set, which has no path and at most {_NAME_MAX} characters"
        )
    return role.name


def account_and_permission_set(text: str) -> Optional[tuple[str, str]]:
    """Return the parts of ``ACCOUNT/NAME`` or ``ACCOUNT:NAME``, or None for other text."""
    if text.startswith("arn:") or "://" in text:
        return None
    account, found, name = text.partition(":" if ":" in text else "/")
    if not found or not account:
        return None
    try:
        return account, check_permission_set(name)
    except InvalidRequest:
        return None


def permission_set_of(role_name: str) -> Optional[str]:
    """Return the permission set of a role that Identity Center created, or None."""
    found = _RESERVED.fullmatch(role_name)
    return found["name"] if found else None


def reserved_role(role: Role) -> InvalidRequest:
    """Return the error for the IAM role of a permission set.

    The trust policy of such a role allows only Identity Center.
    """
    name = permission_set_of(role.name) or "NAME"
    account = role.account_id or role.account_name or "ACCOUNT"
    words = shlex.quote(f"{account}/{name}")
    if account.startswith("-"):
        words = IdentityCenterRole("NAME", account, name).options
    return InvalidRequest(
        f"The role '{role.name}' belongs to a permission set, and only IAM Identity Center can "
        f"assume it. Name the account and the permission set: aws assume {words}"
    )

"""``--copy-source`` and ``--login``, and what goes with them."""

from __future__ import annotations

from typing import Any

from awscli_assume.arguments.identity_provider import IDENTITY_PROVIDER_OPTIONS
from awscli_assume.arguments.sts import STS_OPTIONS, flag
from awscli_assume.errors import InvalidRequest

_EXCLUDED = (
    "role",
    "via",
    "role_name",
    "role_arn",
    "account_id",
    *STS_OPTIONS,
    *IDENTITY_PROVIDER_OPTIONS,
)


def copy_arguments() -> list[dict[str, Any]]:
    """Return the arguments of every verb that can do without a role."""
    return [
        flag(
            "copy-source",
            "Assume no role: take the source's own temporary credentials, with their expiry, so "
            "that a tool without a way of its own to IAM Identity Center, <code>aws "
            "login</code>, a program or an instance can use them.",
        ),
        flag(
            "login",
            "Where the source's session of IAM Identity Center or <code>aws login</code> has "
            "ended, run <code>aws sso login</code> or <code>aws login</code> on this terminal, "
            "once, and go on. Version 2 only.",
        ),
    ]


def check_no_role(parsed_args: Any) -> None:
    """Raise InvalidRequest for options beside ``--copy-source`` that shape a role."""
    for name in _EXCLUDED:
        if getattr(parsed_args, name, None) is not None:
            raise InvalidRequest(
                "--copy-source assumes no role, it takes the source's own credentials: leave it "
                f"out, or {'ROLE' if name == 'role' else '--' + name.replace('_', '-')}"
            )
    if getattr(parsed_args, "auto_refresh", False):
        raise InvalidRequest(
            "--copy-source and --auto-refresh exclude each other: what refreshes by itself "
            "assumes a role, and a copy has none. To copy again: aws assume refresh"
        )

"""The arguments that name a role."""

from __future__ import annotations

from typing import Any

from awscli_assume.commands.arguments import text


def role_arguments() -> list[dict[str, Any]]:
    """Answer the arguments that name a role."""
    return [
        text(
            "role-name",
            "The name of the role to assume. A path is part of it: "
            "<code>team/dev/my-iam-role</code>. The account is found by itself, or given by "
            "<code>--account-id</code>.",
        ),
        text(
            "account-id",
            "The account of the role of <code>--role-name</code>, 12 digits. Default: the "
            "account of the source credentials.",
        ),
        text(
            "role-arn",
            "The ARN of the role to assume, in place of <code>--role-name</code>. With neither, "
            "the role that the source profile names by <code>role_arn</code>.",
        ),
    ]

"""The arguments that name a role."""

from __future__ import annotations

from typing import Any

from awscli_assume.arguments.sts import text


def role_arguments() -> list[dict[str, Any]]:
    """Return the arguments that name a role."""
    return [_role_argument(), *_name_arguments(), _via_argument()]


def _role_argument() -> dict[str, Any]:
    return {
        **text(
            "role",
            "The role in one word: an ARN, <code>ACCOUNT:NAME</code>, "
            "<code>ACCOUNT/NAME</code>, the URL by which the console switches roles, a "
            "profile that has a <code>role_arn</code>, else the name of a role.",
        ),
        "positional_arg": True,
        "nargs": "?",
        # The URL is read, never called.
        "no_paramfile": True,
        "synopsis": "[ROLE]",
    }


def _name_arguments() -> list[dict[str, Any]]:
    return [
        text(
            "role-name",
            "The name of the role to assume. A path is part of it: "
            "<code>team/dev/my-iam-role</code>. The account is found by itself, or given by "
            "<code>--account-id</code>.",
        ),
        text(
            "account-id",
            "The account of the role of <code>--role-name</code>: 12 digits, or a name that a "
            "profile, the account's alias or AWS Organizations has for it. Default: the account "
            "of the source credentials.",
        ),
        text(
            "role-arn",
            "The ARN of the role to assume, in place of <code>--role-name</code>. With neither, "
            "the role that the source profile names by <code>role_arn</code>.",
        ),
    ]


def _via_argument() -> dict[str, Any]:
    return {
        **text(
            "via",
            "A role to assume on the way, an ARN or a role name of the caller's account. To "
            "be given again for each one, in order: the first is assumed by the source, the "
            "last assumes the role. Role chaining gives one hour at most.",
        ),
        "action": "append",
        "nargs": 1,
    }

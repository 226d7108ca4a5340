"""Options that name a role, and the scope of its session."""

from __future__ import annotations

from awscli_assume.arguments.assume_role import sts_arguments
from awscli_assume.arguments.identity_provider import identity_provider_arguments
from awscli_assume.arguments.options import Argument, flag, literal_text, text, word_argument
from awscli_assume.arguments.profiles import copy_arguments

_ROLE = word_argument(
    "role",
    "The role: an ARN, <code>ACCOUNT:NAME</code>, <code>ACCOUNT/NAME</code>, a switch-role URL of "
    "the console, a profile with <code>role_arn</code>, a profile of IAM Identity Center, or a "
    "role name.",
)


def role_arguments() -> list[Argument]:
    """Return the options for a role, the roles to assume before it, and the session's scope."""
    return [
        _ROLE,
        text(
            "role-name",
            "The name of the role to assume, with its path if it has one: "
            "<code>team/dev/my-iam-role</code>.",
        ),
        text(
            "account-id",
            "The account of <code>--role-name</code>: 12 digits, or a name that a profile, an "
            "account alias or AWS Organizations has. Default: the account of the source "
            "credentials.",
        ),
        text(
            "role-arn",
            "The ARN of the role to assume. Default: the <code>role_arn</code> of the source "
            "profile.",
        ),
        literal_text(
            "sso-session",
            "Get the role from IAM Identity Center, through the SSO session with this name or "
            "start URL. <code>--role-name</code> then names a permission set in the account "
            "<code>--account-id</code>.",
        ),
        _via_argument(),
        flag(
            "read-only",
            "Narrow the session to what the AWS managed policy ReadOnlyAccess allows. It is the "
            "same as <code>--scope read-only</code>.",
        ),
        text(
            "scope",
            "Narrow the session: <code>read-only</code>, <code>view-only</code>, "
            "<code>security-audit</code>, or a NAME that the setting "
            "<code>assume.scope_NAME</code> defines by policy ARN or file. <code>none</code> "
            "means no scope.",
        ),
    ]


def role_verb_arguments(*own: Argument) -> list[Argument]:
    """Return the options of a verb that assumes a role: the role, its own, AssumeRole's."""
    return [
        *role_arguments(),
        *copy_arguments(),
        *own,
        *sts_arguments(),
        *identity_provider_arguments(),
    ]


def _via_argument() -> Argument:
    return {
        **text(
            "via",
            "A role to assume before the role (role chaining, one hour at most): an ARN, a name "
            "in the caller's account, or, for the first one, <code>ACCOUNT/NAME</code> of IAM "
            "Identity Center. Repeat the option for more roles, in order.",
        ),
        "action": "append",
        "nargs": 1,
    }

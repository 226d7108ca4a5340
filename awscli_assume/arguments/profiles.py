"""Options for the source profile, for the target profile, and for its session (``revoke``)."""

from __future__ import annotations

from typing import Optional

from awscli_assume.arguments.assume_role import STS_OPTIONS
from awscli_assume.arguments.identity_provider import IDENTITY_PROVIDER_OPTIONS
from awscli_assume.arguments.options import Argument, flag, option_name, text, word_argument
from awscli_assume.errors import InvalidRequest

_ROLE_OPTIONS = (
    "role", "choose", "via", "role_name", "role_arn", "account_id", "sso_session", *STS_OPTIONS,
    *IDENTITY_PROVIDER_OPTIONS,
)  # fmt: skip


def copy_arguments() -> list[Argument]:
    """Return the options of every verb that does not need a role."""
    return [
        flag(
            "choose",
            "Choose the role from a list on the terminal, filtered by the words in place of ROLE. "
            "The list also opens if the command line names no role or several.",
        ),
        flag(
            "copy-source",
            "Assume no role, and use the temporary credentials of the source, for tools that "
            "don't support IAM Identity Center, <code>aws login</code> or another source.",
        ),
        login_argument(),
    ]


def login_argument() -> Argument:
    """Return ``--login``."""
    return flag(
        "login",
        "Run <code>aws sso login</code> or <code>aws login</code> if the source's sign-in "
        "session has expired. Version 2 only.",
    )


def no_cache_argument(help_text: str) -> Argument:
    """Return ``--no-cache`` of the verbs that reuse a role session."""
    return flag(
        "no-cache",
        f"{help_text} Default: reuse the session of the same request in the AWS CLI's cache, "
        "unless the setting <code>assume.cache</code> is <code>off</code>.",
    )


def given_role_option(parsed_args: object) -> Optional[str]:
    """Return the first option of a command line that describes a role, or None."""
    given = (
        name for name in _ROLE_OPTIONS if getattr(parsed_args, name, None) not in (None, False)
    )
    return next(map(option_name, given), None)


def check_no_role(parsed_args: object) -> None:
    """Raise InvalidRequest for options that do not go with ``--copy-source``."""
    option = given_role_option(parsed_args)
    if option is not None:
        raise InvalidRequest(
            "--copy-source assumes no role, and uses the source's own credentials: leave it out, "
            f"or {option}"
        )
    if getattr(parsed_args, "auto_refresh", False):
        raise InvalidRequest(
            "--copy-source and --auto-refresh exclude each other: --auto-refresh assumes a role, "
            "and a copy has none. To copy again: aws assume refresh"
        )


def target_arguments() -> list[Argument]:
    """Return the options about the target profile."""
    return [
        text(
            "update-profile",
            "The target profile, to which the credentials are written. Default: "
            "<code>assumed-role</code>, or the setting <code>assume.update_profile</code> of "
            "the source profile.",
        ),
        text(
            "min-ttl",
            "Call nothing if the target profile has credentials of the same request that are "
            "valid for longer than this: seconds, or a duration such as 15m.",
        ),
        flag(
            "auto-refresh",
            "Write a <code>credential_process</code> instead of keys, so that every SDK renews "
            "the credentials.",
        ),
        flag(
            "no-auto-refresh",
            "Write keys, even if the setting <code>assume.auto_refresh</code> is "
            "<code>true</code>.",
        ),
        verify_argument(),
        dry_run_argument(),
    ]


def profile_arguments(help_text: str) -> list[Argument]:
    """Return NAME and ``--update-profile`` for a verb about profiles that this plugin wrote."""
    return [
        word_argument("name", f"{help_text} It is the same as <code>--update-profile</code>."),
        text(
            "update-profile",
            f"{help_text} Default: the current profile if aws assume wrote it, else "
            "<code>assumed-role</code> or the setting <code>assume.update_profile</code>.",
        ),
    ]


def verify_argument() -> Argument:
    """Return ``--verify``."""
    return flag(
        "verify",
        "Call GetCallerIdentity with each written profile, and compare the ARN with the one that "
        "STS returned.",
    )


def dry_run_argument() -> Argument:
    """Return ``--dry-run``."""
    return flag(
        "dry-run",
        "Print the requests to STS and the changes to the files, with secrets masked. Nothing is "
        "called and nothing is written.",
    )


def revoke_arguments() -> list[Argument]:
    """Return the sessions to revoke, --undo, --yes and --dry-run."""
    return [
        {
            **word_argument(
                "name",
                "The profile whose session is revoked, or with <code>--all-sessions</code> a "
                "role: an ARN, <code>ACCOUNT:NAME</code>, a profile with <code>role_arn</code>, "
                "or a role name. Default: the session of a shell of <code>exec</code>, else the "
                "current profile if aws assume wrote it, else <code>assumed-role</code>.",
            ),
            "synopsis": "[PROFILE | ROLE]",
        },
        flag(
            "all-sessions",
            "Revoke all sessions of the role that were issued up to now, of all users.",
        ),
        flag(
            "undo",
            "Remove the policy that revokes the session; with <code>--all-sessions</code> all of "
            "them. Sessions that have not expired work again.",
        ),
        yes_argument("Change the policy without the question on the terminal, for scripts."),
        flag("dry-run", "Print the requests to IAM. The policy is not changed."),
    ]


def yes_argument(help_text: str) -> Argument:
    """Return ``--yes``."""
    return flag("yes", help_text)


def revoke_flag() -> Argument:
    """Return ``--revoke`` of ``clear``."""
    return flag(
        "revoke",
        "Revoke the session of each profile first, as <code>aws assume revoke</code> does, so "
        "that copies of its keys stop working.",
    )

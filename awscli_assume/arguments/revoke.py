"""The options of ``revoke``, and those that ``clear`` shares with it."""

from __future__ import annotations

from awscli_assume.arguments.sts import Argument, flag, word_argument


def revoke_arguments() -> list[Argument]:
    """Return the sessions to revoke, --undo, --yes and --dry-run."""
    return [
        {
            **word_argument(
                "name",
                "The profile whose session is revoked, or with <code>--all-sessions</code> a "
                "role: an ARN, <code>ACCOUNT:NAME</code>, a profile with <code>role_arn</code>, "
                "or a role name. Default: the current profile if aws assume wrote it, else "
                "<code>assumed-role</code>.",
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
        yes_argument(),
        flag("dry-run", "Print the requests to IAM. The policy is not changed."),
    ]


def yes_argument() -> Argument:
    """Return ``--yes``."""
    return flag("yes", "Revoke without the question on the terminal, for scripts.")


def revoke_flag() -> Argument:
    """Return ``--revoke`` of ``clear``."""
    return flag(
        "revoke",
        "Revoke the session of each profile first, as <code>aws assume revoke</code> does, so "
        "that copies of its keys stop working.",
    )

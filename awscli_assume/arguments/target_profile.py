"""The arguments about profiles that are written, refreshed or cleared."""

from __future__ import annotations

from typing import Any

from awscli_assume.arguments.sts import flag, text


def target_arguments() -> list[dict[str, Any]]:
    """Return the argument that names the target profile."""
    return [
        text(
            "update-profile",
            "The name of the target profile, which the credentials are written to. Default: "
            "<code>assumed-role</code>, or the setting <code>assume.update_profile</code> of "
            "the source profile.",
        ),
        text(
            "min-ttl",
            "If the target profile already holds this role from this source, by this request, "
            "with more than this many seconds left, print the same and call nothing.",
        ),
        flag(
            "auto-refresh",
            "Write no keys, but a <code>credential_process</code> that answers them from a cache "
            "and assumes the role again when they near their end, so that every SDK renews by "
            "itself.",
        ),
        dry_run_argument(),
    ]


def profile_argument(help_text: str) -> dict[str, Any]:
    """Return ``--update-profile`` for a verb about profiles that we wrote."""
    return text(
        "update-profile",
        f"{help_text} Default: the current profile where it is ours, else "
        "<code>assumed-role</code> or the setting <code>assume.update_profile</code>.",
    )


def dry_run_argument() -> dict[str, Any]:
    """Return ``--dry-run``."""
    return flag(
        "dry-run",
        "Print what would be asked of STS and what would change in the files, with secrets "
        "masked. Nothing is called and nothing is written.",
    )

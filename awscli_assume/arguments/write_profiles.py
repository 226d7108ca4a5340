"""Options of ``aws assume each`` that write a profile for each account instead of a command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Sequence

from awscli_assume.arguments.options import Argument, flag, option_name, text
from awscli_assume.errors import InvalidRequest
from awscli_assume.host.protocols import ParsedArgs

KEYS, ROLE, AUTO_REFRESH = KINDS = ("keys", "role", "auto-refresh")
# What concerns the command, its regions or its results.
_OF_A_COMMAND = (
    "regions", "fail_fast", "processes", "merge", "report", "results", "resume", "shard",
    "merge_results",
)  # fmt: skip


@dataclass(frozen=True)
class WriteRequest:
    """The template of the profiles' names, their kind, and whether it is a dry run."""

    template: str
    kind: str
    dry_run: bool = False


def write_profiles_arguments() -> list[Argument]:
    """Return ``--write-profiles``, ``--as`` and ``--dry-run``."""
    return [
        text(
            "write-profiles",
            "Write a profile for each account instead of running a command. The value is the "
            "template of their names, with <code>{account}</code>, <code>{name}</code> and "
            "<code>{role}</code>.",
        ),
        text(
            "as",
            "With <code>--write-profiles</code>: how the profiles get credentials. They have "
            "temporary keys (<code>keys</code>), the role and its source for the AWS CLI and SDKs "
            "to assume (<code>role</code>), or a <code>credential_process</code> that renews them "
            "(<code>auto-refresh</code>). Default: <code>keys</code>.",
        ),
        flag(
            "dry-run",
            "With <code>--write-profiles</code>: print the changes to the files. No role is "
            "assumed and nothing is written.",
        ),
    ]


def read_write_request(
    parsed_args: ParsedArgs, command: Optional[Sequence[str]]
) -> Optional[WriteRequest]:
    """Return what ``--write-profiles`` requests, or None without it. Raises InvalidRequest.

    ``command`` are the words after ``--``.
    """
    template, kind = parsed_args.write_profiles, getattr(parsed_args, "as")
    if template is None:
        for name in ("as", "dry_run"):
            if getattr(parsed_args, name):
                raise InvalidRequest(
                    f"{option_name(name)} goes only with --write-profiles TEMPLATE. To see the "
                    "accounts without running a command: --list"
                )
        return None
    if command:
        raise InvalidRequest(
            "--write-profiles writes a profile for each account and runs no command: leave out "
            "either the option or -- and what follows it"
        )
    given = (name for name in _OF_A_COMMAND if getattr(parsed_args, name, None))
    other = next(map(option_name, given), None)
    if other is not None:
        raise InvalidRequest(
            f"{other} is for a command, and --write-profiles runs none: leave one of them out"
        )
    if kind is not None and kind not in KINDS:
        raise InvalidRequest(f"Invalid --as '{kind}': choose one of {', '.join(KINDS)}")
    return WriteRequest(template, kind or KEYS, bool(parsed_args.dry_run))

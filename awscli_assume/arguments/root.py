"""The options of ``root``."""

from __future__ import annotations

from awscli_assume.arguments.options import Argument, number, text
from awscli_assume.arguments.profiles import dry_run_argument, login_argument
from awscli_assume.errors import InvalidRequest
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.request.root_session import SECONDS_MAX, TASK_POLICIES


def root_arguments() -> list[Argument]:
    """Return the account, the task policy, the target, and the command."""
    policies = "; ".join(f"<code>{name}</code>: {task}" for name, task in TASK_POLICIES.items())
    return [
        text(
            "account-id",
            "The member account: 12 digits, or a name that a profile has for it. Required.",
        ),
        text("task-policy", f"What the session may do. Required. {policies}."),
        number(
            "duration-seconds",
            f"The duration of the session, at most {SECONDS_MAX} seconds. Default: {SECONDS_MAX}.",
        ),
        text(
            "update-profile",
            "The target profile, to which the credentials are written. Default: "
            "<code>assumed-role</code>, or the setting <code>assume.update_profile</code> of "
            "the source profile.",
        ),
        text(
            "export",
            "Print the credentials in this format of <code>aws assume export</code>, such as "
            "<code>env</code> or <code>process</code>, and write no profile.",
        ),
        login_argument(),
        dry_run_argument(),
        {
            "name": "command",
            "help_text": "A command to run with the credentials in its environment, after "
            "<code>--</code>. No profile is written.",
            "positional_arg": True,
            "nargs": "*",
            # A word such as file://… is the child's, not the CLI's to read.
            "no_paramfile": True,
            "synopsis": "[-- COMMAND ...]",
        },
    ]


def check_one_target(parsed_args: ParsedArgs, has_command: bool) -> None:
    """Raise InvalidRequest for more than one of a profile, ``--export`` and a command."""
    given = [
        name
        for name, is_given in (
            ("--update-profile", parsed_args.update_profile is not None),
            ("--export", parsed_args.export is not None),
            ("-- COMMAND", has_command),
        )
        if is_given
    ]
    if len(given) > 1:
        raise InvalidRequest(
            f"{' and '.join(given)} exclude each other: a privileged session goes to a profile, "
            "to stdout or to a command. Leave all but one out"
        )
    if parsed_args.dry_run and (parsed_args.export is not None or has_command):
        raise InvalidRequest(
            f"--dry-run previews the profile that would be written: leave it out, or {given[0]}"
        )

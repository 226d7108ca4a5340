"""``aws assume profiles``: a profile for each role that IAM Identity Center grants."""

from __future__ import annotations

from typing import Any, Optional

from awscli_assume.arguments.options import Argument, flag, text, texts
from awscli_assume.commands.verbs import Verb
from awscli_assume.host.context import CommandContext
from awscli_assume.outputs.printing import is_for_people, print_object
from awscli_assume.outputs.summary import changes
from awscli_assume.outputs.written_profiles import LISTING_EXAMPLE, changed_lines, profile_listing
from awscli_assume.profiles.files import locate
from awscli_assume.profiles.identity_center import choose_session, sso_sessions
from awscli_assume.workflow.profiles.plan import plan_profiles
from awscli_assume.workflow.profiles.request import read_request
from awscli_assume.workflow.profiles.write import (
    list_granted,
    preview_outcomes,
    report,
    write_outcomes,
)


class ProfilesCommand(Verb):
    """Write a profile for each role, with one replace of the config file."""

    NAME = "profiles"

    def arguments(self) -> list[dict[str, Any]]:
        """Return the filters, the kind of the profiles, and how they are listed and written."""
        return [
            *_filters(),
            *_kinds(),
            text(
                "name-template",
                "The names of the profiles, with {account}, {account_id}, {role} and {session}. "
                "Default: <code>{account}-{role}</code>.",
            ),
            flag(
                "prune",
                "Also remove the profiles that this command wrote for roles that are no longer "
                "granted.",
            ),
            text(
                "sso-session",
                "The IAM Identity Center session, by its name or start URL. Default: the only one "
                "in the config file.",
            ),
            flag("no-cache", "List the roles again instead of using the cached list."),
            flag("login", "Run <code>aws sso login</code> if the session has expired."),
            flag("dry-run", "Print the changes to the config file. Nothing is written."),
        ]

    def example(self, parsed_args: Any) -> Optional[object]:
        """Return an object with the types of what is printed after the files are written."""
        return None if parsed_args.dry_run else LISTING_EXAMPLE

    def _run(self, parsed_args: Any, context: CommandContext) -> int:
        files = locate(context.session)
        session = choose_session(
            sso_sessions(context.session.full_config), parsed_args.sso_session
        )
        request = read_request(context, parsed_args, session)
        granted = list_granted(context, session, request, parsed_args)
        outcomes = plan_profiles(context, granted.request, session, granted.roles)
        if parsed_args.dry_run:
            diffs, outcomes = preview_outcomes(files, outcomes)
            print_object(context, self.name, {"Changes": changes(diffs)})
        else:
            outcomes = write_outcomes(context, files, outcomes)
            if is_for_people(context):
                context.environment.write(changed_lines(outcomes))
            else:
                print_object(context, self.name, profile_listing(session.name, outcomes))
        return report(context, outcomes, granted.failures, parsed_args.dry_run)


def _filters() -> list[Argument]:
    return [
        {
            "name": "words",
            "help_text": "Only the roles that contain all these words in the account name, "
            "account ID or role name, in any order and case. Default: all roles.",
            "positional_arg": True,
            "nargs": "*",
            "no_paramfile": True,
            "synopsis": "[WORDS ...]",
        },
        texts(
            "accounts",
            "Only these accounts, by name or ID. <code>*</code> stands for any characters.",
        ),
        texts("roles", "Only these roles, by name. <code>*</code> stands for any characters."),
    ]


def _kinds() -> list[Argument]:
    return [
        text(
            "as",
            "How the profiles get credentials: from IAM Identity Center (<code>sso</code>), from "
            "a <code>credential_process</code> for tools that don't support IAM Identity Center "
            "(<code>auto-refresh</code>), or by assuming <code>--role-name</code> in each account "
            "(<code>role</code>). Default: <code>sso</code>.",
        ),
        text(
            "role-name",
            "With <code>--as role</code>: the IAM role that the profiles assume, with its path if "
            "it has one.",
        ),
        text(
            "source", "With <code>--as role</code>: the profile whose credentials assume the role."
        ),
    ]

"""``aws assume roles``: the roles that the user can assume."""

from __future__ import annotations

from typing import Any

from awscli_assume.arguments.options import flag, literal_text, words_argument
from awscli_assume.commands.verbs import Verb
from awscli_assume.host.context import CommandContext
from awscli_assume.outputs.printing import (
    PARTIAL_FAILURE,
    columns_of,
    is_for_people,
    print_object,
    style_of,
)
from awscli_assume.outputs.role_table import notes_on, role_listing, role_table
from awscli_assume.workflow.roles.list_roles import list_roles


class RolesCommand(Verb):
    """List the roles of profiles and IAM Identity Center, and on request those that trust you."""

    NAME = "roles"

    def arguments(self) -> list[dict[str, Any]]:
        """Return the words to filter by, and what to list."""
        return [
            words_argument(
                "words",
                "Only the roles that contain all these words in the account name, account ID, "
                "role name, profile or SSO session, in any order and case.",
                "[WORDS ...]",
            ),
            flag(
                "trusting-me",
                "Also list the roles in the caller's account whose trust policy allows the "
                "caller.",
            ),
            literal_text(
                "sso-session",
                "List only the roles of this IAM Identity Center session, by its name or start "
                "URL. Default: all sessions in the config file.",
            ),
            flag("no-cache", "Don't use the cached list of roles."),
            flag("login", "Run <code>aws sso login</code> if a session has expired."),
        ]

    def _run(self, parsed_args: Any, context: CommandContext) -> int:
        environment = context.environment
        found = list_roles(
            context,
            parsed_args.words,
            parsed_args.trusting_me,
            parsed_args.no_cache,
            sso_session=parsed_args.sso_session,
            login=parsed_args.login,
        )
        if is_for_people(context):
            columns = columns_of(environment.stdout)
            style, now = style_of(context), environment.now()
            environment.write(role_table(found.roles, now, style, columns, parsed_args.words))
            environment.notify(notes_on(found.roles))
        else:
            print_object(context, self.name, role_listing(found.roles))
        for failure in found.failures:
            environment.notify(f"aws: [WARNING]: {failure}\n")
        return PARTIAL_FAILURE if found.failures else 0

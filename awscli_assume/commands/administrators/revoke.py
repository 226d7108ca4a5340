"""``aws assume revoke``: end the session of a profile, or all sessions of a role."""

from __future__ import annotations

from typing import Any, Optional

from awscli_assume.arguments.profiles import revoke_arguments
from awscli_assume.commands.verbs import Verb
from awscli_assume.host.context import CommandContext
from awscli_assume.outputs.new_role import requests
from awscli_assume.outputs.printing import print_object
from awscli_assume.workflow.planning.profile_selection import check_alone
from awscli_assume.workflow.revoke.revoke import (
    RESULT_EXAMPLE,
    confirm,
    prepare_revocation,
    revoke,
)
from awscli_assume.workflow.revoke.target import choose_sessions

# The user answered no.
NOT_CONFIRMED = 1


class RevokeCommand(Verb):
    """Put a policy on the role that denies everything to sessions that were issued before now."""

    NAME = "revoke"

    def arguments(self) -> list[dict[str, Any]]:
        """Return the sessions to revoke, --undo, --yes and --dry-run."""
        return revoke_arguments()

    def example(self, parsed_args: Any) -> Optional[object]:
        """Return an object with the types of what is printed after the policy is changed."""
        return None if parsed_args.dry_run else RESULT_EXAMPLE

    def _run(self, parsed_args: Any, context: CommandContext) -> int:
        check_alone(parsed_args, "yes", "dry_run")
        target = choose_sessions(
            context, parsed_args.name, parsed_args.all_sessions, parsed_args.undo
        )
        prepared = prepare_revocation(context, target, parsed_args.undo)
        if parsed_args.dry_run:
            print_object(context, self.name, requests(prepared.calls))
            return 0
        confirmed = confirm(context.environment, [prepared], parsed_args.yes)
        if confirmed is None:
            return NOT_CONFIRMED
        revoke(context, confirmed[0])
        print_object(context, self.name, confirmed[0].result)
        return 0

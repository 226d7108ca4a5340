"""``aws assume list``: the profiles that we wrote."""

from __future__ import annotations

from typing import Any

from awscli_assume.arguments.options import flag
from awscli_assume.commands.verbs import Verb
from awscli_assume.host.context import CommandContext
from awscli_assume.outputs.printing import is_for_people, print_object, style_of
from awscli_assume.outputs.profile_list import attribution, listing, table
from awscli_assume.outputs.summary import missing_program_warning
from awscli_assume.profiles.provisioned.mark import role_states
from awscli_assume.profiles.state import inspect_all, with_source_identities


class ListCommand(Verb):
    """List the profiles that ``assume`` and ``each`` wrote, without a call or a write."""

    NAME = "list"

    def arguments(self) -> list[dict[str, Any]]:
        """Return --verbose."""
        return [flag("verbose", "Show also how CloudTrail names the session of each profile.")]

    def _run(self, parsed_args: Any, context: CommandContext) -> int:
        profiles = context.session.full_config["profiles"]
        states = inspect_all(profiles, context.environment.now())
        if parsed_args.verbose:
            states = with_source_identities(states)
        states += role_states(profiles)
        if is_for_people(context):
            now = context.environment.now()
            more = attribution(states) if parsed_args.verbose else ""
            context.environment.write(table(states, now, style_of(context)) + more)
        else:
            print_object(context, self.name, listing(states, verbose=parsed_args.verbose))
        for state in states:
            context.environment.notify(missing_program_warning(state))
        return 0

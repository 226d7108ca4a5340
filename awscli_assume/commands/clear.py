"""``aws assume clear``: take out what we wrote, and only that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Optional

from awscli_assume.arguments.profiles import dry_run_argument, profile_arguments
from awscli_assume.arguments.sts import flag
from awscli_assume.commands.verbs import Verb
from awscli_assume.host.context import CommandContext
from awscli_assume.outputs.printing import print_object
from awscli_assume.outputs.summary import LISTING_EXAMPLE, changes, listing
from awscli_assume.profiles.files import locate
from awscli_assume.profiles.state import CLEARED, EXPIRED, ProfileState, inspect_all
from awscli_assume.profiles.target import clear_edits, clear_targets
from awscli_assume.profiles.writer.diff import preview
from awscli_assume.workflow.planning.profile_selection import (
    check_alone,
    choose_one,
    word_or_option,
)
from awscli_assume.workflow.refresh.credential_process import remove_old_cache


class ClearCommand(Verb):
    """Remove our keys, our record and the region that we wrote; all else stays."""

    NAME = "clear"

    def arguments(self) -> list[dict[str, Any]]:
        """Return the profiles to clear, and --dry-run."""
        return [
            *profile_arguments("The profile to clear."),
            flag("expired", "Clear the profiles that aws assume wrote and that have expired."),
            flag("all", "Clear every profile that aws assume wrote."),
            dry_run_argument(),
        ]

    def example(self, parsed_args: Any) -> Optional[object]:
        """Return an object with the types of what is printed after the files are written."""
        return None if parsed_args.dry_run else LISTING_EXAMPLE

    def _run(self, parsed_args: Any, context: CommandContext) -> int:
        check_alone(parsed_args, "name", "update_profile", "expired", "all")
        states = self._chosen(parsed_args, context)
        files = locate(context.session)
        if parsed_args.dry_run:
            result: Any = {"Changes": changes(preview(clear_edits(files, states)))}
        else:
            clear_targets(files, states)
            for state in states:
                remove_old_cache(state)
            result = listing([replace(s, state=CLEARED, seconds_left=0) for s in states])
            what = "profile" if len(states) == 1 else "profiles"
            context.environment.notify(f"Cleared {len(states)} {what}\n")
        print_object(context, self.name, result)
        return 0

    def _chosen(self, parsed_args: Any, context: CommandContext) -> list[ProfileState]:
        if not parsed_args.all and not parsed_args.expired:
            return [choose_one(context, word_or_option(parsed_args))]
        profiles = context.session.full_config["profiles"]
        states = inspect_all(profiles, context.environment.now())
        return [state for state in states if parsed_args.all or state.state == EXPIRED]

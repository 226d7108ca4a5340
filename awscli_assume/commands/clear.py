"""``aws assume clear``: take out what we wrote, and only that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Optional

from awscli_assume.arguments.options import flag
from awscli_assume.arguments.profiles import (
    dry_run_argument,
    profile_arguments,
    revoke_flag,
    yes_argument,
)
from awscli_assume.commands.verbs import Verb
from awscli_assume.errors import InvalidRequest
from awscli_assume.host.context import CommandContext
from awscli_assume.outputs.printing import print_object
from awscli_assume.outputs.profile_list import LISTING_EXAMPLE, listing
from awscli_assume.outputs.summary import changes
from awscli_assume.profiles.files import locate
from awscli_assume.profiles.provisioned.edits import ProfileEdit
from awscli_assume.profiles.record import read_record
from awscli_assume.profiles.state import CLEARED, EXPIRED, ProfileState, inspect_all
from awscli_assume.workflow.planning.profile_selection import (
    check_alone,
    choose_one,
    word_or_option,
)
from awscli_assume.workflow.profiles.clear import (
    clear_profiles,
    marked_edits,
    preview_clear,
    states_without_record,
)
from awscli_assume.workflow.refresh.credential_process import remove_old_cache

# The user answered no to --revoke.
NOT_CONFIRMED = 1


class ClearCommand(Verb):
    """Remove our keys, our record and the region that we wrote; all else stays."""

    NAME = "clear"
    EXAMPLE = LISTING_EXAMPLE

    def arguments(self) -> list[dict[str, Any]]:
        """Return the profiles to clear, and --dry-run."""
        return [
            *profile_arguments("The profile to clear."),
            flag("expired", "Clear the profiles that aws assume wrote and that have expired."),
            flag("all", "Clear every profile that aws assume wrote."),
            revoke_flag(),
            yes_argument("Revoke without the question on the terminal, for scripts."),
            dry_run_argument(),
        ]

    def _run(self, parsed_args: Any, context: CommandContext) -> int:
        check_alone(parsed_args, "name", "update_profile", "expired", "all")
        states, edits = self._chosen(parsed_args, context)
        if parsed_args.yes and not parsed_args.revoke:
            raise InvalidRequest("--yes goes with --revoke: leave it out, or add --revoke")
        files = locate(context.session)
        if parsed_args.dry_run:
            planned = _revocation(context, states, parsed_args) if parsed_args.revoke else None
            changed = changes(preview_clear(files, states, edits))
            print_object(context, self.name, {**(planned or {}), "Changes": changed})
            return 0
        if parsed_args.revoke and _revocation(context, states, parsed_args) is None:
            return NOT_CONFIRMED
        clear_profiles(files, states, edits)
        for state in states:
            remove_old_cache(state)
        cleared = [replace(state, state=CLEARED, seconds_left=0) for state in states]
        cleared += states_without_record(edits)
        what = "profile" if len(cleared) == 1 else "profiles"
        context.environment.notify(f"Cleared {len(cleared)} {what}\n")
        print_object(context, self.name, listing(cleared))
        return 0

    def _chosen(
        self, parsed_args: Any, context: CommandContext
    ) -> tuple[list[ProfileState], list[ProfileEdit]]:
        """Return the profiles with a record, and the edits that remove those of ``profiles``."""
        profiles = context.session.full_config["profiles"]
        if not parsed_args.all and not parsed_args.expired:
            name = word_or_option(parsed_args)
            edits = [] if name is None else marked_edits(context, name)
            if edits and read_record(profiles[name]) is None:
                return [], edits
            return [choose_one(context, name)], edits
        states = inspect_all(profiles, context.environment.now())
        if parsed_args.all:
            return states, marked_edits(context)
        return [state for state in states if state.state == EXPIRED], []


def _revocation(
    context: CommandContext, states: list[ProfileState], parsed_args: Any
) -> Optional[dict[str, object]]:
    """Revoke the sessions of the profiles, and return the requests; None if the user said no."""
    # Imported here, because clear calls nothing otherwise.
    from awscli_assume.workflow.revoke.revoke import revoke_profiles

    return revoke_profiles(context, states, parsed_args.yes, parsed_args.dry_run)

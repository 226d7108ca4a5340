"""``aws assume clear``: take out what we wrote, and only that."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Optional

from awscli.customizations.commands import BasicCommand

import awscli_assume
from awscli_assume.arguments.profiles import dry_run_argument, profile_argument
from awscli_assume.arguments.sts import flag
from awscli_assume.host.environment import Environment
from awscli_assume.outputs.printing import print_object
from awscli_assume.outputs.summary import changes, listing
from awscli_assume.profiles.clearing import clear_edits, clear_targets
from awscli_assume.profiles.files import locate
from awscli_assume.profiles.state import CLEARED, EXPIRED, ProfileState, inspect_all
from awscli_assume.profiles.writer.diff import preview
from awscli_assume.workflow.planning.profile_selection import check_alone, choose_one
from awscli_assume.workflow.refresh.credential_process import forget


class ClearCommand(BasicCommand):
    """Remove our keys, our record and the region that we wrote; all else stays."""

    NAME = "clear"
    DESCRIPTION = BasicCommand.FROM_FILE(
        "assume", "clear", "_description.rst", root_module=awscli_assume
    )
    EXAMPLES = BasicCommand.FROM_FILE(
        "assume", "clear", "_examples.rst", root_module=awscli_assume
    )

    def __init__(self, session: Any, environment: Optional[Environment] = None) -> None:
        super().__init__(session)
        self.ARG_TABLE = [
            profile_argument("The profile to clear."),
            flag("expired", "Clear every profile of ours whose credentials have expired."),
            flag("all", "Clear every profile of ours."),
            dry_run_argument(),
        ]
        self._environment = environment if environment is not None else Environment()

    def _run_main(self, parsed_args: Any, parsed_globals: Any) -> int:
        check_alone(parsed_args, "update_profile", "expired", "all")
        states = self._chosen(parsed_args)
        files = locate(self._session)
        if parsed_args.dry_run:
            answer: Any = {"Changes": changes(preview(clear_edits(files, states)))}
        else:
            clear_targets(files, states)
            for state in states:
                forget(state)
            answer = listing([replace(s, state=CLEARED, seconds_left=0) for s in states])
            what = "profile" if len(states) == 1 else "profiles"
            self._environment.notify(f"Cleared {len(states)} {what}\n")
        print_object(self._session, parsed_globals, self.name, answer, self._environment)
        return 0

    def _chosen(self, parsed_args: Any) -> list[ProfileState]:
        profiles = self._session.full_config["profiles"]
        if not parsed_args.all and not parsed_args.expired:
            named = parsed_args.update_profile
            return [choose_one(self._session, profiles, named, self._environment)]
        states = inspect_all(profiles, self._environment.now())
        return [state for state in states if parsed_args.all or state.state == EXPIRED]

"""``aws assume list``: the profiles that we wrote."""

from __future__ import annotations

from typing import Any, Optional

from awscli.customizations.commands import BasicCommand

import awscli_assume
from awscli_assume.host.environment import Environment
from awscli_assume.outputs.printing import print_table_to_people
from awscli_assume.outputs.summary import listing
from awscli_assume.profiles.state import inspect_all


class ListCommand(BasicCommand):
    """List the profiles that carry our record; nothing is called and nothing written."""

    NAME = "list"
    DESCRIPTION = BasicCommand.FROM_FILE(
        "assume", "list", "_description.rst", root_module=awscli_assume
    )
    EXAMPLES = BasicCommand.FROM_FILE("assume", "list", "_examples.rst", root_module=awscli_assume)

    def __init__(self, session: Any, environment: Optional[Environment] = None) -> None:
        super().__init__(session)
        self._environment = environment if environment is not None else Environment()

    def _run_main(self, parsed_args: Any, parsed_globals: Any) -> int:
        profiles = self._session.full_config["profiles"]
        states = inspect_all(profiles, self._environment.now())
        print_table_to_people(
            self._session, parsed_globals, self.name, listing(states), self._environment
        )
        return 0

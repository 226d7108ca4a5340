"""``aws assume``: assume a role and keep it as a named profile."""

from __future__ import annotations

from typing import Any, Optional

from awscli.customizations.commands import BasicCommand

import awscli_assume
from awscli_assume.commands.arguments import role_arguments, sts_arguments, target_arguments
from awscli_assume.commands.environment import Environment
from awscli_assume.commands.road import Assumed, Plan, make_plan, travel
from awscli_assume.host import get_formatter
from awscli_assume.outputs.summary import chaining_note, environment_warning, success_line, summary
from awscli_assume.profiles.files import locate
from awscli_assume.profiles.ownership import check_not_source, check_ours
from awscli_assume.profiles.record import read_record, record_of
from awscli_assume.profiles.target import Target, check_writable, region_to_write, write_target


class AssumeCommand(BasicCommand):
    """Assume a role through the CLI's own session and write it to a target profile."""

    NAME = "assume"
    DESCRIPTION = BasicCommand.FROM_FILE("assume", "_description.rst", root_module=awscli_assume)
    SYNOPSIS = ""
    EXAMPLES = BasicCommand.FROM_FILE("assume", "_examples.rst", root_module=awscli_assume)

    def __init__(self, session: Any, environment: Optional[Environment] = None) -> None:
        super().__init__(session)
        self.ARG_TABLE = role_arguments() + target_arguments() + sts_arguments()
        self._environment = environment if environment is not None else Environment()

    def _run_main(self, parsed_args: Any, parsed_globals: Any) -> int:
        plan = make_plan(self._session, parsed_args, parsed_globals, self._environment)
        files = locate(self._session)
        before = self._session.full_config["profiles"].get(plan.ends.target)
        check_not_source(plan.ends.target, plan.ends.source)
        check_ours(plan.ends.target, before)
        check_writable(files)
        assumed = travel(self._session, parsed_globals, plan, self._environment)
        region = region_to_write(before, parsed_globals.region, assumed.region)
        write_target(files, self._target(plan, assumed, region))
        self._print(plan, assumed, region or (before or {}).get("region"), parsed_globals)
        return 0

    def _target(self, plan: Plan, assumed: Assumed, region: Optional[str]) -> Target:
        record = record_of(assumed.request, plan.session_name, plan.ends.source, region)
        return Target(plan.ends.target, assumed.credentials, record, region)

    def _print(
        self, plan: Plan, assumed: Assumed, region: Optional[str], parsed_globals: Any
    ) -> None:
        credentials, name = assumed.credentials, plan.ends.target
        output = parsed_globals.output or self._session.get_config_variable("output")
        formatter = get_formatter(output, parsed_globals)
        formatter(
            self.name,
            summary(credentials, assumed.request.role, name, region),
            self._environment.out,
        )
        variables, now = self._environment.variables, self._environment.now()
        self._environment.tell(success_line(credentials.expiration, now, name, variables))
        self._environment.tell(environment_warning(name, variables))
        source = plan.ends.source
        profiles = self._session.full_config["profiles"]
        if source and parsed_globals.profile is None and read_record(profiles.get(source)):
            self._environment.tell(chaining_note(source))

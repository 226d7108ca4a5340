"""``aws assume explain``: why a role can or cannot be assumed."""

from __future__ import annotations

import sys
from typing import Any, Optional

from awscli.customizations.commands import BasicCommand

import awscli_assume
from awscli_assume.arguments.role import role_arguments
from awscli_assume.arguments.sts import sts_arguments, text
from awscli_assume.host import overridden_profiles
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.outputs.diagnosis import as_object, as_text
from awscli_assume.outputs.printing import print_object
from awscli_assume.workflow.explain.diagnose import diagnose
from awscli_assume.workflow.planning.make_plan import make_plan


class ExplainCommand(BasicCommand):
    """Return a verdict with its evidence; AssumeRole is not called and nothing is written."""

    NAME = "explain"
    DESCRIPTION = BasicCommand.FROM_FILE(
        "assume", "explain", "_description.rst", root_module=awscli_assume
    )
    EXAMPLES = BasicCommand.FROM_FILE(
        "assume", "explain", "_examples.rst", root_module=awscli_assume
    )

    def __init__(self, session: Any, environment: Optional[Environment] = None) -> None:
        super().__init__(session)
        self.ARG_TABLE = [*role_arguments(), *_own_arguments(), *sts_arguments()]
        self._environment = environment if environment is not None else Environment()

    def _run_main(self, parsed_args: Any, parsed_globals: Any) -> int:
        context = CommandContext(self._session, parsed_globals, self._environment)
        environment = context.environment
        plan = make_plan(context, parsed_args)
        with overridden_profiles(context.session, plan.session_profiles):
            diagnosis = diagnose(context, plan, parsed_args.role_account_profile)
        if context.parsed_globals.output is None and context.parsed_globals.query is None:
            stream = environment.out if environment.out is not None else sys.stdout
            stream.write(as_text(diagnosis))
        else:
            answer = as_object(diagnosis)
            print_object(context, self.name, answer)
        return diagnosis.exit_code


def _own_arguments() -> list[dict[str, Any]]:
    return [
        text(
            "role-account-profile",
            "A profile of the role's account that may read its roles. Default: the caller, who "
            "sees the roles of the own account alone.",
        ),
        text(
            "update-profile",
            "The target profile that <code>aws assume</code> would write, to look whether it can. "
            "Default: <code>assumed-role</code>.",
        ),
    ]

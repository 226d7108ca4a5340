"""``aws assume explain``: why a role can or cannot be assumed."""

from __future__ import annotations

from typing import Any

from awscli_assume.arguments.assume_role import sts_arguments
from awscli_assume.arguments.options import flag, text
from awscli_assume.arguments.role import role_arguments
from awscli_assume.commands.verbs import Verb
from awscli_assume.host import overridden_profiles
from awscli_assume.host.context import CommandContext
from awscli_assume.outputs.diagnosis import as_object, as_text
from awscli_assume.outputs.printing import print_object, style_of
from awscli_assume.workflow.planning.make_plan import plan_role


class ExplainCommand(Verb):
    """Print a verdict with its evidence. AssumeRole is not called, and nothing is written."""

    NAME = "explain"

    def arguments(self) -> list[dict[str, Any]]:
        """Return the role, the profiles to check, and the parameters of AssumeRole."""
        return [*role_arguments(), *_profile_arguments(), *sts_arguments()]

    def _run(self, parsed_args: Any, context: CommandContext) -> int:
        plan = plan_role(context, parsed_args)
        with overridden_profiles(context.session, plan.session_profiles):
            diagnosis = plan.diagnose(context, parsed_args.role_account_profile)
        if context.parsed_globals.output is None and context.parsed_globals.query is None:
            context.environment.write(as_text(diagnosis, style_of(context), parsed_args.verbose))
        else:
            print_object(context, self.name, as_object(diagnosis))
        return diagnosis.exit_code


def _profile_arguments() -> list[dict[str, Any]]:
    return [
        text(
            "role-account-profile",
            "The profile that looks up the role, if the role is in another account than the "
            "caller. Default: the source profile.",
        ),
        text(
            "update-profile",
            "The target profile of <code>aws assume</code>; the command checks whether it can be "
            "written. Default: <code>assumed-role</code>.",
        ),
        flag("verbose", "Print the evidence of all steps, also of those without a problem."),
    ]

"""``aws assume root``: a privileged task as the root user of a member account (AssumeRoot)."""

from __future__ import annotations

import shlex
from typing import Any, Optional

from awscli_assume.arguments.root import check_one_target, root_arguments
from awscli_assume.commands.verbs import Verb
from awscli_assume.errors import InvalidRequest
from awscli_assume.host.context import CommandContext
from awscli_assume.outputs.printing import check_stdout, print_object
from awscli_assume.outputs.summary import (
    SUMMARY_EXAMPLE,
    environment_warning,
    success_line,
    summary,
)
from awscli_assume.workflow.planning.typed_words import split_command
from awscli_assume.workflow.root.plan import RootPlan, plan_root, print_session, run_with_session
from awscli_assume.workflow.target_profile import (
    check_target,
    obtain_and_write,
    preview_target,
    warn_about_target,
    with_target_name,
)


class RootCommand(Verb):
    """Get a privileged session, and write it to a profile, print it, or run a command with it."""

    NAME = "root"

    def arguments(self) -> list[dict[str, Any]]:
        """Return the account, the task policy, the target, and the command."""
        return root_arguments()

    def __call__(self, args: Any, parsed_globals: Any) -> Any:
        """Run the command. Everything after the first ``--`` belongs to the child."""
        own, self._command = split_command(args)
        return super().__call__(own, parsed_globals)

    def example(self, parsed_args: Any) -> Optional[object]:
        """Return an object with the types of what is printed after the profile is written."""
        return None if parsed_args.dry_run else SUMMARY_EXAMPLE

    def check_output(self, parsed_args: Any, context: CommandContext) -> None:
        """Raise an error if stdout can't take the result. That of a command is its own."""
        if self._command is None and parsed_args.export is None:
            super().check_output(parsed_args, context)
        elif self._command is None:
            check_stdout(context)

    def _run(self, parsed_args: Any, context: CommandContext) -> int:
        if parsed_args.command:
            raise InvalidRequest(
                "The command stands after --. Try: aws assume root --account-id 123456789012 "
                "--task-policy IAMAuditRootUserCredentials -- "
                f"{shlex.join(parsed_args.command)}"
            )
        check_one_target(parsed_args, self._command is not None)
        plan = plan_root(context, parsed_args)
        if parsed_args.export is not None:
            return print_session(context, plan, parsed_args.export, parsed_args.login)
        if self._command is not None:
            return run_with_session(context, plan, self._command, parsed_args.login)
        return self._write(parsed_args, context, plan)

    def _write(self, parsed_args: Any, context: CommandContext, plan: RootPlan) -> int:
        checked = check_target(context, with_target_name(context, plan, parsed_args.login))
        if parsed_args.dry_run:
            print_object(context, self.name, preview_target(context, checked))
            return 0
        state = obtain_and_write(context, checked, parsed_args.login)
        environment = context.environment
        print_object(context, self.name, summary(state))
        environment.notify(success_line(state, environment.now(), environment.variables))
        environment.notify(environment_warning(state.name, environment.variables))
        warn_about_target(context, checked)
        return 0

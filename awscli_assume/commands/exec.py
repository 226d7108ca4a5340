"""``aws assume exec``: run a command, or a shell, as a role."""

from __future__ import annotations

from typing import Any

from awscli_assume.arguments.options import flag
from awscli_assume.arguments.profiles import no_cache_argument
from awscli_assume.arguments.role import role_verb_arguments
from awscli_assume.commands.verbs import Verb
from awscli_assume.host import user_environment
from awscli_assume.host.context import CommandContext
from awscli_assume.outputs.summary import shell_line
from awscli_assume.outputs.variables import environment_with_keys
from awscli_assume.workflow.credentials.copy_source import plan_to_use
from awscli_assume.workflow.credentials.login import signed_in
from awscli_assume.workflow.credentials.reuse import with_cache
from awscli_assume.workflow.planning.typed_words import check_command_is_apart, split_command
from awscli_assume.workflow.run.child_process import become, command_or_shell, find_program
from awscli_assume.workflow.run.with_endpoint import run_with_endpoint


class ExecCommand(Verb):
    """Give a child the credentials in its environment; on POSIX this process becomes it."""

    NAME = "exec"

    def arguments(self) -> list[dict[str, Any]]:
        """Return the role, the parameters of AssumeRole, and the command."""
        return [
            *role_verb_arguments(
                _auto_refresh_argument(),
                no_cache_argument(
                    "Assume the role again, and keep its credentials in memory and in the "
                    "environment of the command only."
                ),
            ),
            _command_argument(),
        ]

    def __call__(self, args: Any, parsed_globals: Any) -> Any:
        """Run the command. Everything after the first ``--`` belongs to the child."""
        own, self._command = split_command(args)
        return super().__call__(own, parsed_globals)

    def check_output(self, parsed_args: Any, context: CommandContext) -> None:
        """Check nothing: stdout is the command's."""

    def _run(self, parsed_args: Any, context: CommandContext) -> int:
        environment = context.environment
        check_command_is_apart(self.NAME, parsed_args)
        parsed_args.command = list(self._command or ())
        before = user_environment(environment.variables)
        command = command_or_shell(parsed_args.command, before)
        program = find_program(command[0], before)
        if program.exit_code:
            environment.notify(f"aws: [ERROR]: {program.reason}\n")
            return program.exit_code
        if parsed_args.auto_refresh:
            return run_with_endpoint(context, parsed_args, [program.path, *command])
        plan = with_cache(plan_to_use(context, parsed_args), parsed_args)
        found = signed_in(context, plan, lambda: plan.obtain_to_use(context), parsed_args.login)
        if not parsed_args.command:
            environment.notify(shell_line(found.role, found.credentials.expiration))
        child = environment_with_keys(
            before, found.credentials, found.region, found.role, found.source
        )
        return become(program.path, command, child)


def _auto_refresh_argument() -> dict[str, Any]:
    return flag(
        "auto-refresh",
        "Give the command the address of a local endpoint in place of keys. The endpoint renews "
        "the credentials while the command runs.",
    )


def _command_argument() -> dict[str, Any]:
    return {
        "name": "command",
        "help_text": "The command to run, after <code>--</code>. Default: your shell.",
        "positional_arg": True,
        "nargs": "*",
        # A word such as file://… is the child's, not the CLI's to read.
        "no_paramfile": True,
        "synopsis": "[-- COMMAND ...]",
    }

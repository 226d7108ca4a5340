"""``aws assume exec``: run a command, or a shell, as a role."""

from __future__ import annotations

from typing import Any, Optional

from awscli.customizations.commands import BasicCommand

import awscli_assume
from awscli_assume.commands.arguments import flag, sts_arguments
from awscli_assume.commands.child import become, command_or_shell, find_program
from awscli_assume.commands.environment import Environment
from awscli_assume.commands.obtaining import obtain
from awscli_assume.commands.proof_arguments import keep_proofs_apart, proof_arguments
from awscli_assume.commands.role_arguments import role_arguments
from awscli_assume.commands.serving import run_with_endpoint
from awscli_assume.host import environment_of_the_person
from awscli_assume.outputs.child import environment_with_keys
from awscli_assume.outputs.summary import shell_line


class ExecCommand(BasicCommand):
    """Give a child the credentials in its environment; on POSIX this process becomes it."""

    NAME = "exec"
    DESCRIPTION = BasicCommand.FROM_FILE(
        "assume", "exec", "_description.rst", root_module=awscli_assume
    )
    EXAMPLES = BasicCommand.FROM_FILE("assume", "exec", "_examples.rst", root_module=awscli_assume)

    def __init__(self, session: Any, environment: Optional[Environment] = None) -> None:
        super().__init__(session)
        keep_proofs_apart(session, self.NAME)
        self.ARG_TABLE = [*role_arguments(), _auto_refresh_argument(), *sts_arguments()]
        self.ARG_TABLE += proof_arguments()
        self.ARG_TABLE.append(_command_argument())
        self._environment = environment if environment is not None else Environment()

    def _run_main(self, parsed_args: Any, parsed_globals: Any) -> int:
        environment = self._environment
        before = environment_of_the_person(environment.variables)
        command = command_or_shell(parsed_args.command, before)
        program = find_program(command[0], before)
        if program.exit_code:
            environment.tell(f"aws: [ERROR]: {program.reason}\n")
            return program.exit_code
        if parsed_args.auto_refresh:
            return run_with_endpoint(
                self._session, parsed_args, parsed_globals, environment, [program.path, *command]
            )
        found = obtain(self._session, parsed_args, parsed_globals, environment)
        if not parsed_args.command:
            environment.tell(shell_line(found.role_arn, found.credentials.expiration))
        child = environment_with_keys(before, found.credentials, found.region, found.role_arn)
        return become(program.path, command, child)


def _auto_refresh_argument() -> dict[str, Any]:
    return flag(
        "auto-refresh",
        "Give the child no keys, but an endpoint on this machine that hands them out and renews "
        "them for as long as the child lives.",
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

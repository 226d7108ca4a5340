"""Give the credentials of a privileged session to stdout or to a command."""

from __future__ import annotations

from typing import Sequence

from awscli_assume.host import user_environment
from awscli_assume.host.context import CommandContext
from awscli_assume.outputs.export_formats import chosen_format, render
from awscli_assume.outputs.summary import shell_line
from awscli_assume.outputs.variables import environment_with_keys, source_variables
from awscli_assume.workflow.credentials.login import signed_in
from awscli_assume.workflow.root.plan import RootPlan
from awscli_assume.workflow.run.child_process import become, command_or_shell, find_program


def print_session(context: CommandContext, plan: RootPlan, format_name: str, login: bool) -> int:
    """Print the credentials in a format of ``export``."""
    chosen = chosen_format(format_name, context.environment.variables)
    found = signed_in(context, plan, lambda: plan.obtain_to_use(context), login)
    more = source_variables(found.credentials, found.role, found.source)
    context.environment.write(render(chosen, found.credentials, found.region, more))
    return 0


def run_with_session(
    context: CommandContext, plan: RootPlan, words: Sequence[str], login: bool
) -> int:
    """Run a command, or a shell, with the credentials. On POSIX this process becomes it."""
    environment = context.environment
    before = user_environment(environment.variables)
    command = command_or_shell(words, before)
    program = find_program(command[0], before)
    if program.exit_code:
        environment.notify(f"aws: [ERROR]: {program.reason}\n")
        return program.exit_code
    found = signed_in(context, plan, lambda: plan.obtain_to_use(context), login)
    if not words:
        environment.notify(shell_line(found.role, found.credentials.expiration))
    child = environment_with_keys(before, found.credentials, found.region, found.role)
    return become(program.path, command, child)

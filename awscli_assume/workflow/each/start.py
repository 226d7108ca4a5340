"""What a command line runs in each account, and what starts it there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Mapping, Optional

from awscli_assume.arguments.each_command import EachOptions
from awscli_assume.host import own_executable, user_environment
from awscli_assume.host.driver import CAN_FORK_COMMANDS
from awscli_assume.model.credentials import UsableCredentials
from awscli_assume.model.each.command import EachCommand
from awscli_assume.model.each.results import EachTarget
from awscli_assume.outputs.variables import (
    environment_with_keys,
    environment_without_credentials,
    target_variables,
)
from awscli_assume.workflow.each.command_server import Request
from awscli_assume.workflow.each.processes import CommandRunner, StartedProcesses
from awscli_assume.workflow.run.child_process import find_program

# Of all commands: nobody can press a key.
_WITHOUT_KEYBOARD = {"AWS_PAGER": "", "AWS_CLI_AUTO_PROMPT": "off"}


@dataclass(frozen=True)
class PlannedCommand:
    """A command and how it runs.

    ``path`` is its program, or None for the AWS CLI in a forked process. ``reason`` is why it
    can't run, or empty. ``environment`` is that of all targets, without credentials.
    """

    command: EachCommand
    environment: Mapping[str, str]
    path: Optional[str] = None
    reason: str = ""

    def request(self, target: EachTarget, found: UsableCredentials) -> Request:
        """Return what runs in a target. The environment contains the credentials."""
        environment = environment_with_keys(
            self.environment,
            found.credentials,
            self.command.region or target.region or found.region,
            found.role,
            found.source,
        )
        environment.update(target_variables(target.account_id, target.name))
        return Request(self.command.for_target(target), environment, self.path)


def plan_command(
    command: EachCommand, options: EachOptions, variables: Mapping[str, str]
) -> PlannedCommand:
    """Find the program of a command."""
    environment = {**user_environment(variables), **_WITHOUT_KEYBOARD}
    if command.is_aws and CAN_FORK_COMMANDS and not options.processes:
        return PlannedCommand(command, environment)
    name = own_executable(variables) if command.is_aws else command.words[0]
    program = find_program(name, environment)
    return PlannedCommand(command, environment, program.path, program.reason)


def start_commands(planned: PlannedCommand) -> CommandRunner:
    """Return what runs the requests. Called before the first thread starts."""
    if os.name != "posix":
        return StartedProcesses()
    # Imported here: Windows has no fork.
    from awscli_assume.workflow.each.forked_commands import ForkedCommands

    if planned.path is not None:
        return ForkedCommands()
    from awscli_assume.workflow.each.aws_commands import AwsCommands

    environment = environment_without_credentials(planned.environment)
    aws = AwsCommands(planned.command.words, environment, planned.command.region)
    return ForkedCommands(aws.prepare, aws.run)

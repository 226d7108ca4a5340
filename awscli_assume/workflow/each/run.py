"""Run one command in many accounts: select them, assume their roles, run it in each."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Iterator, Mapping, Optional, Sequence

from awscli_assume.arguments.each import read_each_output
from awscli_assume.arguments.each_command import EachOptions, read_each_options
from awscli_assume.aws.optional_call import CallUnavailable, error_code
from awscli_assume.errors import InvalidRequest
from awscli_assume.host import ClientError, own_executable, user_environment
from awscli_assume.host.context import CommandContext
from awscli_assume.host.driver import CAN_FORK_COMMANDS
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.each_command import EachCommand, read_command
from awscli_assume.model.each_results import (
    NONE_STARTED,
    RunDescription,
    TargetResult,
    failure_reason,
    select_shard,
)
from awscli_assume.model.targets.account import TargetAccount
from awscli_assume.outputs.each.sink import ResultSink, make_sink
from awscli_assume.outputs.variables import environment_with_keys, target_variables
from awscli_assume.workflow.each.command_server import Request
from awscli_assume.workflow.each.forked_commands import CommandRunner, Stopped
from awscli_assume.workflow.each.interrupts import Interrupts
from awscli_assume.workflow.each.roles import TargetRoles
from awscli_assume.workflow.each.sessions import AccountSession, TargetSession, targets_of
from awscli_assume.workflow.many_roles.engine import RoleEngine
from awscli_assume.workflow.run.child_process import find_program
from awscli_assume.workflow.targets.select import select_accounts

# What a result has in place of the exit code of a command that could not start.
_NOT_STARTED = 255
# The end of stderr, which may name an error code of AWS.
_TAIL_BYTES = 4096


@dataclass(frozen=True)
class Started:
    """The command, where it runs, and what starts it. ``path`` is None for a forked AWS CLI."""

    command: EachCommand
    options: EachOptions
    before: Mapping[str, str]
    path: Optional[str]


def run_each(
    context: CommandContext, parsed_args: ParsedArgs, words: Optional[Sequence[str]]
) -> int:
    """Run a command in each target, and return the exit code.

    Raises InvalidRequest and InvalidConfiguration before a role is assumed.
    """
    options = read_each_options(parsed_args)
    command = read_command(words, 1 if options.regions is None else len(options.regions))
    output = read_each_output(parsed_args, context.parsed_globals)
    before = _child_environment(context.environment.variables)
    path, reason = _program(command, options, before)
    if reason:
        context.environment.notify(f"aws: [ERROR]: {reason}\n")
        return NONE_STARTED
    started = Started(command, options, before, path)
    sink = make_sink(context, output, RunDescription(command.words, _selection(parsed_args)))
    # Before the first thread: the server is a forked process.
    with closing(start_commands(started)) as commands:
        selected = select_accounts(context, parsed_args)
        for note in selected.notes:
            context.environment.notify(f"{note}\n")
        roles = TargetRoles(context, parsed_args)
        planned = [(account, _role_of(roles, account)) for account in selected.accounts]
        with RoleEngine(context, options.workers, roles.session_profiles) as engine:
            interrupts = Interrupts(lambda: (engine.stop(), commands.stop()))
            with interrupts.handled():
                sessions = [AccountSession(account, role, engine) for account, role in planned]
                targets = targets_of(context, sessions, options, engine)
                run = _Run(started, commands, engine, sink, interrupts)
                run.all(targets, output.shard)
    return sink.exit_code

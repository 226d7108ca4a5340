"""Run one command in many accounts: select them, assume their roles, run it in each."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from typing import Iterator, Optional, Sequence

from awscli_assume.arguments.each_command import EachOptions, read_each_options
from awscli_assume.arguments.each_output import read_each_output
from awscli_assume.arguments.options import option_name
from awscli_assume.arguments.write_profiles import read_write_request
from awscli_assume.aws.optional_call import CallUnavailable, error_code
from awscli_assume.aws.sts.client import region_warning
from awscli_assume.errors import InvalidRequest
from awscli_assume.host import ClientError, region_of_variable
from awscli_assume.host.context import CommandContext, RequestSettings
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.each.command import EachCommand, read_command
from awscli_assume.model.each.results import (
    ALL_SUCCEEDED,
    NONE_STARTED,
    RunDescription,
    Shard,
    TargetResult,
    parse_shard,
    select_shard,
)
from awscli_assume.model.printable import printable_line
from awscli_assume.model.targets.account import TargetAccount
from awscli_assume.outputs.each.sink import ResultSink, make_sink
from awscli_assume.outputs.each.target_list import print_targets
from awscli_assume.workflow.each.interrupts import Interrupts
from awscli_assume.workflow.each.processes import CommandRunner, Stopped
from awscli_assume.workflow.each.roles import TargetRoles, with_given_code
from awscli_assume.workflow.each.sessions import AccountSession, TargetSession, targets_of
from awscli_assume.workflow.each.start import PlannedCommand, plan_command, start_commands
from awscli_assume.workflow.many_roles.engine import RoleEngine
from awscli_assume.workflow.targets.select import select_accounts

# The exit code of a result whose command could not start, as the AWS CLI has for other errors.
_NOT_STARTED = 255
_SELECTION = ("accounts", "regions", "role", "role_name", "sso_session", "via")


def run_each(
    context: CommandContext, parsed_args: ParsedArgs, words: Optional[Sequence[str]]
) -> int:
    """Run a command in each target, or write profiles, and return the exit code.

    Raises InvalidRequest and InvalidConfiguration, before a role is assumed.
    """
    request = read_write_request(parsed_args, words)
    if request is not None:
        # Imported here: a command needs nothing of it.
        from awscli_assume.workflow.each.profiles import write_each_profile

        return write_each_profile(context, parsed_args, request, _selected(context, parsed_args))
    options, planned = _planned(context, parsed_args, words)
    selection = _selection(context, parsed_args)
    context, parsed_args = with_given_code(_with_region(context, options), parsed_args)
    output = read_each_output(parsed_args, context.parsed_globals)
    if planned.reason:
        context.environment.notify(f"aws: [ERROR]: {planned.reason}\n")
        return NONE_STARTED
    for region in options.regions or ():
        context.environment.notify(region_warning(context.session, region, "--regions"))
    # Before the first thread, and before any file is open: it may be a forked process.
    with closing(start_commands(planned)) as commands:
        sink = make_sink(context, output, RunDescription(planned.command.words, selection))
        roles = TargetRoles(context, parsed_args)
        accounts = [(one, roles.attempt(one)) for one in _selected(context, parsed_args)]
        with RoleEngine(context, options.workers, roles.session_profiles) as engine:
            interrupts = Interrupts(lambda: _stop(engine, commands))
            with interrupts.handled():
                roles.check_source(engine)
                sessions = [AccountSession(*one, engine, interrupts) for one in accounts]
                with interrupts.deferred():
                    targets = targets_of(context, sessions, options, engine)
                _check_region(planned.command, targets)
                run = _Run(planned, commands, engine, sink, interrupts, options.fail_fast)
                run.all(targets, output.shard)
    return sink.exit_code


def _planned(
    context: CommandContext, parsed_args: ParsedArgs, words: Optional[Sequence[str]]
) -> tuple[EachOptions, PlannedCommand]:
    """Return where the command runs, and what it is."""
    options = read_each_options(parsed_args)
    command = read_command(words, 1 if options.regions is None else len(options.regions))
    if command.region is not None:
        options = replace(options, regions=(command.region,))
    return options, plan_command(command, options, context.environment.variables)


def _with_region(context: CommandContext, options: EachOptions) -> CommandContext:
    """Return the context in which STS is called: in the first region if none is configured."""
    profile = context.session.get_scoped_config()
    known = region_of_variable(context.environment.variables) or profile.get("region")
    if not options.regions or known:
        return context
    return context.with_settings(RequestSettings(region=options.regions[0]))


def list_targets(context: CommandContext, parsed_args: ParsedArgs) -> int:
    """Print the selected accounts. No role is assumed."""
    regions = read_each_options(parsed_args).regions or (None,)
    shard = None if parsed_args.shard is None else parse_shard(parsed_args.shard)
    accounts = [
        one
        for one in _selected(context, parsed_args)
        if shard is None or shard.has(one.account_id, one.profile)
    ]
    print_targets(context, "each", accounts, regions)
    return ALL_SUCCEEDED


def _selected(context: CommandContext, parsed_args: ParsedArgs) -> Sequence[TargetAccount]:
    selected = select_accounts(context, parsed_args)
    for note in selected.notes:
        context.environment.notify(f"{note}\n")
    return selected.accounts


def _stop(engine: RoleEngine, commands: CommandRunner) -> None:
    engine.abandon()
    commands.stop()


def _check_region(command: EachCommand, targets: Sequence[TargetSession]) -> None:
    """Raise InvalidRequest if the command needs a region, and a target has none."""
    if command.needs_region and any(one.target.region is None for one in targets):
        raise InvalidRequest(
            "The command has {region}, and no region is configured. Name one or more: "
            "--regions us-east-1"
        )


def _selection(context: CommandContext, parsed_args: ParsedArgs) -> dict[str, object]:
    """Return the options that select the targets; none of them is a secret."""
    found = {option_name(name): getattr(parsed_args, name) for name in _SELECTION}
    found["--profile"] = context.parsed_globals.profile
    found["--region"] = context.parsed_globals.region
    return {name: value for name, value in found.items() if value}


class _Run:
    """The targets of a run, from the first to the last result."""

    def __init__(
        self,
        planned: PlannedCommand,
        commands: CommandRunner,
        engine: RoleEngine,
        sink: ResultSink,
        interrupts: Interrupts,
        fail_fast: bool,
    ) -> None:
        self._planned = planned
        self._commands = commands
        self._engine = engine
        self._sink = sink
        self._interrupts = interrupts
        self._fail_fast = fail_fast

    def all(self, targets: Sequence[TargetSession], shard: Optional[Shard]) -> None:
        """Run the command in each target of a shard that has no earlier result."""
        by_key = {one.target.key: one for one in targets}
        wanted = self._sink.start(select_shard([one.target for one in targets], shard))
        chosen = [by_key.pop(target.key) for target in wanted]
        for other in by_key.values():
            other.session.release()
        is_complete = False
        try:
            with self._interrupts.deferred():
                self._engine.run(self._items(chosen), self._carry_out, self._finished)
            is_complete = True
        finally:
            self._sink.close(interrupted=not is_complete)

    def _items(self, chosen: Sequence[TargetSession]) -> Iterator[TargetSession]:
        """Yield the targets when a worker is about to need them, in the main thread."""
        for one in chosen:
            if self._sink.is_stopped:
                return
            one.session.start()
            yield one

    def _carry_out(self, one: TargetSession) -> Optional[TargetResult]:
        """Assume the role and run the command, in a worker thread; None if it was stopped."""
        began = time.monotonic()
        target = one.target
        self._sink.begin(target)
        try:
            request = self._planned.request(target, one.session.take())
            code = self._commands.run(
                request, lambda stream, data: self._sink.write(target, stream, data)
            )
        except Stopped:
            return None
        except Exception as error:
            return TargetResult(
                target, _NOT_STARTED, time.monotonic() - began, _sentence(error), _reason(error)
            )
        finally:
            one.session.release()
        return TargetResult(target, code, time.monotonic() - began)

    def _finished(self, result: Optional[TargetResult]) -> None:
        if result is None:
            return
        self._sink.finish(result)
        if self._fail_fast and not result.is_success:
            self._engine.stop()


def _sentence(error: Exception) -> str:
    return printable_line(" ".join(str(error).split()))


def _reason(error: Exception) -> str:
    """Return the name of the group of failures that an error belongs to."""
    if isinstance(error, ClientError):
        return error_code(error) or type(error).__name__
    code = error.code if isinstance(error, CallUnavailable) else ""
    return code or type(error).__name__

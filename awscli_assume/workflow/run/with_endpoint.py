"""Run a command beside an endpoint that hands it credentials and renews them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from io import StringIO
from typing import Callable, Sequence

from awscli_assume.arguments.profiles import check_no_role
from awscli_assume.errors import NoTerminal
from awscli_assume.host import overridden_profiles, user_environment
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.renewer import Renewer
from awscli_assume.outputs.endpoint import CredentialsEndpoint
from awscli_assume.outputs.summary import renewal_note, shell_line
from awscli_assume.outputs.variables import environment_with_endpoint
from awscli_assume.profiles.exec_profile import ensure_exec_profile
from awscli_assume.profiles.files import locate
from awscli_assume.workflow.credentials.assume_role import ReadyRequest, assume, prepare, send
from awscli_assume.workflow.credentials.login import signed_in
from awscli_assume.workflow.credentials.mfa_session import repeats_without_code
from awscli_assume.workflow.planning.make_plan import make_plan
from awscli_assume.workflow.planning.plan import AssumedRole
from awscli_assume.workflow.run.child_process import run, signals_blocked


def run_with_endpoint(
    context: CommandContext, parsed_args: ParsedArgs, words: Sequence[str]
) -> int:
    """Run a command beside the endpoint, and return its exit code.

    ``words`` are the path of its program, then its words.
    """
    if parsed_args.copy_source:
        check_no_role(parsed_args)
    plan = make_plan(context, parsed_args)
    files, profiles = locate(context.session), context.session.full_config["profiles"]

    def assume_first_time() -> tuple[ReadyRequest, AssumedRole]:
        ready_request = prepare(context, plan)
        return ready_request, send(context, ready_request)

    # A renewal may make more clients, so the session keeps these profiles until the end.
    with ExitStack() as stack:
        stack.enter_context(overridden_profiles(context.session, plan.session_profiles))
        ready_request, first = signed_in(context, plan, assume_first_time, parsed_args.login)
        # With the MFA device that may have been found.
        ready_request = replace(ready_request, plan=first.plan)
        profile = ensure_exec_profile(files, profiles)
        _notify(parsed_args, ready_request, first, context.environment)
        renewer = Renewer(
            first.credentials, _repeat(ready_request, context.environment), context.environment.now
        )
        with signals_blocked():
            endpoint = stack.enter_context(CredentialsEndpoint(renewer.current))
        child = environment_with_endpoint(
            user_environment(context.environment.variables),
            endpoint.url,
            endpoint.token,
            context.parsed_globals.region or first.region,
            ready_request.request.role.arn,
            profile,
        )
        return run(words[0], words[1:], child)


def _repeat(
    ready_request: ReadyRequest, environment: Environment
) -> Callable[[], TemporaryCredentials]:
    # The command has the terminal: a question or a note would appear in its output.
    silent = replace(environment, has_terminal=lambda: False, err=StringIO())
    # A code works once.
    request = replace(ready_request.request, token_code=None)

    def assume_again() -> TemporaryCredentials:
        try:
            return assume(ready_request.with_request(request), silent).credentials
        except NoTerminal:
            raise NoTerminal(
                f"The session of {request.role.arn} has expired, and the next one needs a code "
                f"of the MFA device {request.serial_number}. Leave the command and run aws "
                "assume exec again"
            ) from None

    return assume_again


def _notify(
    parsed_args: ParsedArgs,
    ready_request: ReadyRequest,
    first: AssumedRole,
    environment: Environment,
) -> None:
    request, signer = ready_request.request, ready_request.signer
    if not repeats_without_code(request, signer, ready_request.process, environment.now()):
        environment.notify(renewal_note(first.credentials.expiration))
    if not parsed_args.command:
        environment.notify(shell_line(request.role.arn, None))

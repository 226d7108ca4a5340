"""Running a child beside an endpoint that hands it credentials and renews them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from io import StringIO
from typing import Any, Sequence

from awscli_assume.arguments.profiles import check_no_role
from awscli_assume.errors import NoTerminal
from awscli_assume.host import user_environment
from awscli_assume.host.environment import Environment
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.renewer import Renewer
from awscli_assume.outputs.endpoint import CredentialsEndpoint
from awscli_assume.outputs.summary import renewal_note, shell_line
from awscli_assume.outputs.variables import environment_with_endpoint
from awscli_assume.profiles.exec_profile import ensure_exec_profile
from awscli_assume.profiles.files import locate
from awscli_assume.workflow.credentials.assume_role import (
    Assumed,
    ReadyRequest,
    assume,
    prepare,
    send,
)
from awscli_assume.workflow.credentials.login import signed_in
from awscli_assume.workflow.credentials.mfa_session import renews_without_code
from awscli_assume.workflow.planning.plan import make_plan
from awscli_assume.workflow.run.child_process import run, signals_held


def run_with_endpoint(
    session: Any,
    parsed_args: Any,
    parsed_globals: Any,
    environment: Environment,
    words: Sequence[str],
) -> int:
    """Run a child, given the path of its program and then its words; answer its exit code."""
    if parsed_args.copy_source:
        check_no_role(parsed_args)
    profiles = session.full_config["profiles"]
    # As the files have it: in memory a plan lends to its source, and lets it inherit.
    default = dict(profiles.get("default", {}))
    plan = make_plan(session, parsed_args, parsed_globals, environment)
    files = locate(session)

    def depart() -> tuple[ReadyRequest, Assumed]:
        ready_request = prepare(session, parsed_globals, plan, environment)
        return ready_request, send(session, ready_request, environment)

    ready_request, first = signed_in(session, depart, parsed_args.login, environment)
    # With the MFA device that may have been found.
    ready_request = replace(ready_request, request=first.request)
    profile = ensure_exec_profile(files, {**profiles, "default": default})
    _tell(parsed_args, ready_request, first, environment)
    renewer = Renewer(first.credentials, _again(ready_request, environment), environment.now)
    with ExitStack() as stack:
        with signals_held():
            endpoint = stack.enter_context(CredentialsEndpoint(renewer.current))
        child = environment_with_endpoint(
            user_environment(environment.variables),
            endpoint.url,
            endpoint.token,
            parsed_globals.region or first.region,
            first.request.role.arn,
            profile,
        )
        return run(words[0], words[1:], child)


def _again(ready_request: ReadyRequest, environment: Environment) -> Any:
    # The child has the terminal: a question or a note would end up in its midst.
    silent = replace(environment, has_terminal=lambda: False, err=StringIO())
    # A code that was given is spent.
    request = replace(ready_request.request, token_code=None)

    def again() -> TemporaryCredentials:
        try:
            return assume(replace(ready_request, request=request), silent).credentials
        except NoTerminal:
            raise NoTerminal(
                f"The session of {request.role.arn} has come to its end, and the next one needs "
                f"a code of the MFA device {request.serial_number}. Leave the command and run it "
                "again: aws assume exec"
            ) from None

    return again


def _tell(
    parsed_args: Any, ready_request: ReadyRequest, first: Assumed, environment: Environment
) -> None:
    request, signer = ready_request.request, ready_request.signer
    if not renews_without_code(request, signer, ready_request.process, environment.now()):
        environment.notify(renewal_note(first.credentials.expiration))
    if not parsed_args.command:
        environment.notify(shell_line(first.request.role.arn, None))

"""Running a child beside an endpoint that hands it credentials and renews them."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, Sequence

from awscli_assume.commands.child import run, signals_held
from awscli_assume.commands.environment import Environment
from awscli_assume.commands.plan import Plan, make_plan
from awscli_assume.commands.road import Assumed, Departure, assume, prepare, set_out
from awscli_assume.errors import NoTerminal
from awscli_assume.host import environment_of_the_person
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.renewer import Renewer
from awscli_assume.outputs.child import environment_with_endpoint
from awscli_assume.outputs.endpoint import CredentialsEndpoint
from awscli_assume.outputs.summary import renewal_note, shell_line
from awscli_assume.profiles.bare import ensure_bare_profile
from awscli_assume.profiles.files import locate


def run_with_endpoint(
    session: Any,
    parsed_args: Any,
    parsed_globals: Any,
    environment: Environment,
    words: Sequence[str],
) -> int:
    """Run a child, given the path of its program and then its words; answer its exit code."""
    plan = make_plan(session, parsed_args, parsed_globals, environment)
    files = locate(session)
    profiles = session.full_config["profiles"]
    departure = prepare(session, parsed_globals, plan, environment)
    first = set_out(session, departure, environment)
    profile = ensure_bare_profile(files, profiles)
    _tell(parsed_args, plan, first, environment)
    renewer = Renewer(first.credentials, _again(departure, environment), environment.now)
    with ExitStack() as stack:
        with signals_held():
            endpoint = stack.enter_context(CredentialsEndpoint(renewer.current))
        child = environment_with_endpoint(
            environment_of_the_person(environment.variables),
            endpoint.url,
            endpoint.token,
            parsed_globals.region or first.region,
            first.request.role.arn,
            profile,
        )
        return run(words[0], words[1:], child)


def _again(departure: Departure, environment: Environment) -> Any:
    def again() -> TemporaryCredentials:
        request = departure.request
        if request.serial_number is not None:
            # The child has the terminal: a question would end up in its midst.
            raise NoTerminal(
                f"The session of {request.role.arn} has come to its end, and the next one needs "
                f"a code of the MFA device {request.serial_number}. Leave the command and run it "
                "again: aws assume exec"
            )
        return assume(departure, environment).credentials

    return again


def _tell(parsed_args: Any, plan: Plan, first: Assumed, environment: Environment) -> None:
    expiration = first.credentials.expiration
    if plan.request.serial_number is not None:
        environment.tell(renewal_note(expiration))
    if not parsed_args.command:
        environment.tell(shell_line(first.request.role.arn, None))

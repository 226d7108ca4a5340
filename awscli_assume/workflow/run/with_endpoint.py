"""Run a command beside an endpoint that hands it credentials and renews them."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Sequence

from awscli_assume.arguments.profiles import check_no_role
from awscli_assume.host import overridden_profiles, user_environment
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import ParsedArgs
from awscli_assume.model.renewer import RenewableCredentials, Renewer
from awscli_assume.outputs.endpoint import CredentialsEndpoint
from awscli_assume.outputs.summary import renewal_note, shell_line
from awscli_assume.outputs.variables import environment_with_endpoint
from awscli_assume.profiles.exec_profile import ensure_exec_profile
from awscli_assume.profiles.files import locate
from awscli_assume.workflow.credentials.login import signed_in
from awscli_assume.workflow.credentials.reuse import without_cache
from awscli_assume.workflow.planning.make_plan import plan_role
from awscli_assume.workflow.run.child_process import run, signals_blocked


def run_with_endpoint(
    context: CommandContext, parsed_args: ParsedArgs, words: Sequence[str]
) -> int:
    """Run a command beside the endpoint, and return its exit code.

    ``words`` are the path of its program, then its words.
    """
    if parsed_args.copy_source:
        check_no_role(parsed_args)
    plan = without_cache(plan_role(context, parsed_args), parsed_args)
    files, profiles = locate(context.session), context.session.full_config["profiles"]
    # A renewal may make more clients, so the session keeps these profiles until the end.
    with ExitStack() as stack:
        stack.enter_context(overridden_profiles(context.session, plan.session_profiles))
        found = signed_in(context, plan, lambda: plan.obtain_renewable(context), parsed_args.login)
        profile = ensure_exec_profile(files, profiles)
        _notify(parsed_args, found, context.environment)
        renewer = Renewer(found.first, found.renew, context.environment.now)
        with signals_blocked():
            endpoint = stack.enter_context(CredentialsEndpoint(renewer.current))
        child = environment_with_endpoint(
            user_environment(context.environment.variables),
            endpoint.url,
            endpoint.token,
            context.parsed_globals.region or found.region,
            found.role,
            profile,
        )
        return run(words[0], words[1:], child)


def _notify(
    parsed_args: ParsedArgs, found: RenewableCredentials, environment: Environment
) -> None:
    if not found.renews_silently:
        environment.notify(renewal_note(found.first.expiration))
    if not parsed_args.command:
        environment.notify(shell_line(found.role, None))

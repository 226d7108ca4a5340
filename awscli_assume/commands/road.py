"""The road from a plan to temporary credentials, the same for every verb that assumes."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Callable, Iterator, Mapping, Optional

from awscli_assume.aws.callers import CallerMemory
from awscli_assume.aws.chaining import is_role_session
from awscli_assume.aws.longest import DurationMemory, assume_longest
from awscli_assume.aws.maximum import create_iam_client
from awscli_assume.aws.refusals import causes_added
from awscli_assume.aws.sts import (
    assume_role,
    check_host_knows,
    check_partition,
    client_options,
    complete_role,
    create_sts_client,
    region_of,
)
from awscli_assume.aws.withheld import credentials_withheld
from awscli_assume.commands.environment import Environment
from awscli_assume.commands.plan import Plan
from awscli_assume.errors import NoTerminal
from awscli_assume.host import use_profile
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.limits import LONGEST
from awscli_assume.model.request import AssumeRoleRequest
from awscli_assume.outputs.summary import clamped_note, unknown_maximum_note
from awscli_assume.profiles.record import record_of
from awscli_assume.profiles.source import Ends
from awscli_assume.profiles.state import ProfileState

LOG = logging.getLogger("awscli.assume.road")


@dataclass(frozen=True)
class Assumed:
    """What STS handed out, for which request, in which region, and when it was asked."""

    request: AssumeRoleRequest
    credentials: TemporaryCredentials
    region: Optional[str]
    at: datetime


def check_terminal(request: AssumeRoleRequest, environment: Environment) -> None:
    """Raise NoTerminal where a code has to be typed and nobody can be asked."""
    if request.serial_number and not request.token_code and not environment.has_terminal():
        raise NoTerminal(
            f"The MFA device {request.serial_number} has a code to be typed, and there is no "
            "terminal to ask on. Try: --token-code CODE"
        )


@dataclass(frozen=True)
class Departure:
    """A client of the source, and the complete request that it is going to send.

    The request has the token code only where one was given. ``iam`` makes a
    client of IAM.
    """

    client: Any
    request: AssumeRoleRequest
    iam: Callable[[], Any]


def travel(session: Any, parsed_globals: Any, plan: Plan, environment: Environment) -> Assumed:
    """Assume the role of a plan. Nothing is written."""
    departure = prepare(session, parsed_globals, plan, environment)
    return set_out(session, departure, environment)


def prepare(session: Any, parsed_globals: Any, plan: Plan, environment: Environment) -> Departure:
    """Find the source's credentials, and the role's account where that is not known."""
    check_terminal(plan.request, environment)
    _use_source(session, plan.ends)
    region = None if _names_region(environment.variables) else plan.region
    client = create_sts_client(session, parsed_globals, region)
    check_host_knows(client, plan.request)
    check_partition(client, plan.request)
    with _device_of_the_source(session):
        with credentials_withheld(), causes_added():
            credentials = session.get_credentials()
        memory = CallerMemory()
        plan = _chained(plan, credentials, memory)
        request = complete_role(client, credentials, plan.request, memory, environment.now())
        # GetCallerIdentity may have told just now.
        request = _chained(replace(plan, request=request), credentials, memory).request
    options = client_options(parsed_globals, region, None)
    return Departure(client, request, lambda: create_iam_client(session, options))


def set_out(session: Any, departure: Departure, environment: Environment) -> Assumed:
    """Assume the role of a departure; the code of its MFA device is asked for here."""
    with _device_of_the_source(session):
        request = with_code(departure.request, environment)
        assumed = assume(replace(departure, request=request), environment)
    environment.tell(clamped_note(request))
    return assumed


def assume(departure: Departure, environment: Environment) -> Assumed:
    """Assume the role of a departure, whose request has its token code."""
    client, request, now = departure.client, departure.request, environment.now()
    if request.seconds == LONGEST:
        longest = assume_longest(client, request, now, DurationMemory(), departure.iam)
        credentials = longest.credentials
        if longest.is_guess:
            environment.tell(unknown_maximum_note(request.role.arn))
    else:
        credentials = assume_role(client, request, now, departure.iam)
    return Assumed(request, credentials, region_of(client), now)


def is_enough(
    held: Optional[ProfileState],
    least: Optional[int],
    plan: Plan,
    region: Optional[str],
) -> bool:
    """Tell whether a target holds what the plan asks for, with more than so many seconds left.

    ``least`` None asks for it anew in any case. The plan's role has its account
    as far as that is known.
    """
    if held is None or least is None or held.seconds_left <= least:
        return False
    name, source = plan.session_name, plan.ends.source
    wanted = record_of(plan.request, name, source, None, plan.auto_refresh)
    return (
        wanted.asks_the_same_as(held.record)
        and region in (None, held.region)
        and held.principal_arn is not None
    )


def with_code(request: AssumeRoleRequest, environment: Environment) -> AssumeRoleRequest:
    """Answer the request with the code of its MFA device, asked for where it has one to ask."""
    if not request.serial_number or request.token_code:
        return request
    code = environment.ask(f"Enter MFA code for {request.serial_number}: ")
    return request.with_token_code(code)


@contextmanager
def _device_of_the_source(session: Any) -> Iterator[None]:
    """Name the MFA device that botocore asked about in vain, on the way to the source."""
    try:
        yield
    except EOFError:
        serial = session.get_scoped_config().get("mfa_serial", "of the source profile")
        raise NoTerminal(
            f"The MFA device {serial} of the source profile has a code to be typed, and there is "
            "no terminal to ask on. Run the command in one, or name another source: --profile NAME"
        ) from None


def _chained(plan: Plan, credentials: Any, memory: CallerMemory) -> Plan:
    """Answer the plan, chained where its credentials are known to be a role session."""
    if credentials is None or plan.request.duration_seconds is None:
        return plan
    return plan.chained() if is_role_session(credentials, memory) else plan


def _names_region(env: Mapping[str, str]) -> bool:
    return any(env.get(name) for name in ("AWS_REGION", "AWS_DEFAULT_REGION"))


def _use_source(session: Any, ends: Ends) -> None:
    current = session.get_config_variable("profile") or "default"
    if ends.source is not None and ends.source != current:
        LOG.debug("The source profile is %s", ends.source)
        # "default" need not exist: an instance or container role may be the source.
        is_there = ends.source in session.available_profiles or ends.source != "default"
        use_profile(session, ends.source if is_there else None)

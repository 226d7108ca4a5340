"""The road from a plan to temporary credentials, the same for every verb that assumes."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Iterator, Mapping, Optional

from awscli_assume.aws.callers import CallerMemory
from awscli_assume.aws.chaining import is_role_session
from awscli_assume.aws.longest import DurationMemory, Longest, assume_longest
from awscli_assume.aws.maximum import create_iam_client
from awscli_assume.aws.mfa import Signer
from awscli_assume.aws.refusals import causes_added
from awscli_assume.aws.sts import (
    check_host_knows,
    check_partition,
    client_options,
    complete_role,
    create_sts_client,
    region_of,
)
from awscli_assume.aws.withheld import credentials_withheld
from awscli_assume.commands.codes import MfaProcess, mfa_process_of
from awscli_assume.commands.devices import check_code_will_be_there, needs_code
from awscli_assume.commands.environment import Environment
from awscli_assume.commands.federation import assume_once, set_off_unsigned
from awscli_assume.commands.plan import Plan
from awscli_assume.errors import NoTerminal
from awscli_assume.host import NoCredentialsError, RefreshableCredentials, use_profile
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.limits import LONGEST
from awscli_assume.model.request import AssumeRoleRequest
from awscli_assume.outputs.summary import clamped_note, unknown_maximum_note
from awscli_assume.profiles.source import Ends

LOG = logging.getLogger("awscli.assume.road")


@dataclass(frozen=True)
class Assumed:
    """What STS handed out, for which request, in which region, and when it was asked."""

    request: AssumeRoleRequest
    credentials: TemporaryCredentials
    region: Optional[str]
    at: datetime


@dataclass(frozen=True)
class Departure:
    """Who signs, the complete request, and the command that answers its device's code.

    The request has the token code only where one was given.
    """

    signer: Signer
    request: AssumeRoleRequest
    process: Optional[MfaProcess] = field(default=None, repr=False)

    @property
    def client(self) -> Any:
        """The client that the source signs for."""
        return self.signer.client


def travel(session: Any, parsed_globals: Any, plan: Plan, environment: Environment) -> Assumed:
    """Assume the role of a plan. Nothing is written."""
    departure = prepare(session, parsed_globals, plan, environment)
    return set_out(session, departure, environment)


def prepare(session: Any, parsed_globals: Any, plan: Plan, environment: Environment) -> Departure:
    """Find the source's credentials, and the role's account where that is not known."""
    if plan.request.proof is not None:
        return Departure(*set_off_unsigned(session, parsed_globals, plan))
    _use_source(session, plan.ends)
    region = None if _names_region(environment.variables) else plan.region
    client = create_sts_client(session, parsed_globals, region)
    check_host_knows(client, plan.request)
    check_partition(client, plan.request)
    with _device_of_the_source(session):
        with credentials_withheld(), causes_added():
            credentials = session.get_credentials()
        if credentials is None:
            raise NoCredentialsError()
        memory = CallerMemory()
        plan = _chained(plan, credentials, memory)
        signer = _signer(session, parsed_globals, client, credentials)
        process = _process_of(session, plan)
        check_code_will_be_there(plan.request, signer, process, environment)
        request = complete_role(client, credentials, plan.request, memory, environment.now())
        # GetCallerIdentity may have told just now.
        request = _chained(replace(plan, request=request), credentials, memory).request
    return Departure(signer, request, process)


def departure_of(session: Any, signer: Signer, plan: Plan, environment: Environment) -> Departure:
    """Answer the departure of a plan whose role is complete. Raises what speaks against it."""
    plan = plan.chained() if signer.is_role else plan
    check_host_knows(signer.client, plan.request)
    check_partition(signer.client, plan.request)
    process = _process_of(session, plan)
    check_code_will_be_there(plan.request, signer, process, environment)
    return Departure(signer, plan.request, process)


def _process_of(session: Any, plan: Plan) -> Optional[MfaProcess]:
    if not needs_code(plan.request):
        return None
    return mfa_process_of(session.full_config["profiles"], plan.ends)


def _signer(session: Any, parsed_globals: Any, client: Any, credentials: Any) -> Signer:
    def frozen() -> Any:
        with credentials_withheld(), causes_added():
            return credentials.get_frozen_credentials()

    def signed_by(other: Any) -> Any:
        return create_sts_client(session, parsed_globals, region_of(client), credentials=other)

    def iam() -> Any:
        options = client_options(parsed_globals, region_of(client), None)
        return create_iam_client(session, options)

    is_refreshable = isinstance(credentials, RefreshableCredentials)
    return Signer(client, frozen, signed_by, iam, is_refreshable=is_refreshable)


def set_out(session: Any, departure: Departure, environment: Environment) -> Assumed:
    """Assume the role of a departure; the code of its MFA device is asked for here."""
    with _device_of_the_source(session):
        assumed = assume(departure, environment)
    environment.tell(clamped_note(departure.request))
    return assumed


def assume(departure: Departure, environment: Environment) -> Assumed:
    """Assume the role of a departure."""
    signer, request, now = departure.signer, departure.request, environment.now()
    if request.seconds == LONGEST:
        longest = _assume_longest(departure, now, environment)
        credentials = longest.credentials
        if longest.is_guess:
            environment.tell(unknown_maximum_note(request.role.arn))
    else:
        credentials = assume_once(signer, request, departure.process, environment)
    return Assumed(request, credentials, region_of(signer.client), now)


def _assume_longest(departure: Departure, now: datetime, environment: Environment) -> Longest:
    # IAM is asked before, if at all: a refusal of a step needs no second answer.
    signer = replace(departure.signer, iam=None)

    def call(settled: AssumeRoleRequest) -> TemporaryCredentials:
        return assume_once(signer, settled, departure.process, environment)

    memory, iam = DurationMemory(), departure.signer.iam
    return assume_longest(departure.request, now, memory, iam, call)


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
    if plan.request.duration_seconds is None:
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

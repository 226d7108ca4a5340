"""The road from a plan to temporary credentials, the same for every verb that assumes."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Iterator, Optional

from awscli_assume.aws.callers import CallerMemory
from awscli_assume.aws.chaining import is_role_session
from awscli_assume.aws.credential_source import no_credentials
from awscli_assume.aws.maximum import create_iam_client
from awscli_assume.aws.mfa import Signer
from awscli_assume.aws.refusals import causes_added
from awscli_assume.aws.sign_in import sign_in_named
from awscli_assume.aws.sts import (
    check_host_knows,
    check_partition,
    client_options,
    complete_role,
    create_sts_client,
    partition_of_region,
    region_of,
)
from awscli_assume.aws.withheld import credentials_withheld
from awscli_assume.commands.account_lookup import with_account_found
from awscli_assume.commands.codes import MfaProcess, mfa_process_of
from awscli_assume.commands.devices import check_code_will_be_there
from awscli_assume.commands.environment import Environment
from awscli_assume.commands.explain_line import advise
from awscli_assume.commands.federation import set_off_unsigned
from awscli_assume.commands.hops import begin, go_on
from awscli_assume.commands.plan import Plan
from awscli_assume.commands.source_codes import device_of
from awscli_assume.commands.sources_ready import use_source
from awscli_assume.commands.start_region import start_region
from awscli_assume.errors import NoTerminal
from awscli_assume.host import ClientError, RefreshableCredentials
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.request import AssumeRoleRequest
from awscli_assume.outputs.summary import clamped_note


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

    The request has the token code only where one was given. ``finds_device`` tells
    that the caller's MFA device may be found and asked about, one at a time.
    """

    signer: Signer
    request: AssumeRoleRequest
    process: Optional[MfaProcess] = field(default=None, repr=False)
    finds_device: bool = False

    @property
    def client(self) -> Any:
        """The client that the source signs for."""
        return self.signer.client


def travel(session: Any, parsed_globals: Any, plan: Plan, environment: Environment) -> Assumed:
    """Assume the role of a plan. Nothing is written."""
    departure = prepare(session, parsed_globals, plan, environment)
    try:
        return set_out(session, departure, environment)
    except ClientError as error:
        advise(error, departure.request, plan, parsed_globals)
        raise


def prepare(session: Any, parsed_globals: Any, plan: Plan, environment: Environment) -> Departure:
    """Find the source's credentials, and the role's account where that is not known."""
    if plan.request.proof is not None:
        return Departure(*set_off_unsigned(session, parsed_globals, plan))
    use_source(session, plan.ends)
    region = start_region(plan, environment.variables)
    with sign_in_named(session):
        client = create_sts_client(session, parsed_globals, region)
    check_host_knows(client, plan.request)
    partition = partition_of_region(session, client)
    check_partition(client, plan.request, partition)
    with device_of_the_source(session):
        with credentials_withheld(), causes_added():
            credentials = session.get_credentials()
        if credentials is None:
            raise no_credentials(plan.ends.source, plan.ends.credential_source)
        memory = CallerMemory()
        plan = with_account_found(session, parsed_globals, client, plan, memory, environment)
        plan = _chained(plan, credentials, memory)
        signer = _signer(session, parsed_globals, client, credentials)
        process = _process_of(session, plan)
        check_code_will_be_there(plan.request, signer, process, environment)
        request = complete_role(
            client, credentials, plan.request, memory, environment.now(), partition
        )
        # GetCallerIdentity may have told just now.
        request = _chained(replace(plan, request=request), credentials, memory).request
    return Departure(signer, request, process, finds_device=True)


def departure_of(session: Any, signer: Signer, plan: Plan, environment: Environment) -> Departure:
    """Answer the departure of a plan whose role is complete. Raises what speaks against it."""
    plan = plan.chained() if signer.is_role else plan
    check_host_knows(signer.client, plan.request)
    partition = partition_of_region(session, signer.client)
    check_partition(signer.client, plan.request, partition)
    process = _process_of(session, plan)
    check_code_will_be_there(plan.request, signer, process, environment)
    return Departure(signer, plan.request, process)


def _process_of(session: Any, plan: Plan) -> Optional[MfaProcess]:
    if plan.request.token_code is not None:
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
    with device_of_the_source(session):
        assumed = assume(departure, environment)
    environment.tell(clamped_note(departure.request))
    return assumed


def assume(departure: Departure, environment: Environment) -> Assumed:
    """Assume the role of a departure, after those on the way to it."""
    signer, request, now = departure.signer, departure.request, environment.now()
    request, begun = begin(signer, request, departure.process, environment, departure.finds_device)
    credentials = go_on(signer, request, begun, environment)
    return Assumed(request, credentials, region_of(signer.client), now)


@contextmanager
def device_of_the_source(session: Any) -> Iterator[None]:
    """Name what stands in the way to the source: its MFA device, its sign-in."""
    try:
        with sign_in_named(session):
            yield
    except EOFError:
        raise NoTerminal(
            f"The MFA device {device_of(session)} of the source profile has a code to be typed, "
            "and there is no terminal to ask on. Run the command in one, or let mfa_process of "
            "the source profile answer the code"
        ) from None


def _chained(plan: Plan, credentials: Any, memory: CallerMemory) -> Plan:
    """Answer the plan, chained where its credentials are known to be a role session."""
    if plan.request.duration_seconds is None:
        return plan
    return plan.chained() if is_role_session(credentials, memory) else plan

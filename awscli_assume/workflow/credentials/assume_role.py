"""The road from a plan to temporary credentials, the same for every verb that assumes."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Iterator, Optional

from awscli_assume.aws.callers import CallerCache
from awscli_assume.aws.iam.maximum import create_iam_client
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sso_login import sign_in_named
from awscli_assume.aws.sts.client import (
    check_host_knows,
    check_partition,
    client_options,
    complete_role,
    create_sts_client,
    partition_of_region,
    region_of,
)
from awscli_assume.aws.sts.credential_source import no_credentials
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.aws.sts.mfa import Signer
from awscli_assume.aws.sts.role_chaining import is_role_session
from awscli_assume.errors import NoTerminal
from awscli_assume.host import ClientError, RefreshableCredentials
from awscli_assume.host.environment import Environment
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.outputs.summary import clamped_note
from awscli_assume.workflow.credentials.account_lookup import with_account_found
from awscli_assume.workflow.credentials.explain_line import advise
from awscli_assume.workflow.credentials.mfa_code import MfaProcess, mfa_process_of
from awscli_assume.workflow.credentials.mfa_session import check_code_will_be_there
from awscli_assume.workflow.credentials.role_chain import begin, go_on
from awscli_assume.workflow.credentials.source_codes import device_of
from awscli_assume.workflow.credentials.start_region import start_region
from awscli_assume.workflow.credentials.web_identity import prepare_unsigned
from awscli_assume.workflow.planning.plan import Plan
from awscli_assume.workflow.planning.source_profile import use_source


@dataclass(frozen=True)
class Assumed:
    """What STS handed out, for which request, in which region, and when it was asked."""

    request: AssumeRoleRequest
    credentials: TemporaryCredentials
    region: Optional[str]
    at: datetime


@dataclass(frozen=True)
class ReadyRequest:
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


def assume_planned_role(
    session: Any, parsed_globals: Any, plan: Plan, environment: Environment
) -> Assumed:
    """Assume the role of a plan. Nothing is written."""
    ready_request = prepare(session, parsed_globals, plan, environment)
    try:
        return send(session, ready_request, environment)
    except ClientError as error:
        advise(error, ready_request.request, plan, parsed_globals)
        raise


def prepare(
    session: Any, parsed_globals: Any, plan: Plan, environment: Environment
) -> ReadyRequest:
    """Find the source's credentials, and the role's account where that is not known."""
    if plan.request.identity_token is not None:
        return ReadyRequest(*prepare_unsigned(session, parsed_globals, plan))
    use_source(session, plan.profile_pair)
    region = start_region(plan, environment.variables)
    with sign_in_named(session):
        client = create_sts_client(session, parsed_globals, region)
    check_host_knows(client, plan.request)
    partition = partition_of_region(session, client)
    check_partition(client, plan.request, partition)
    with source_mfa_device_named(session):
        with credentials_redacted(), error_hints_added():
            credentials = session.get_credentials()
        if credentials is None:
            raise no_credentials(plan.profile_pair.source, plan.profile_pair.credential_source)
        memory = CallerCache()
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
    return ReadyRequest(signer, request, process, finds_device=True)


def ready_request_for(
    session: Any, signer: Signer, plan: Plan, environment: Environment
) -> ReadyRequest:
    """Return the departure of a plan whose role is complete. Raises what speaks against it."""
    plan = plan.chained() if signer.is_role else plan
    check_host_knows(signer.client, plan.request)
    partition = partition_of_region(session, signer.client)
    check_partition(signer.client, plan.request, partition)
    process = _process_of(session, plan)
    check_code_will_be_there(plan.request, signer, process, environment)
    return ReadyRequest(signer, plan.request, process)


def _process_of(session: Any, plan: Plan) -> Optional[MfaProcess]:
    if plan.request.token_code is not None:
        return None
    return mfa_process_of(session.full_config["profiles"], plan.profile_pair)


def _signer(session: Any, parsed_globals: Any, client: Any, credentials: Any) -> Signer:
    def frozen() -> Any:
        with credentials_redacted(), error_hints_added():
            return credentials.get_frozen_credentials()

    def signed_by(other: Any) -> Any:
        return create_sts_client(session, parsed_globals, region_of(client), credentials=other)

    def iam() -> Any:
        options = client_options(parsed_globals, region_of(client), None)
        return create_iam_client(session, options)

    is_refreshable = isinstance(credentials, RefreshableCredentials)
    return Signer(client, frozen, signed_by, iam, is_refreshable=is_refreshable)


def send(session: Any, ready_request: ReadyRequest, environment: Environment) -> Assumed:
    """Assume the role of a departure; the code of its MFA device is asked for here."""
    with source_mfa_device_named(session):
        assumed = assume(ready_request, environment)
    environment.notify(clamped_note(ready_request.request))
    return assumed


def assume(ready_request: ReadyRequest, environment: Environment) -> Assumed:
    """Assume the role of a departure, after those on the way to it."""
    signer, request, now = ready_request.signer, ready_request.request, environment.now()
    request, begun = begin(
        signer, request, ready_request.process, environment, ready_request.finds_device
    )
    credentials = go_on(signer, request, begun, environment)
    return Assumed(request, credentials, region_of(signer.client), now)


@contextmanager
def source_mfa_device_named(session: Any) -> Iterator[None]:
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


def _chained(plan: Plan, credentials: Any, memory: CallerCache) -> Plan:
    """Return the plan, chained where its credentials are known to be a role session."""
    if plan.request.duration_seconds is None:
        return plan
    return plan.chained() if is_role_session(credentials, memory) else plan

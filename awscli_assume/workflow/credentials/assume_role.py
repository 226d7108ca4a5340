"""Assume the role of a plan: find the source credentials, complete the request, call STS."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from io import StringIO
from typing import Callable, Optional

from awscli_assume.aws.caller_identity import CallerCache
from awscli_assume.aws.optional_call import create_optional_client
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sso.login import login_hint_added
from awscli_assume.aws.sts.client import (
    Signer,
    check_host_knows,
    check_partition,
    client_options,
    complete_role,
    create_sts_client,
    partition_of_region,
    region_of,
    region_warning,
    use_settings,
)
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.aws.sts.source_credentials import (
    account_place,
    is_known_role_session,
    no_credentials,
)
from awscli_assume.aws.sts.web_identity import unsigned_signer
from awscli_assume.errors import InvalidRequest, NoTerminal
from awscli_assume.host import (
    CLI_NAME,
    ClientError,
    RefreshableCredentials,
    overridden_profiles,
    use_profile,
)
from awscli_assume.host.context import CommandContext
from awscli_assume.host.environment import Environment
from awscli_assume.host.protocols import (
    Credentials,
    FrozenCredentials,
    IamClient,
    Session,
    StsClient,
)
from awscli_assume.model.arns import principal_name
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.renewer import RenewableCredentials
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.workflow.credentials.error_commands import suggest_explain, suggest_source
from awscli_assume.workflow.credentials.mfa_code import MfaProcess, mfa_process_of
from awscli_assume.workflow.credentials.mfa_session import (
    check_code_available,
    repeats_without_code,
)
from awscli_assume.workflow.credentials.role_chain import assume_first, assume_rest
from awscli_assume.workflow.planning.plan import AssumedRole, AssumePlan
from awscli_assume.workflow.planning.source_profile import use_source


@dataclass(frozen=True)
class ReadyRequest:
    """A plan whose request is complete, who signs it, and the command that answers an MFA code.

    The request has a token code only if one was given. With ``finds_device`` the caller's
    MFA device is looked up if STS asks for one, which no concurrent request may do.
    """

    signer: Signer
    plan: AssumePlan
    process: Optional[MfaProcess] = field(default=None, repr=False)
    finds_device: bool = False

    @property
    def request(self) -> AssumeRoleRequest:
        """The request of the plan."""
        return self.plan.request

    def with_request(self, request: AssumeRoleRequest) -> ReadyRequest:
        """Return the same with another request."""
        return replace(self, plan=self.plan.with_request(request))


def assume_planned_role(
    context: CommandContext,
    plan: AssumePlan,
    send_request: Optional[Callable[[CommandContext, ReadyRequest], AssumedRole]] = None,
) -> AssumedRole:
    """Assume the role of a plan; ``send_request`` takes the place of ``send``."""
    with overridden_profiles(context.session, plan.session_profiles):
        try:
            ready_request = prepare(context, plan)
            plan = ready_request.plan
            return (send_request or send)(context, ready_request)
        except ClientError as error:
            suggest_source(error, plan, context.environment)
            if error.operation_name == "AssumeRole":
                suggest_explain(error, plan, context.parsed_globals)
            raise


def plan_with_account(context: CommandContext, plan: AssumePlan) -> AssumePlan:
    """Return the plan with the account of its role, which the source credentials tell."""
    with overridden_profiles(context.session, plan.session_profiles):
        return plan.with_request(prepare(context, plan).request)


def prepare(context: CommandContext, plan: AssumePlan) -> ReadyRequest:
    """Find the source credentials, and the role's account if it is not known."""
    context = context.with_settings(plan.settings)
    use_settings(context)
    if plan.request.identity_token is not None:
        return _prepare_unsigned(context, plan)
    use_source(context.session, plan.profile_pair)
    region = plan.start_region(context.environment)
    with login_hint_added(context.session):
        client = create_sts_client(context, region)
    context.environment.notify(region_warning(context.session, region_of(client)))
    check_host_knows(client, plan.request)
    partition = partition_of_region(context.session, client)
    check_partition(client, plan.request, partition)
    with login_hint_added(context.session):
        with credentials_redacted(), error_hints_added():
            credentials = context.session.get_credentials()
        if credentials is None:
            raise no_credentials(plan.profile_pair.source, plan.profile_pair.credential_source)
        callers = CallerCache()
        if plan.request.role.account_name is not None:
            # Here, because most roles need no lookup.
            from awscli_assume.workflow.credentials.account_lookup import with_account_found

            plan = with_account_found(context, client, plan, callers)
        plan = _chained_by_credentials(plan, credentials, callers)
        signer = replace(_signer(context, client, credentials), in_memory=plan.reuses is False)
        process = _mfa_process(context.session, plan)
        if not plan.reuses:
            # Else a cached session needs no code, and the complete request is its key.
            check_code_available(plan.request, signer, process, context.environment)
        plan = _completed(context, client, credentials, plan, callers, partition)
        plan = _with_caller(plan, signer, callers, context.environment)
    return ReadyRequest(signer, plan, process, finds_device=True)


def ready_request_for(context: CommandContext, signer: Signer, plan: AssumePlan) -> ReadyRequest:
    """Return the request of a plan whose account is known, checked as ``prepare`` checks it."""
    plan = plan.chained(signer.is_role)
    check_host_knows(signer.client, plan.request)
    partition = partition_of_region(context.session, signer.client)
    check_partition(signer.client, plan.request, partition)
    if not all(role.is_complete for role in plan.request.roles):
        plan = _completed_by(signer, plan, partition, context.environment)
    process = _mfa_process(context.session, plan)
    check_code_available(plan.request, signer, process, context.environment)
    plan = _with_caller(plan, signer, CallerCache(), context.environment)
    return ReadyRequest(signer, plan, process)


def _prepare_unsigned(context: CommandContext, plan: AssumePlan) -> ReadyRequest:
    """Return the request with an identity provider's token; no credentials are looked for."""
    name = context.session.get_config_variable("profile")
    exists = name is None or name in context.session.available_profiles
    if not exists and not context.parsed_globals.profile:
        # AWS_PROFILE may be the target, which does not exist before the first run.
        use_profile(context.session, None)
    signer = unsigned_signer(context)
    context.environment.notify(region_warning(context.session, region_of(signer.client)))
    check_host_knows(signer.client, plan.request)
    partition = partition_of_region(context.session, signer.client)
    check_partition(signer.client, plan.request, partition)
    return ReadyRequest(signer, _completed_by(signer, plan, partition, context.environment))


def _completed_by(
    signer: Signer, plan: AssumePlan, partition: Optional[str], environment: Environment
) -> AssumePlan:
    """Return the plan with the partition of its roles, and the account of those before the last.

    They are the caller's. ``partition`` is that of the region, None if it is unknown.
    """
    role, is_unsigned = plan.request.role, plan.request.identity_token is not None
    if is_unsigned and partition is None and role.partition is None:
        raise InvalidRequest(
            f"{CLI_NAME} does not know the partition of the region "
            f"{signer.client.meta.region_name}, and nobody can be asked for it before the role "
            f"'{role.name}' is assumed. Try: --role-arn ARN"
        )
    is_known = partition is not None and all(one.account_id for one in plan.request.roles)
    if is_unsigned or is_known:
        return plan.completed(str(partition), str(role.account_id))
    key_id = signer.frozen().access_key
    caller = CallerCache().get(signer.client, key_id, environment.now())
    return plan.completed(partition or caller.partition, caller.account_id)


def send(context: CommandContext, ready_request: ReadyRequest) -> AssumedRole:
    """Assume the role; the code of its MFA device is asked for here."""
    with login_hint_added(context.session):
        obtained = assume(ready_request, context.environment)
    context.environment.notify(ready_request.plan.notes())
    return obtained


def assume(ready_request: ReadyRequest, environment: Environment) -> AssumedRole:
    """Assume the role, after those before it in the chain."""
    signer, request, now = ready_request.signer, ready_request.request, environment.now()
    request, first = assume_first(
        signer, request, ready_request.process, environment, ready_request.finds_device
    )
    credentials = assume_rest(signer, request, first, environment)
    plan = ready_request.plan.with_request(request)
    region = region_of(signer.client) or plan.source_region
    return AssumedRole(plan, credentials, region, now)


def obtain_renewable(context: CommandContext, plan: AssumePlan) -> RenewableCredentials:
    """Assume the role for a program that runs for long, and return how to assume it again."""
    ready_request = prepare(context, plan)
    first = send(context, ready_request)
    # With the MFA device that may have been found.
    ready_request = replace(ready_request, plan=first.plan)
    request, environment = ready_request.request, context.environment
    is_silent = repeats_without_code(
        request, ready_request.signer, ready_request.process, environment.now()
    )
    return RenewableCredentials(
        first.credentials,
        first.region,
        request.role.arn,
        _repeat(ready_request, environment),
        is_silent,
    )


def _repeat(
    ready_request: ReadyRequest, environment: Environment
) -> Callable[[], TemporaryCredentials]:
    # The child process uses the terminal: a question or a note would appear in its output.
    silent = replace(environment, has_terminal=lambda: False, err=StringIO())
    # STS accepts an MFA code only once.
    request = replace(ready_request.request, token_code=None)

    def assume_again() -> TemporaryCredentials:
        try:
            return assume(ready_request.with_request(request), silent).credentials
        except NoTerminal:
            raise NoTerminal(
                f"The session of {request.role.arn} has expired, and the next one needs a code "
                f"of the MFA device {request.serial_number}. End the command and run aws assume "
                "exec again"
            ) from None

    return assume_again


def _mfa_process(session: Session, plan: AssumePlan) -> Optional[MfaProcess]:
    if plan.request.token_code is not None:
        return None
    return mfa_process_of(session.full_config["profiles"], plan.profile_pair)


def _signer(context: CommandContext, client: StsClient, credentials: Credentials) -> Signer:
    def frozen() -> FrozenCredentials:
        with credentials_redacted(), error_hints_added():
            return credentials.get_frozen_credentials()

    def signed_by(other: FrozenCredentials) -> StsClient:
        return create_sts_client(context, region_of(client), credentials=other)

    def iam() -> IamClient:
        options = client_options(context.parsed_globals, region_of(client), None)
        made: IamClient = create_optional_client(context.session, "iam", options)
        return made

    is_refreshable = isinstance(credentials, RefreshableCredentials)
    return Signer(client, frozen, signed_by, iam, is_refreshable=is_refreshable)


def _completed(
    context: CommandContext,
    client: StsClient,
    credentials: Credentials,
    plan: AssumePlan,
    callers: CallerCache,
    partition: Optional[str],
) -> AssumePlan:
    """Return the plan with the account and the partition of its roles."""
    now = context.environment.now()
    place = account_place(context.session, credentials, plan.profile_pair.source)
    request = complete_role(client, credentials, plan.request, callers, now, partition, place)
    # GetCallerIdentity may have told just now that the source is a role session.
    return _chained_by_credentials(plan.with_request(request), credentials, callers)


def _with_caller(
    plan: AssumePlan, signer: Signer, callers: CallerCache, environment: Environment
) -> AssumePlan:
    """Return the plan with the caller's name, if the names of the session contain it."""
    if not plan.is_named_by_caller:
        return plan
    caller = callers.get(signer.client, signer.frozen().access_key, environment.now())
    return plan.with_caller(principal_name(caller.arn), environment)


def _chained_by_credentials(
    plan: AssumePlan, credentials: Credentials, callers: CallerCache
) -> AssumePlan:
    """Return the plan, limited to one hour if its credentials are known to be a role session."""
    if plan.request.duration_seconds is None:
        return plan
    return plan.chained(is_known_role_session(credentials, callers))

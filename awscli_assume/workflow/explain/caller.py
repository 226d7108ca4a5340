"""The first check: the source credentials, and the caller that STS names for them."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Callable, Optional

from awscli_assume.aws.caller_identity import Caller, Identity, get_caller_identity, server_time
from awscli_assume.aws.optional_call import create_optional_client, error_code
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sso.login import login_arguments, login_command, login_hint_added
from awscli_assume.aws.sts.client import (
    client_options,
    create_sts_client,
    partition_of_region,
    region_of,
    region_warning,
)
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.errors import InvalidRequest, NoTerminal, UnexpectedAnswer
from awscli_assume.host import BotoCoreError, ClientError, NoCredentialsError
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import (
    Credentials,
    FrozenCredentials,
    IamClient,
    OrganizationsClient,
    Session,
    StsClient,
)
from awscli_assume.model.arns import session_arn
from awscli_assume.model.credentials import format_time
from awscli_assume.model.diagnosis import CALLER, OK, PROBLEM, UNKNOWN, Step
from awscli_assume.model.identity_center import IdentityCenterRole
from awscli_assume.model.printable import option, option_words
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.profiles.state import expiration_beside
from awscli_assume.workflow.planning.plan import AssumePlan
from awscli_assume.workflow.planning.source_profile import use_source

# botocore's name of each credential provider (credentials.py, METHOD; "login" since 2.32).
_CREDENTIAL_SOURCES = {
    "env": "environment variables",
    "shared-credentials-file": "the credentials file",
    "config-file": "the config file",
    "assume-role": "AssumeRole",
    "assume-role-with-web-identity": "AssumeRoleWithWebIdentity",
    "sso": "IAM Identity Center (aws sso login)",
    "login": "aws login",
    "custom-process": "a credential_process",
    "iam-role": "the role of the instance",
    "container-role": "the role of the container",
}
# AWS STS API reference, "Common Errors" and "AssumeRole": not caused by the credentials.
_STS_ERRORS = (
    "RegionDisabledException", "Throttling", "ThrottlingException", "RequestLimitExceeded",
    "InternalFailure", "ServiceUnavailable",
)  # fmt: skip
# How old a signature may be (IAM User Guide, "Signature Version 4", "Troubleshooting").
MAX_CLOCK_SKEW_SECONDS = 300
# What a call to AWS raises when it cannot be made, or when it fails.
CALL_ERRORS = (ClientError, BotoCoreError, UnexpectedAnswer, NoTerminal)


@dataclass(frozen=True)
class SuggestedCommands:
    """Commands for the user to type. Every word is quoted, because IAM names may hold anything."""

    source_profile: Optional[str]
    role_account_profile: Optional[str] = None
    identity_center_role: Optional[IdentityCenterRole] = None

    def as_caller(self, *words: str) -> str:
        """Return an ``aws`` command for the source."""
        if self.identity_center_role is not None:
            return (
                f"aws assume exec {self.identity_center_role.options} -- {_command(words, None)}"
            )
        return _command(words, self.source_profile)

    def in_role_account(self, *words: str) -> str:
        """Return an ``aws`` command for the profile that looks up the role."""
        if self.role_account_profile is None:
            return self.as_caller(*words)
        return _command(words, self.role_account_profile)


def _command(words: tuple[str, ...], profile: Optional[str]) -> str:
    option = option_words("--profile", profile) if profile is not None else ()
    return shlex.join(("aws", *words, *option))


@dataclass(frozen=True)
class IdentifiedCaller:
    """A caller that STS has named, and the clients that the source credentials sign for.

    In a role chain the caller is the session of an earlier role: ``role_arn`` is that role,
    ``source_identity`` what its session keeps, and ``source_account`` the source's account.
    """

    identity: Identity
    is_temporary: bool
    iam: IamClient
    create_organizations_client: Callable[[], OrganizationsClient]
    role_arn: Optional[str] = None
    source_identity: Optional[str] = None
    source_account: Optional[str] = None

    @property
    def is_in_source_account(self) -> bool:
        """Return whether the caller is in the account of the source credentials."""
        return self.source_account in (None, self.identity.caller.account_id)

    def as_session_of(self, request: AssumeRoleRequest) -> IdentifiedCaller:
        """Return the caller of the next role of a chain: the session that a request starts."""
        arn = session_arn(request.role, request.role_session_name)
        return replace(
            self,
            identity=replace(self.identity, arn=arn, user_id="", caller=Caller.from_arn(arn)),
            is_temporary=True,
            role_arn=request.role.arn,
            source_identity=request.source_identity or self.source_identity,
            source_account=self.source_account or self.identity.caller.account_id,
        )


@dataclass(frozen=True)
class CallerCheck:
    """The result of the first check; ``caller`` is None if STS named no caller.

    ``error`` is why GetCallerIdentity failed, ``server_time`` the clock of STS, and
    ``partition`` that of the STS region, None if this AWS CLI does not know the region.
    """

    step: Step
    caller: Optional[IdentifiedCaller] = None
    client: Optional[StsClient] = None
    server_time: Optional[datetime] = None
    error: Optional[Exception] = None
    partition: Optional[str] = None


def check_caller(context: CommandContext, plan: AssumePlan) -> CallerCheck:
    """Find the source credentials and ask STS for their caller."""
    _check_is_signed(plan)
    session, source = context.session, plan.profile_pair.source
    try:
        use_source(session, plan.profile_pair)
        client = create_sts_client(context, plan.start_region(context.environment))
        context.environment.notify(region_warning(session, region_of(client)))
        partition = partition_of_region(session, client)
        with login_hint_added(session), credentials_redacted(), error_hints_added():
            credentials = session.get_credentials()
            if credentials is None:
                raise NoCredentialsError()
            frozen = credentials.get_frozen_credentials()
    except CALL_ERRORS as error:
        place = "the environment" if source is None else f"the {_name_of(plan)}"
        command = _commands(plan).as_caller("configure", "list")
        return CallerCheck(_problem(session, f"{place} provides no credentials", error, command))
    origin = _CREDENTIAL_SOURCES.get(credentials.method, f"the provider {credentials.method}")
    profile = "no profile" if source is None else _name_of(plan)
    place = f"the credentials come from {origin} ({profile})"
    try:
        identity = get_caller_identity(client)
    except CALL_ERRORS as error:
        clock = server_time(getattr(error, "response", None))
        if is_sts_error(error, clock, context.environment.now()):
            step = Step(CALLER, UNKNOWN, ("the caller is unknown: STS did not answer", place))
        else:
            command = _commands(plan).as_caller("sts", "get-caller-identity")
            step = _problem(session, "STS rejects the credentials", error, command, place)
        return CallerCheck(step, None, client, clock, error, partition)
    caller = identified(context, client, frozen, identity)
    evidence = (
        f"the caller is {identity.arn}",
        f"the account is {identity.caller.account_id}, the partition {identity.caller.partition}",
        place,
        *_expiration(context, source, credentials, frozen),
    )
    step = Step(CALLER, OK, evidence)
    return CallerCheck(step, caller, client, identity.server_time, None, partition)


def _commands(plan: AssumePlan) -> SuggestedCommands:
    return SuggestedCommands(
        plan.profile_pair.source, identity_center_role=plan.identity_center_role
    )


def _name_of(plan: AssumePlan) -> str:
    """Return a description of the source."""
    role = plan.identity_center_role
    if role is None:
        return f"profile '{plan.profile_pair.source}'"
    return f"role {role} of the SSO session '{role.sso_session}'"


def _check_is_signed(plan: AssumePlan) -> None:
    """Raise InvalidRequest for a profile whose role is assumed with a token, not by a caller."""
    if plan.request.identity_token is not None:
        name = plan.profile_pair.configuration
        raise InvalidRequest(
            f"The profile '{name}' assumes its role with a web identity token, and only a signed "
            f"AssumeRole can be explained. Try: aws assume {option('--profile', name)}"
        )


def identified(
    context: CommandContext, client: StsClient, frozen: FrozenCredentials, identity: Identity
) -> IdentifiedCaller:
    """Return a caller with the clients that its credentials sign for."""
    options = client_options(context.parsed_globals, region_of(client), frozen)
    return IdentifiedCaller(
        identity,
        bool(frozen.token),
        create_optional_client(context.session, "iam", options),
        lambda: create_optional_client(context.session, "organizations", options),
    )


def _expiration(
    context: CommandContext,
    source: Optional[str],
    credentials: Credentials,
    frozen: FrozenCredentials,
) -> tuple[str, ...]:
    # botocore has no public attribute for the expiration (credentials.py, all versions).
    expiration: Optional[datetime] = getattr(credentials, "_expiry_time", None)
    if expiration is None and credentials.method != "env":
        profile = context.session.full_config["profiles"].get(source or "default", {})
        expiration = expiration_beside(profile, frozen.access_key)
    if expiration is not None:
        seconds = (expiration - context.environment.now()).total_seconds()
        minutes = max(0, int(seconds // 60))
        return (f"the credentials expire at {format_time(expiration)}, in {minutes} minutes",)
    if frozen.token:
        return ("the credentials are temporary, but their expiration time is unknown",)
    return ()


def _problem(session: Session, summary: str, error: Exception, command: str, *others: str) -> Step:
    first, *lines = lines_of(error)
    words = login_arguments(session)
    commands = (command,) if words is None else (login_command(words), command)
    return Step(CALLER, PROBLEM, (f"{summary}: {first}", *lines, *others), commands)


def is_sts_error(error: Exception, clock: Optional[datetime], now: datetime) -> bool:
    """Return whether STS, its region, the network or a clock is at fault, not the credentials."""
    if not isinstance(error, ClientError) or error_code(error) in _STS_ERRORS:
        return True
    return clock is not None and abs((clock - now).total_seconds()) > MAX_CLOCK_SKEW_SECONDS


def lines_of(error: Exception) -> list[str]:
    """Return the lines of an error's message, or the name of its type."""
    return str(error).strip().splitlines() or [type(error).__name__]

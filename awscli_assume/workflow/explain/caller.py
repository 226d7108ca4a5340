"""The first step: the source's credentials, and whose STS says they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Mapping, Optional

from awscli_assume.aws.callers import get_caller_identity, server_time
from awscli_assume.aws.optional_call import create_optional_client, error_code
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sso_login import login_arguments, login_command
from awscli_assume.aws.sts.client import (
    client_options,
    create_sts_client,
    partition_of_region,
    region_of,
)
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.errors import NoTerminal, UnexpectedAnswer
from awscli_assume.host import BotoCoreError, ClientError
from awscli_assume.host.context import CommandContext
from awscli_assume.model.credentials import format_time
from awscli_assume.model.diagnosis import CALLER, OK, PROBLEM, UNKNOWN, Step
from awscli_assume.profiles.state import expiration_beside
from awscli_assume.workflow.credentials.assume_role import source_mfa_device_named
from awscli_assume.workflow.explain.subject import IdentifiedCaller, Subject
from awscli_assume.workflow.explain.suggested_commands import Lines
from awscli_assume.workflow.planning.plan import AssumePlan
from awscli_assume.workflow.planning.source_profile import use_source

# How botocore came by credentials (credentials.py, METHOD of each provider; "login"
# from 2.32 on), in words.
_KINDS = {
    "env": "keys in the environment",
    "shared-credentials-file": "keys in the credentials file",
    "config-file": "keys in the config file",
    "assume-role": "a role that the profile names",
    "assume-role-with-web-identity": "a web identity",
    "sso": "IAM Identity Center (aws sso login)",
    "login": "aws login",
    "custom-process": "a credential_process",
    "iam-role": "the role of the instance",
    "container-role": "the role of the container",
}
# "Common Errors" and "AssumeRole" (AWS STS API reference): a region, or a bad moment.
_NOT_THEIR_FAULT = (
    "RegionDisabledException", "Throttling", "ThrottlingException", "RequestLimitExceeded",
    "InternalFailure", "ServiceUnavailable",
)  # fmt: skip
# What a signature may be old (IAM User Guide, "Signature Version 4", "Troubleshooting").
SKEW_MOST_SECONDS = 300


def identify_caller(context: CommandContext, plan: AssumePlan) -> IdentifiedCaller:
    """Find the source's credentials and ask STS whose they are."""
    source = plan.profile_pair.source
    try:
        use_source(context.session, plan.profile_pair)
        region = plan.start_region(context.environment)
        client = create_sts_client(context, region)
        partition = partition_of_region(context.session, client)
        with source_mfa_device_named(context.session), credentials_redacted(), error_hints_added():
            credentials = context.session.get_credentials()
            frozen = None if credentials is None else credentials.get_frozen_credentials()
    except (ClientError, BotoCoreError, UnexpectedAnswer, NoTerminal) as error:
        step = _without_credentials(source, str(error), login_arguments(context.session))
        return IdentifiedCaller(step, None)
    if credentials is None or frozen is None:
        step = _without_credentials(source, "there are no credentials", None)
        return IdentifiedCaller(step, None, client)
    kind = _KINDS.get(credentials.method, f"credentials by {credentials.method}")
    try:
        identity = get_caller_identity(client)
    except (ClientError, BotoCoreError, UnexpectedAnswer) as error:
        clock = server_time(getattr(error, "response", None))
        if blames_sts(error, clock, context.environment.now()):
            step = _not_named(source, kind)
        else:
            step = _refused(source, kind, login_arguments(context.session), error)
        return IdentifiedCaller(step, None, client, clock, error, partition)

    def make_client(service: str) -> Any:
        options = client_options(context.parsed_globals, region_of(client), frozen)
        return create_optional_client(context.session, service, options)

    subject = Subject(identity, bool(frozen.token), make_client)
    expiry = _expiry(context.session, credentials, frozen.access_key)
    step = _known(subject, source, kind, expiry, context.environment.now())
    return IdentifiedCaller(step, subject, client, identity.server_time, None, partition)


def _known(
    subject: Subject, source: Optional[str], kind: str, expiry: Optional[datetime], now: datetime
) -> Step:
    caller = subject.identity.caller
    evidence = [
        f"the caller is {subject.identity.arn}",
        f"account {caller.account_id}, partition {caller.partition}",
        f"the credentials are {kind}, {_place(source)}",
    ]
    if expiry is not None:
        minutes = max(0, int((expiry - now).total_seconds() // 60))
        evidence.append(f"they expire at {format_time(expiry)}, in {minutes} minutes")
    elif subject.is_temporary:
        evidence.append("they are temporary, and when they expire is not known")
    return Step(CALLER, OK, tuple(evidence))


def _expiry(session: Any, credentials: Any, access_key_id: str) -> Optional[datetime]:
    # botocore has no public question for it (credentials.py, all versions).
    found = getattr(credentials, "_expiry_time", None)
    if found is not None:
        return found  # type: ignore[no-any-return]
    if credentials.method == "env":
        return None
    profile: Mapping[str, Any] = session.full_config["profiles"].get(
        session.get_config_variable("profile") or "default", {}
    )
    return expiration_beside(profile, access_key_id)


def _place(source: Optional[str]) -> str:
    return "of no profile" if source is None else f"of the profile '{source}'"


def _without_credentials(
    source: Optional[str], reason: str, sign_in: Optional[tuple[str, ...]]
) -> Step:
    first, *others = reason.strip().splitlines() or ["no reason"]
    renew = () if sign_in is None else (login_command(sign_in),)
    return Step(
        CALLER,
        PROBLEM,
        (f"{_place(source)[3:]} gives no credentials: {first}", *others),
        (*renew, Lines(source, None).by_caller("configure", "list")),
    )


def blames_sts(error: Exception, clock: Optional[datetime], now: datetime) -> bool:
    """Return whether STS, its region, the network or a clock is at fault, not credentials."""
    if not isinstance(error, ClientError):
        return True
    if error_code(error) in _NOT_THEIR_FAULT:
        return True
    return clock is not None and abs((clock - now).total_seconds()) > SKEW_MOST_SECONDS


def _not_named(source: Optional[str], kind: str) -> Step:
    evidence = "who is calling is not known: STS did not answer that"
    return Step(CALLER, UNKNOWN, (evidence, f"the credentials are {kind}, {_place(source)}"))


def _refused(
    source: Optional[str], kind: str, sign_in: Optional[tuple[str, ...]], error: Exception
) -> Step:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    renew = () if sign_in is None else (login_command(sign_in),)
    return Step(
        CALLER,
        PROBLEM,
        (
            f"STS does not take the credentials: {lines[0]}",
            *lines[1:],
            f"the credentials are {kind}, {_place(source)}",
        ),
        (*renew, Lines(source, None).by_caller("sts", "get-caller-identity")),
    )

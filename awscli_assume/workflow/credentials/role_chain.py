"""Role chaining by ``--via``: assume the first role, then each next one with its credentials."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from awscli_assume.aws.sts.client import Signer, assume_role
from awscli_assume.aws.sts.errors import chain_step_named
from awscli_assume.aws.sts.max_duration import (
    MaxDurationCache,
    assume_for_max_duration,
    assume_up_to,
)
from awscli_assume.aws.sts.web_identity import assume_role_with_identity_token
from awscli_assume.host import ClientError
from awscli_assume.host.environment import Environment
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.request.limits import CHAINED_DURATION_MAX, MAX_DURATION, longest
from awscli_assume.model.request.request import AssumeRoleRequest, requests_in_order
from awscli_assume.outputs.summary import shortened_note, unknown_maximum_note
from awscli_assume.workflow.credentials.mfa_code import MfaProcess
from awscli_assume.workflow.credentials.mfa_device import (
    with_device_of_caller,
    with_device_of_code,
)
from awscli_assume.workflow.credentials.mfa_session import assume_with_device
from awscli_assume.workflow.planning.identity_provider import read_identity_token


def assume_first(
    signer: Signer,
    request: AssumeRoleRequest,
    process: Optional[MfaProcess],
    environment: Environment,
    finds_device: bool,
) -> tuple[AssumeRoleRequest, TemporaryCredentials]:
    """Assume the first role of a chain, which is the only one without ``--via``.

    Returns the request, too: with ``finds_device``, and if STS asks for MFA, it has the
    caller's MFA device, and the call is made once more.
    """
    if not finds_device:
        return request, _assume_first(signer, request, process, environment)
    request = with_device_of_code(request, signer, environment)
    try:
        return request, _assume_first(signer, request, process, environment)
    except ClientError as error:
        found = with_device_of_caller(error, request, signer, process, environment)
        if found is None:
            raise
    return found, _assume_first(signer, found, process, environment)


def _assume_first(
    signer: Signer,
    request: AssumeRoleRequest,
    process: Optional[MfaProcess],
    environment: Environment,
) -> TemporaryCredentials:
    first = requests_in_order(request)[0]
    if not request.via:
        return _assume(signer, first, process, environment)
    with chain_step_named(1, len(request.via), first.role.arn):
        return _assume(signer, first, process, environment)


def assume_rest(
    signer: Signer,
    request: AssumeRoleRequest,
    credentials: TemporaryCredentials,
    environment: Environment,
) -> TemporaryCredentials:
    """Assume the other roles of a chain, each with the credentials of the one before.

    The credentials of the roles in between are used once, and never stored.
    """
    if not request.via:
        return credentials
    signer = signer.with_credentials(_assume_between(signer, request, credentials, environment))
    return assume_last(signer, request, environment)


def assume_via(
    signer: Signer,
    request: AssumeRoleRequest,
    process: Optional[MfaProcess],
    environment: Environment,
) -> TemporaryCredentials:
    """Assume the roles of ``--via``, and return the credentials that assume the role itself."""
    first = _assume_first(signer, request, process, environment)
    return _assume_between(signer, request, first, environment)


def assume_last(
    signer: Signer, request: AssumeRoleRequest, environment: Environment
) -> TemporaryCredentials:
    """Assume the role itself. The signer has the credentials of the last role of ``--via``."""
    return assume_role(signer.client, requests_in_order(request)[-1], environment.now())


def _assume_between(
    signer: Signer,
    request: AssumeRoleRequest,
    credentials: TemporaryCredentials,
    environment: Environment,
) -> TemporaryCredentials:
    """Assume all roles of ``--via`` but the first, whose ``credentials`` these are."""
    for number, step in enumerate(requests_in_order(request)[1:-1], 2):
        signer = signer.with_credentials(credentials)
        with chain_step_named(number, len(request.via), step.role.arn):
            credentials = assume_role(signer.client, step, environment.now())
    return credentials


def _assume(
    signer: Signer,
    request: AssumeRoleRequest,
    process: Optional[MfaProcess],
    environment: Environment,
) -> TemporaryCredentials:
    """Assume one role for the requested duration, or as much of it as the role allows."""
    seconds, now = request.seconds, environment.now()
    is_exact = not isinstance(seconds, str) and not request.is_duration_configured
    if is_exact or longest(seconds) <= CHAINED_DURATION_MAX:
        # Every role allows an hour.
        exact = request.lasting(longest(seconds)) if isinstance(seconds, str) else request
        return _assume_once(signer, exact, process, environment)
    # The two functions ask IAM themselves: a refused duration needs no second question.
    without_iam = replace(signer, iam=None)

    def call(settled: AssumeRoleRequest) -> TemporaryCredentials:
        return _assume_once(without_iam, settled, process, environment)

    cache = MaxDurationCache()
    if seconds == MAX_DURATION:
        credentials, is_unknown = assume_for_max_duration(request, now, cache, signer.iam, call)
        note = unknown_maximum_note(request.role.arn) if is_unknown else ""
    else:
        most = longest(seconds)
        credentials, found = assume_up_to(request, most, now, cache, signer.iam, call)
        is_shorter = found < most and request.is_duration_configured
        note = shortened_note(request.role.arn, found, most) if is_shorter else ""
    environment.notify(note)
    return credentials


def _assume_once(
    signer: Signer,
    request: AssumeRoleRequest,
    process: Optional[MfaProcess],
    environment: Environment,
) -> TemporaryCredentials:
    """Assume one role with the identity provider's token, which is read now, or as the source."""
    if request.identity_token is None:
        return assume_with_device(signer, request, process, environment)
    token = read_identity_token(request.identity_token, signer.ca_bundle, environment)
    return assume_role_with_identity_token(signer.client, request, token, environment.now())

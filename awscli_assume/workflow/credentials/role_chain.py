"""The requests of one journey: the role, and before it those on the way (``--via``)."""

from __future__ import annotations

from dataclasses import replace
from typing import Optional

from awscli_assume.aws.sts.client import assume_role
from awscli_assume.aws.sts.errors import chain_step_named
from awscli_assume.aws.sts.max_duration import MaxDurationCache, assume_longest
from awscli_assume.aws.sts.mfa import Signer
from awscli_assume.host import ClientError
from awscli_assume.host.environment import Environment
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.request.limits import MAX_DURATION
from awscli_assume.model.request.request import AssumeRoleRequest, requests_in_order
from awscli_assume.outputs.summary import unknown_maximum_note
from awscli_assume.workflow.credentials.mfa_code import MfaProcess
from awscli_assume.workflow.credentials.mfa_device import (
    with_device_of_caller,
    with_device_of_code,
)
from awscli_assume.workflow.credentials.web_identity import assume_once


def begin(
    signer: Signer,
    request: AssumeRoleRequest,
    process: Optional[MfaProcess],
    environment: Environment,
    finds_device: bool,
) -> tuple[AssumeRoleRequest, TemporaryCredentials]:
    """Assume the first role of a request, which is the only one where it has no hops.

    The request comes back, with the caller's MFA device where that was needed, had
    not been named and was to be found: then the call is made once more.
    """
    if not finds_device:
        return request, _first(signer, request, process, environment)
    request = with_device_of_code(request, signer, environment)
    try:
        return request, _first(signer, request, process, environment)
    except ClientError as error:
        found = with_device_of_caller(error, request, signer, process, environment)
        if found is None:
            raise
    return found, _first(signer, found, process, environment)


def _first(
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


def go_on(
    signer: Signer,
    request: AssumeRoleRequest,
    begun: TemporaryCredentials,
    environment: Environment,
) -> TemporaryCredentials:
    """Assume all other roles of a request, each by the credentials of the one before.

    What the hops answered is used once, and neither written nor kept.
    """
    _, *others = requests_in_order(request)
    for number, asked in enumerate(others, 2):
        signer = signer.with_credentials(begun)
        if asked is others[-1]:
            return assume_role(signer.client, asked, environment.now())
        with chain_step_named(number, len(request.via), asked.role.arn):
            begun = assume_role(signer.client, asked, environment.now())
    return begun


def _assume(
    signer: Signer,
    request: AssumeRoleRequest,
    process: Optional[MfaProcess],
    environment: Environment,
) -> TemporaryCredentials:
    """Assume one role; the longest that it allows is found out where that was asked for."""
    if request.seconds != MAX_DURATION:
        return assume_once(signer, request, process, environment)
    # IAM is asked before, if at all: a refusal of a step needs no second answer.
    silent = replace(signer, iam=None)

    def call(settled: AssumeRoleRequest) -> TemporaryCredentials:
        return assume_once(silent, settled, process, environment)

    longest = assume_longest(request, environment.now(), MaxDurationCache(), signer.iam, call)
    if longest.is_guess:
        environment.notify(unknown_maximum_note(request.role.arn))
    return longest.credentials

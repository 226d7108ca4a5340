"""AssumeRole for a request that may have an MFA device: one code for many roles."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Optional

from awscli_assume.aws.sts.client import assume_role
from awscli_assume.aws.sts.mfa import Signer, get_session_token, is_stale
from awscli_assume.host import ClientError
from awscli_assume.host.environment import Environment
from awscli_assume.model.credentials import SessionCredentials, TemporaryCredentials
from awscli_assume.model.request.limits import MAX_DURATION
from awscli_assume.model.request.mfa import MfaRoute, route_of
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.profiles.cache.mfa_sessions import MfaSession
from awscli_assume.workflow.credentials.mfa_code import MfaProcess, check_terminal, with_code


def needs_code(request: AssumeRoleRequest) -> bool:
    """Return whether a request has a device whose code was not given."""
    return request.serial_number is not None and request.token_code is None


def goes_by_session(request: AssumeRoleRequest, signer: Signer) -> bool:
    """Return whether a request is signed by a session that one code bought for many.

    Where the longest duration is still to be found out, that is not known yet.
    """
    is_settled = request.seconds != MAX_DURATION
    return is_settled and needs_code(request) and _route(request, signer).by_session


def renews_without_code(
    request: AssumeRoleRequest,
    signer: Signer,
    process: Optional[MfaProcess],
    now: datetime,
) -> bool:
    """Return whether a request can be made again when nobody is there to type a code."""
    if process is not None or request.serial_number is None:
        return True
    request = replace(request, token_code=None)
    return goes_by_session(request, signer) and _held(request, signer, now) is not None


def check_code_will_be_there(
    request: AssumeRoleRequest,
    signer: Signer,
    process: Optional[MfaProcess],
    environment: Environment,
) -> None:
    """Raise NoTerminal where a code is needed, nothing answers it and nobody can be asked."""
    if not needs_code(request) or process is not None or environment.has_terminal():
        return
    if _held(request, signer, environment.now()) is None:
        check_terminal(str(request.serial_number), environment)


def assume_with_device(
    signer: Signer,
    request: AssumeRoleRequest,
    process: Optional[MfaProcess],
    environment: Environment,
) -> TemporaryCredentials:
    """Assume the role; where the request's device has a code to give, it is asked for here."""
    if not needs_code(request):
        return assume_role(signer.client, request, environment.now(), signer.iam)
    route = _route(request, signer)
    if route.by_session:
        return _by_session(signer, request, process, environment)
    if route.note:
        environment.notify(f"aws: [NOTE]: {route.note}\n")
    return with_code(
        str(request.serial_number),
        process,
        environment,
        lambda code: assume_role(
            signer.client, request.with_token_code(code), environment.now(), signer.iam
        ),
    )


def _by_session(
    signer: Signer,
    request: AssumeRoleRequest,
    process: Optional[MfaProcess],
    environment: Environment,
) -> TemporaryCredentials:
    kept = _kept(request, signer)
    held = kept.load(environment.now())
    if held is not None:
        try:
            return _signed(signer, held, request, environment)
        except ClientError as error:
            if not is_stale(error):
                raise
            kept.remove(held)
    fresh = _obtain(kept, signer, request, process, environment)
    return _signed(signer, fresh, request, environment)


def _obtain(
    kept: MfaSession,
    signer: Signer,
    request: AssumeRoleRequest,
    process: Optional[MfaProcess],
    environment: Environment,
) -> SessionCredentials:
    """Return a session for a code, asked for once by all processes that need one."""
    serial_number = str(request.serial_number)
    with kept.locked():
        held = kept.load(environment.now())
        if held is None:
            held = with_code(
                serial_number,
                process,
                environment,
                lambda code: get_session_token(
                    signer.client, serial_number, code, environment.now()
                ),
            )
            kept.store(held, environment.now())
    return held


def _signed(
    signer: Signer,
    session: SessionCredentials,
    request: AssumeRoleRequest,
    environment: Environment,
) -> TemporaryCredentials:
    client = signer.by_session(session)
    return assume_role(client, request.without_device(), environment.now(), signer.iam)


def _route(request: AssumeRoleRequest, signer: Signer) -> MfaRoute:
    route = route_of(request, is_long_lived=not signer.frozen().token)
    is_possible = route.by_session and _kept(request, signer).is_possible()
    # Where nothing can be kept, a session would cost a call and serve nobody else.
    return route if is_possible or not route.by_session else MfaRoute(by_session=False)


def _kept(request: AssumeRoleRequest, signer: Signer) -> MfaSession:
    return MfaSession(signer.frozen().access_key, str(request.serial_number))


def _held(
    request: AssumeRoleRequest, signer: Signer, now: datetime
) -> Optional[SessionCredentials]:
    if signer.is_refreshable or not _route(request, signer).by_session:
        return None
    return _kept(request, signer).load(now)

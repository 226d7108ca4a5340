"""AssumeRole with an MFA device: one code starts a session that all roles behind it use."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Optional

from awscli_assume.aws.sts.client import Signer, assume_role
from awscli_assume.aws.sts.errors import are_credentials_expired
from awscli_assume.aws.sts.mfa import get_session_token
from awscli_assume.host import ClientError
from awscli_assume.host.environment import Environment
from awscli_assume.model.credentials import SessionCredentials, TemporaryCredentials
from awscli_assume.model.request.mfa import MfaRoute, route_of
from awscli_assume.model.request.request import AssumeRoleRequest
from awscli_assume.profiles.cache.mfa_sessions import MfaSession
from awscli_assume.workflow.credentials.mfa_code import MfaProcess, check_terminal, with_code


def needs_code(request: AssumeRoleRequest) -> bool:
    """Return whether a request has a device whose code was not given."""
    return request.serial_number is not None and request.token_code is None


def uses_mfa_session(request: AssumeRoleRequest, signer: Signer) -> bool:
    """Return whether a request is signed by the MFA session that many requests share.

    With a duration that depends on the role, that is not known before the duration is.
    """
    is_settled = not isinstance(request.seconds, str)
    return is_settled and needs_code(request) and _route(request, signer).by_session


def repeats_without_code(
    request: AssumeRoleRequest, signer: Signer, process: Optional[MfaProcess], now: datetime
) -> bool:
    """Return whether a request can be repeated without asking the user for a code."""
    if process is not None or request.serial_number is None:
        return True
    request = replace(request, token_code=None)
    return uses_mfa_session(request, signer) and _cached_session(request, signer, now) is not None


def check_code_available(
    request: AssumeRoleRequest,
    signer: Signer,
    process: Optional[MfaProcess],
    environment: Environment,
) -> None:
    """Raise NoTerminal if a code is needed, and neither a command nor the user can give it."""
    if not needs_code(request) or process is not None or environment.has_terminal():
        return
    if _cached_session(request, signer, environment.now()) is None:
        check_terminal(str(request.serial_number), environment)


def assume_with_device(
    signer: Signer,
    request: AssumeRoleRequest,
    process: Optional[MfaProcess],
    environment: Environment,
) -> TemporaryCredentials:
    """Assume the role, after a prompt for the MFA code if needed."""
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
    cache = _cache_of(request, signer)
    session = cache.load(environment.now())
    if session is not None:
        try:
            return _signed(signer, session, request, environment)
        except ClientError as error:
            if not are_credentials_expired(error):
                raise
            cache.remove(session)
    fresh = _obtain(cache, signer, request, process, environment)
    return _signed(signer, fresh, request, environment)


def _obtain(
    cache: MfaSession,
    signer: Signer,
    request: AssumeRoleRequest,
    process: Optional[MfaProcess],
    environment: Environment,
) -> SessionCredentials:
    """Return a new session; of all processes that need one, the first asks for the code."""
    serial_number = str(request.serial_number)
    with cache.locked():
        session = cache.load(environment.now())
        if session is None:
            session = with_code(
                serial_number,
                process,
                environment,
                lambda code: get_session_token(
                    signer.client, serial_number, code, environment.now()
                ),
            )
            cache.store(session, environment.now())
    return session


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
    is_stored = route.by_session and not signer.in_memory
    is_possible = is_stored and _cache_of(request, signer).is_possible()
    # If the session can't be cached, it would cost a call and serve no other request.
    return route if is_possible or not route.by_session else MfaRoute(by_session=False)


def _cache_of(request: AssumeRoleRequest, signer: Signer) -> MfaSession:
    return MfaSession(signer.frozen().access_key, str(request.serial_number))


def _cached_session(
    request: AssumeRoleRequest, signer: Signer, now: datetime
) -> Optional[SessionCredentials]:
    if signer.is_refreshable or not _route(request, signer).by_session:
        return None
    return _cache_of(request, signer).load(now)

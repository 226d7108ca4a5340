"""Errors of STS: botocore's own exceptions with hints added, and what they say."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Callable, Iterator, Optional

from awscli_assume.aws.iam.roles import get_max_duration
from awscli_assume.aws.optional_call import error_code
from awscli_assume.aws.sso.login import PORTAL_HINT
from awscli_assume.aws.sts.error_hints import (
    CHAINING_LIMIT,
    MAX_DURATION,
    MFA_FAILED,
    MFA_REQUIRED,
    NETWORK_HINT,
    PROXY_HINT,
    WRONG_MFA_CODE,
    find_hint,
    max_duration_hint,
)
from awscli_assume.errors import UnexpectedAnswer
from awscli_assume.host import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    ResponseParserError,
)
from awscli_assume.host.protocols import IamClient
from awscli_assume.model.printable import with_profile
from awscli_assume.model.request.request import AssumeRoleRequest

# "Common Errors" (AWS STS API reference): the session has expired, or its user's key is gone.
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId")


@contextmanager
def error_hints_added(
    request: Optional[AssumeRoleRequest] = None, iam: Optional[Callable[[], IamClient]] = None
) -> Iterator[None]:
    """Call STS; add a hint to botocore's exceptions.

    ``iam`` returns an IAM client. It is used for the role's maximum session duration if
    the request exceeds that.

    Raises UnexpectedAnswer if botocore can't parse the response: botocore's own message
    would contain the body, which may hold credentials.
    """
    try:
        yield
    except ClientError as error:
        hint = None
        if request is not None and iam is not None and exceeds_max_duration(error):
            hint = max_duration_hint(get_max_duration(iam, request.role), request.seconds)
        add_hint(error, hint or _hint_for(error, request))
        raise
    except EndpointConnectionError as error:
        _append(error, NETWORK_HINT)
        raise
    except ResponseParserError:
        raise unexpected_response() from None


@contextmanager
def chain_step_named(number: int, count: int, role_arn: str) -> Iterator[None]:
    """Assume a role of a role chain; add to its errors which step of how many failed."""
    step = f"This was role {number} of {count} in --via: {role_arn}"
    try:
        yield
    except ClientError as error:
        add_hint(error, step)
        raise
    except (BotoCoreError, UnexpectedAnswer) as error:
        _append(error, step)
        raise


def add_hint(error: ClientError, hint: Optional[str]) -> None:
    """Add a line to the message of a service's error, and remove the request that it quotes.

    The exception stays the same object: the CLI's error handlers read its class, its
    response and its traceback.
    """
    _change_message(error, lambda text: _with_hint(text, hint))


def name_profile(error: ClientError, profile: str) -> None:
    """Add the source profile to the IAM commands of a hint, which are for its account."""
    _change_message(error, lambda text: with_profile(text, profile))


def _change_message(error: ClientError, change: Callable[[str], str]) -> None:
    details = error.response.get("Error", {})
    if "Message" in details:
        details["Message"] = change(str(details["Message"]))
    error.args = (change(str(error.args[0])), *error.args[1:])


def unexpected_response(operation: str = "the request") -> UnexpectedAnswer:
    """Return the error for a response that is not one of STS."""
    return UnexpectedAnswer(
        f"The response to {operation} is not one of STS. Nothing was written. {PROXY_HINT}"
    )


def exceeds_max_duration(error: ClientError) -> bool:
    """Return whether the duration exceeds the role's maximum session duration."""
    return MAX_DURATION in _message(error, "ValidationError")


def exceeds_chaining_limit(error: ClientError) -> bool:
    """Return whether the duration exceeds the one hour of role chaining."""
    return CHAINING_LIMIT in _message(error, "ValidationError")


def is_wrong_mfa_code(error: Exception) -> bool:
    """Return whether STS rejected the MFA code itself."""
    return WRONG_MFA_CODE in _denial(error)


def is_mfa_required(error: ClientError) -> bool:
    """Return whether the request was denied because it has no MFA device."""
    return any(part in _denial(error) for part in MFA_REQUIRED)


def is_denied_by_policy(error: ClientError) -> bool:
    """Return whether a policy denied the request, rather than an MFA code or device."""
    denial = _denial(error)
    return bool(denial) and MFA_FAILED not in denial


def are_credentials_expired(error: Exception) -> bool:
    """Return whether STS rejected the credentials that signed the request."""
    return isinstance(error, ClientError) and error_code(error) in _EXPIRED


def _denial(error: Exception) -> str:
    """Return STS's message of an AccessDenied error, empty for other errors."""
    return _message(error, "AccessDenied", "AccessDeniedException")


def _message(error: Exception, *codes: str) -> str:
    """Return the first line of an error with one of the codes: STS's own, without our hints."""
    if not isinstance(error, ClientError) or error_code(error) not in codes:
        return ""
    return str(error.response["Error"].get("Message", "")).partition("\n")[0]


def _hint_for(error: ClientError, request: Optional[AssumeRoleRequest]) -> Optional[str]:
    code = error_code(error)
    message = str(error.response.get("Error", {}).get("Message", ""))
    about = ("NAME",) if request is None else (request.role.name, request.operation)
    hint = find_hint(code, message, *about)
    if hint is None and (code.isdigit() or code in ("", "Unknown")):
        # botocore's stand-in for an error document without a code: a proxy's HTML.
        return PORTAL_HINT if error.operation_name == "GetRoleCredentials" else PROXY_HINT
    return hint


def _with_hint(text: str, hint: Optional[str]) -> str:
    # SignatureDoesNotMatch quotes the request, and with it the caller's session token
    # (IAM User Guide, "Troubleshoot signed requests").
    text = text.partition("The Canonical String for this request")[0].rstrip()
    return text if hint is None or hint in text else f"{text}\n{hint}"


def _append(error: Exception, hint: str) -> None:
    error.args = (f"{error.args[0]}\n{hint}", *error.args[1:])

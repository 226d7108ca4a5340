"""What STS's refusals become: botocore's own errors, with the cause added."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Callable, Iterator, Optional

from awscli_assume.aws.iam.maximum import role_maximum
from awscli_assume.aws.sts.error_hints import NO_ENDPOINT, cause_of, maximum_cause
from awscli_assume.errors import UnexpectedAnswer
from awscli_assume.host import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    ResponseParserError,
)
from awscli_assume.model.request.request import AssumeRoleRequest

_BETWEEN = "Check what stands between here and STS: --endpoint-url, AWS_ENDPOINT_URL, a proxy"


@contextmanager
def error_hints_added(
    request: Optional[AssumeRoleRequest] = None, iam: Optional[Callable[[], Any]] = None
) -> Iterator[None]:
    """Run a call to STS; what it raises stays botocore's own, with the cause added.

    ``iam`` answers a client of IAM, to ask for the role's maximum session
    duration where that is what the request exceeds.

    Raises UnexpectedAnswer where botocore could not read the answer: its own
    message would print the body, which may hold credentials.
    """
    try:
        yield
    except ClientError as error:
        cause = None
        if request is not None and iam is not None and exceeds_maximum(error):
            cause = maximum_cause(role_maximum(iam, request.role), request.seconds)
        _add_cause(error, request, cause)
        raise
    except EndpointConnectionError as error:
        _append(error, NO_ENDPOINT)
        raise
    except ResponseParserError:
        raise foreign_answer() from None


@contextmanager
def chain_step_named(number: int, count: int, role_arn: str) -> Iterator[None]:
    """Run what assumes a role on the way; its failure says which one of how many that is."""
    place = f"That was hop {number} of {count} (--via): {role_arn}"
    try:
        yield
    except ClientError as error:
        add_reason(error, place)
        raise
    except (BotoCoreError, UnexpectedAnswer) as error:
        _append(error, place)
        raise


def add_reason(error: Any, reason: str) -> None:
    """Add a line to a refusal of STS, in the two places that are read."""
    details = error.response.get("Error", {})
    if "Message" in details:
        details["Message"] = f"{details['Message']}\n{reason}"
    _append(error, reason)


def exceeds_maximum(error: Any) -> bool:
    """Return whether STS refused a duration above the role's own maximum."""
    return "MaxSessionDuration" in _validation_text(error)


def exceeds_chaining(error: Any) -> bool:
    """Return whether STS refused a duration above the hour of role chaining."""
    return "role chaining" in _validation_text(error)


def _validation_text(error: Any) -> str:
    """Return STS's own line of a ValidationError, without the cause that we add below it."""
    details = error.response.get("Error", {})
    text = str(details.get("Message", "")).partition("\n")[0]
    return text if details.get("Code") == "ValidationError" else ""


def foreign_answer() -> UnexpectedAnswer:
    """Return the error for what came back in place of an answer of STS."""
    return UnexpectedAnswer(f"The answer is not one of STS, and nothing was written. {_BETWEEN}")


def _add_cause(
    error: Any, request: Optional[AssumeRoleRequest], cause: Optional[str] = None
) -> None:
    # In place: the class, the response and the traceback of the exception are
    # what the CLI's error handlers read.
    details = error.response.get("Error", {})
    text = _without_request(str(details.get("Message", "")))
    code = str(details.get("Code", ""))
    about = ("NAME",) if request is None else (request.role.name, request.operation)
    cause = cause or cause_of(code, text, *about)
    if cause is None and (code.isdigit() or code in ("", "Unknown")):
        # botocore's stand-in where an error document has no code: a proxy's HTML.
        cause = _BETWEEN
    if "Message" in details:
        details["Message"] = text if cause is None else f"{text}\n{cause}"
    shown = _without_request(str(error.args[0]))
    error.args = (shown if cause is None else f"{shown}\n{cause}", *error.args[1:])


def _without_request(text: str) -> str:
    """Cut the canonical request out of a text of STS: it holds the caller's session token.

    SignatureDoesNotMatch quotes it (IAM User Guide, "Troubleshoot signed requests").
    """
    return text.partition("The Canonical String for this request")[0].rstrip()


def is_refusal(error: Any) -> bool:
    """Return whether policies are why STS refused: AccessDenied, but not for a code or device."""
    details = error.response.get("Error", {})
    is_denied = details.get("Code") in ("AccessDenied", "AccessDeniedException")
    return is_denied and "MultiFactorAuthentication failed" not in str(details.get("Message", ""))


def _append(error: Any, cause: str) -> None:
    error.args = (f"{error.args[0]}\n{cause}", *error.args[1:])

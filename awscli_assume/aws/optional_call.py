"""Calls to AWS that may fail: the caller reports the reason and continues."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator, Mapping, Optional

from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.host import (
    ATTEMPTS,
    ONE_ATTEMPT,
    BotoCoreError,
    ClientError,
    Config,
    ResponseParserError,
)
from awscli_assume.host.context import CommandContext
from awscli_assume.host.protocols import Session

# Both spellings are IAM's: the second one in its API reference.
MISSING = ("NoSuchEntity", "NoSuchEntityException")
# "Common Errors" of the IAM and STS API references, and those of AWS Organizations.
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
# The errors of botocore's parsers for a response that is not from the service.
_UNREADABLE = (BotoCoreError, ResponseParserError, AttributeError, KeyError, TypeError, ValueError)
# Behind a VPC endpoint for STS alone, other services can't be reached: give up soon.
_TIMEOUT_SECONDS = 5
_RETRY_SETTINGS = ("retry_mode", "max_attempts")


class CallUnavailable(Exception):
    """An operation that returned nothing; ``code`` is the service's error code, or empty.

    The message names the operation and holds no secret.
    """

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.code = code


def create_optional_client(session: Session, service: str, options: Mapping[str, Any]) -> Any:
    """Return a client for optional calls: one attempt, with time-outs of at most 5 seconds."""
    default = session.get_default_client_config()
    config = Config(
        connect_timeout=_timeout(getattr(default, "connect_timeout", None)),
        read_timeout=_timeout(getattr(default, "read_timeout", None)),
        retries=dict(ONE_ATTEMPT),
    )
    return session.create_client(service, config=config, **options)


def adaptive_retries(context: CommandContext, attempts: int) -> dict[str, Any]:
    """Return the Config options of a client whose threads make many calls.

    Services throttle hundreds of calls. Only the mode "adaptive" then slows all threads down
    (botocore/retries/adaptive.py); the default modes of both versions don't. The user's own
    settings take precedence.
    """
    if has_retry_settings(context):
        return {}
    return {"retries": {"mode": "adaptive", ATTEMPTS: attempts}}


def has_retry_settings(context: CommandContext) -> bool:
    """Return whether the user has set how botocore repeats requests, in the session's profile."""
    profile, variables = context.session.get_scoped_config(), context.environment.variables
    return any(name in profile or variables.get(f"AWS_{name.upper()}") for name in _RETRY_SETTINGS)


@contextmanager
def optional_call(operation: str, caller: str = "the caller") -> Iterator[None]:
    """Make one call, such as ``iam:GetRole``. Raises CallUnavailable for every failure."""
    with credentials_redacted(), failure_named(operation, caller):
        yield


@contextmanager
def failure_named(operation: str, caller: str = "the caller") -> Iterator[None]:
    """Raise CallUnavailable for every failure of a call.

    Unlike ``optional_call`` this is for threads: their caller already redacts the logs.
    """
    try:
        yield
    except ClientError as error:
        code = error_code(error)
        reason = (
            f"{caller} lacks the permission {operation}"
            if code in _DENIED
            else f"{operation} failed with {code or 'no error code'}"
        )
        raise CallUnavailable(reason, code) from None
    except _UNREADABLE as error:
        raise CallUnavailable(f"{operation} failed ({type(error).__name__})") from None


def error_code(error: ClientError) -> str:
    """Return the service's error code, or an empty string."""
    return str(error.response.get("Error", {}).get("Code", ""))


def _timeout(configured: Optional[float]) -> float:
    # 0 means no time-out (globalargs.py, both majors).
    return min(configured or _TIMEOUT_SECONDS, _TIMEOUT_SECONDS)

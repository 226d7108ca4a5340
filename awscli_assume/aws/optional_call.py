"""A question to AWS whose refusal is an answer too: what is not told, and why."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any, Iterator, Optional

from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.host import BotoCoreError, ClientError, ResponseParserError

# Both spellings are IAM's: the second one in its API reference.
MISSING = ("NoSuchEntity", "NoSuchEntityException")
# "Common Errors" of the IAM and STS API references, and what Organizations says.
_REFUSED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")


class CallUnavailable(Exception):
    """An operation that did not answer; ``code`` is the service's, where it has one.

    The text is a sentence that names the operation and holds no secret.
    """

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.code = code


@contextmanager
def optional_call(operation: str, whom: str = "the caller") -> Iterator[None]:
    """Ask one thing (``iam:GetRole``). Raises NotAnswered for all that can go wrong with it."""
    try:
        with credentials_redacted():
            yield
    except ClientError as error:
        raise CallUnavailable(_reason(operation, whom, error), code_of(error)) from None
    except (BotoCoreError, ResponseParserError, KeyError, TypeError, ValueError) as error:
        raise CallUnavailable(f"{operation} got no answer ({type(error).__name__})") from None


def code_of(error: Any) -> str:
    """Return the error code of a ClientError."""
    return str(error.response.get("Error", {}).get("Code", ""))


def header_date(response: Optional[Any]) -> Optional[str]:
    """Return the Date header of botocore's parsed response, or of a ClientError's."""
    headers = ((response or {}).get("ResponseMetadata") or {}).get("HTTPHeaders") or {}
    found = headers.get("date")
    return found if isinstance(found, str) else None


def _reason(operation: str, whom: str, error: Any) -> str:
    code = code_of(error)
    if code in _REFUSED:
        return f"{whom} lacks the right to {operation}"
    return f"{operation} answered {code or 'no code'}"

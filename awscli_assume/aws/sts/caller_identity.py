"""Who is calling, as STS says it, and what its clock says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any, Optional

from awscli_assume.aws.callers import Caller
from awscli_assume.aws.optional_call import header_date
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sts.errors import error_hints_added, foreign_answer


@dataclass(frozen=True)
class Identity:
    """What GetCallerIdentity answers; ``server_time`` is aware, None without a Date header."""

    arn: str
    user_id: str
    caller: Caller
    server_time: Optional[datetime]


def ask_identity(client: Any) -> Identity:
    """Ask STS who the source credentials belong to (GetCallerIdentity).

    Raises botocore's exceptions with the cause added, and UnexpectedAnswer.
    """
    with credentials_redacted(), error_hints_added():
        try:
            answer = client.get_caller_identity()
            arn = answer["Arn"]
            caller = Caller.from_arn(arn)
        except (KeyError, ValueError, TypeError, AttributeError):
            raise foreign_answer() from None
    return Identity(arn, str(answer.get("UserId", "")), caller, server_time(answer))


def server_time(response: Any) -> Optional[datetime]:
    """Return the time of a response's Date header, aware; None where it has none."""
    text = header_date(response)
    try:
        found = None if text is None else parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if found is None:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=timezone.utc)

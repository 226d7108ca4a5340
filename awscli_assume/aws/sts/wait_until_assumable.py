"""Try to assume a role until STS grants it: IAM's changes take their time to get there.

Source: IAM User Guide, "Troubleshoot IAM", "Changes that I make are not always
immediately visible".
"""

from __future__ import annotations

import time
from typing import Any, Callable, Optional

from awscli_assume.aws.optional_call import code_of
from awscli_assume.aws.redaction import credentials_redacted
from awscli_assume.aws.sts.errors import error_hints_added
from awscli_assume.host import ClientError

# A minute in all, the first tries close together.
PAUSES = (1.0, 2.0, 2.0, *(5.0,) * 11)
_LEAST_SECONDS = 900


def wait_until_assumable(
    client: Any,
    role_arn: str,
    session_name: str,
    external_id: Optional[str] = None,
    pause: Callable[[float], None] = time.sleep,
) -> bool:
    """Call AssumeRole until it is granted; False where it was denied to the last.

    The credentials are thrown away. ``client`` is one of STS. Raises every other
    refusal than AccessDenied.
    """
    parameters = {} if external_id is None else {"ExternalId": external_id}
    for seconds in (*PAUSES, None):
        try:
            with credentials_redacted(), error_hints_added():
                client.assume_role(
                    RoleArn=role_arn,
                    RoleSessionName=session_name,
                    DurationSeconds=_LEAST_SECONDS,
                    **parameters,
                )
            return True
        except ClientError as error:
            if code_of(error) != "AccessDenied":
                raise
        if seconds is not None:
            pause(seconds)
    return False

"""The longest session that a role allows, found out once and remembered by role ARN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Callable, Optional

from awscli_assume.aws.iam.maximum import role_maximum
from awscli_assume.aws.sts.errors import exceeds_chaining, exceeds_maximum
from awscli_assume.files.private_folder import JsonCache, digest
from awscli_assume.host import ClientError, cache_folder
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.request.limits import CHAINED_DURATION_MAX
from awscli_assume.model.request.request import AssumeRoleRequest

STEPS = (43200, 28800, 14400, 7200, 3600)
# After it a role is asked about anew: its maximum may have been raised.
_REMEMBERED_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Longest:
    """Credentials, and whether their duration was taken for want of knowing the role's maximum."""

    credentials: TemporaryCredentials
    is_guess: bool = False


class MaxDurationCache:
    """The longest session of each role in seconds, for a day.

    Stored in the CLI's cache folder, one file of mode 0600 a role, named by a
    digest of its ARN. It holds no credential.
    """

    def __init__(self, folder: Optional[str] = None) -> None:
        self._cache = JsonCache(folder or cache_folder("assume-durations"))

    def load(self, role_arn: str, now: datetime) -> Optional[int]:
        """Return what is known of a role."""
        found = self._cache.load(_file_name(role_arn))
        seconds, at = found.get("Seconds"), found.get("At")
        if not (isinstance(seconds, int) and isinstance(at, (int, float))):
            return None
        is_usable = CHAINED_DURATION_MAX <= seconds <= STEPS[0]
        is_fresh = 0 <= now.timestamp() - at < _REMEMBERED_SECONDS
        return seconds if is_usable and is_fresh else None

    def store(self, role_arn: str, seconds: int, now: datetime) -> None:
        """Store what a role allows, where the cache can be written."""
        values = {"RoleArn": role_arn, "Seconds": seconds, "At": int(now.timestamp())}
        self._cache.store(_file_name(role_arn), values)

    def forget(self, role_arn: str) -> None:
        """Remove what is known of a role."""
        self._cache.remove(_file_name(role_arn))


def assume_longest(
    request: AssumeRoleRequest,
    now: datetime,
    memory: MaxDurationCache,
    iam: Optional[Callable[[], Any]],
    call: Callable[[AssumeRoleRequest], TemporaryCredentials],
) -> Longest:
    """Assume the role for as long as it allows: what is remembered, what IAM says, else step down.

    ``iam`` answers a client of IAM, ``call`` asks STS for a number of seconds. A
    token code works once, so with an MFA device there is one attempt. Raises what
    ``call`` raises.
    """
    arn = request.role.arn
    known = memory.load(arn, now)
    most = known
    if most is None and iam is not None:
        most = role_maximum(iam, request.role)
    left = _steps(most, request.serial_number is not None)
    is_worth_keeping = most is not None or request.serial_number is None
    while True:
        seconds = left.pop(0)
        try:
            credentials = call(request.lasting(seconds))
            break
        except ClientError as error:
            if exceeds_chaining(error):
                # It says nothing about the role, only about this source.
                is_worth_keeping, left = False, left[-1:]
            elif exceeds_maximum(error):
                memory.forget(arn)
            if not left or not (exceeds_chaining(error) or exceeds_maximum(error)):
                raise
    if is_worth_keeping and seconds != known:
        memory.store(arn, seconds, now)
    return Longest(credentials, is_guess=most is None and request.serial_number is not None)


def _steps(most: Optional[int], has_device: bool) -> list[int]:
    """Return the durations to try, the longest first."""
    if has_device:
        return [most or STEPS[-1]]
    if most is None:
        return list(STEPS)
    return [most, *(step for step in STEPS if step < most)]


def _file_name(role_arn: str) -> str:
    return digest(role_arn) + ".json"

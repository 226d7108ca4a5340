"""The maximum session duration of a role (``--duration-seconds max``), cached by role ARN."""

from __future__ import annotations

from datetime import datetime
from typing import Callable, Optional

from awscli_assume.aws.iam.roles import get_max_duration
from awscli_assume.aws.sts.errors import exceeds_chaining_limit, exceeds_max_duration
from awscli_assume.files.private_folder import JsonCache, digest
from awscli_assume.host import ClientError, cache_folder
from awscli_assume.host.protocols import IamClient
from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.request.limits import CHAINED_DURATION_MAX, longest
from awscli_assume.model.request.request import AssumeRoleRequest

STEPS = (43200, 28800, 14400, 7200, 3600)
# A role's maximum may have been raised: look it up again after a day.
_FRESH_SECONDS = 24 * 3600


class MaxDurationCache:
    """Maximum session durations in seconds by role ARN, for a day.

    Each role has a file of mode 0600 in the CLI's cache folder. The file's name is a
    digest of the role ARN. It holds no credentials.
    """

    def __init__(self, folder: Optional[str] = None) -> None:
        self._cache = JsonCache(folder or cache_folder("assume-durations"))

    def load(self, role_arn: str, now: datetime) -> Optional[int]:
        """Return the maximum of a role, None if it is not cached."""
        found = self._cache.load(_file_name(role_arn))
        seconds, at = found.get("Seconds"), found.get("At")
        if not (isinstance(seconds, int) and isinstance(at, (int, float))):
            return None
        is_valid = CHAINED_DURATION_MAX <= seconds <= STEPS[0]
        is_fresh = 0 <= now.timestamp() - at < _FRESH_SECONDS
        return seconds if is_valid and is_fresh else None

    def store(self, role_arn: str, seconds: int, now: datetime) -> None:
        """Store the maximum of a role. A file that can't be written is no error."""
        values = {"RoleArn": role_arn, "Seconds": seconds, "At": int(now.timestamp())}
        self._cache.store(_file_name(role_arn), values)

    def forget(self, role_arn: str) -> None:
        """Delete the entry of a role."""
        self._cache.remove(_file_name(role_arn))


def assume_for_max_duration(
    request: AssumeRoleRequest,
    now: datetime,
    cache: MaxDurationCache,
    iam: Optional[Callable[[], IamClient]],
    assume: Callable[[AssumeRoleRequest], TemporaryCredentials],
) -> tuple[TemporaryCredentials, bool]:
    """Assume the role for its maximum session duration: cached, from IAM, or by trying STEPS.

    ``iam`` returns an IAM client, ``assume`` sends a request. A token code works once,
    so with an MFA device there is one attempt. Raises what ``assume`` raises.

    Returns the credentials, and whether the role's maximum is unknown: with an MFA
    device the duration is then one hour.
    """
    arn, has_device = request.role.arn, request.serial_number is not None
    cached = maximum = cache.load(arn, now)
    if maximum is None and iam is not None:
        maximum = get_max_duration(iam, request.role)
    is_unknown = maximum is None and has_device
    is_worth_caching = not is_unknown
    durations = _durations_to_try(maximum, has_device)
    while True:
        seconds = durations.pop(0)
        try:
            credentials = assume(request.lasting(seconds))
            break
        except ClientError as error:
            if exceeds_chaining_limit(error):
                # This limit is the source's, not the role's.
                is_worth_caching, durations = False, durations[-1:]
            elif exceeds_max_duration(error):
                cache.forget(arn)
            else:
                raise
            if not durations:
                raise
    if is_worth_caching and seconds != cached:
        cache.store(arn, seconds, now)
    return credentials, is_unknown


def assume_up_to(
    request: AssumeRoleRequest,
    most: int,
    now: datetime,
    cache: MaxDurationCache,
    iam: Optional[Callable[[], IamClient]],
    assume: Callable[[AssumeRoleRequest], TemporaryCredentials],
) -> tuple[TemporaryCredentials, int]:
    """Assume the role for ``most`` seconds, or for its maximum session duration if it is less.

    IAM is asked for the maximum if STS refuses the duration. A token code that was given works
    once, so with one there is one attempt. Returns the credentials and the requested seconds. The
    rest is as in ``assume_for_max_duration``.
    """
    arn, maximum = request.role.arn, _maximum_before(request, now, cache, iam)
    durations = _durations_up_to(most, maximum)
    is_refused = False
    while True:
        seconds = durations.pop(0)
        try:
            credentials = assume(request.lasting(seconds))
            break
        except ClientError as error:
            if exceeds_chaining_limit(error):
                durations, is_refused = durations[-1:], False
            elif exceeds_max_duration(error):
                cache.forget(arn)
                if not is_refused and maximum is None and iam is not None:
                    maximum = get_max_duration(iam, request.role)
                    if maximum is not None and maximum < seconds:
                        durations = _durations_up_to(maximum, None)
                is_refused = True
            else:
                raise
            if not durations or request.token_code is not None:
                raise
    if is_refused:
        cache.store(arn, seconds, now)
    return credentials, seconds


def _maximum_before(
    request: AssumeRoleRequest,
    now: datetime,
    cache: MaxDurationCache,
    iam: Optional[Callable[[], IamClient]],
) -> Optional[int]:
    """Return the maximum of a role as far as it is known before STS is asked.

    IAM is asked if a refusal would use up an MFA code; not for a configured number, of which the
    user knows that it works.
    """
    maximum = cache.load(request.role.arn, now)
    uses_code = request.serial_number is not None and isinstance(request.seconds, str)
    if maximum is None and uses_code and iam is not None:
        maximum = get_max_duration(iam, request.role)
        if maximum is not None:
            cache.store(request.role.arn, maximum, now)
    return maximum


def expected_duration(request: AssumeRoleRequest, now: datetime) -> int:
    """Return the seconds of a session, as far as the role's maximum is known without a call."""
    seconds = longest(request.seconds)
    if not isinstance(request.seconds, str) and not request.is_duration_configured:
        return seconds
    return min(seconds, MaxDurationCache().load(request.role.arn, now) or STEPS[0])


def _durations_up_to(most: int, maximum: Optional[int]) -> list[int]:
    """Return the durations to try, the longest first; every role allows the last."""
    first = min(most, maximum or most)
    return [first, *(step for step in STEPS if step < first)]


def _durations_to_try(maximum: Optional[int], has_device: bool) -> list[int]:
    if has_device:
        return [maximum or STEPS[-1]]
    if maximum is None:
        return list(STEPS)
    return [maximum, *(step for step in STEPS if step < maximum)]


def _file_name(role_arn: str) -> str:
    return digest(role_arn) + ".json"

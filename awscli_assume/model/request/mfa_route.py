"""Which way the code of an MFA device takes to STS."""

from __future__ import annotations

from dataclasses import dataclass

from awscli_assume.model.request.request import AssumeRoleRequest

# "Users that use Multi-Factor Authentication (MFA) with the AWS CLI … use the AWS STS
# GetSessionToken API and are limited to 1 hour" (AWS re:Post Knowledge Center, "How do I
# resolve the role chaining limit error"): a longer session by that way is refused with
# "The requested DurationSeconds exceeds the 1 hour session limit".
BY_SESSION_MOST_SECONDS = 3600


@dataclass(frozen=True)
class Route:
    """One way, and a sentence for people where they would expect the other one.

    ``by_session``: the code buys one session (GetSessionToken), which signs this
    request and others. Else the code goes into AssumeRole itself.
    """

    by_session: bool
    note: str = ""


def route_of(request: AssumeRoleRequest, is_long_lived: bool) -> Route:
    """Return the way of a request that has an MFA device.

    ``is_long_lived`` tells of the source's access key: GetSessionToken takes no
    other (AWS STS API reference, "GetSessionToken"). A code that was given is for
    this one request.
    """
    if request.serial_number is None or request.token_code is not None or not is_long_lived:
        return Route(by_session=False)
    seconds = request.seconds
    # As long as MAX_DURATION is not found out yet, either way is possible.
    if isinstance(seconds, int) and seconds > BY_SESSION_MOST_SECONDS:
        return Route(
            False,
            f"a session of {seconds} seconds needs a code of its own: what is kept of an earlier "
            f"code gives at most {BY_SESSION_MOST_SECONDS}",
        )
    return Route(by_session=True)

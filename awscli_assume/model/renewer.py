"""Temporary credentials that are renewed before they expire."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Callable, Optional

from awscli_assume.model.credentials import TemporaryCredentials

# botocore refreshes 15 minutes before the expiration (RefreshableCredentials,
# _advisory_refresh_timeout), the other SDKs later: credentials are new one minute before.
MARGIN_SECONDS = 15 * 60 + 60
# STS throttles: after a failure, not every request tries again.
PAUSE_SECONDS = 30


@dataclass(frozen=True)
class RenewableCredentials:
    """The first credentials for a program that runs for long, and how to get the next ones.

    ``renews_silently`` is False if the next ones need an MFA code.
    """

    first: TemporaryCredentials
    region: Optional[str]
    role: str
    renew: Callable[[], TemporaryCredentials] = field(repr=False)
    renews_silently: bool = True


def renewal_margin(lifetime_seconds: float) -> float:
    """Return how many seconds before the expiration to renew credentials."""
    # Otherwise a session of 900 seconds would be renewed all the time.
    return min(MARGIN_SECONDS, lifetime_seconds / 3)


class Renewer:
    """Temporary credentials that ``renew`` renews; safe for any number of threads.

    ``now`` returns an aware time. ``margin_seconds`` returns how long before the
    expiration to renew credentials with a lifetime in seconds.
    """

    def __init__(
        self,
        first: TemporaryCredentials,
        renew: Callable[[], TemporaryCredentials],
        now: Callable[[], datetime],
        margin_seconds: Callable[[float], float] = renewal_margin,
    ) -> None:
        self._renew = renew
        self._now = now
        self._margin_seconds = margin_seconds
        self._lock = threading.Lock()
        self._error: Optional[Exception] = None
        self._failed_at = now()
        self._take(first)

    def current(self) -> TemporaryCredentials:
        """Return credentials that are valid now.

        In the margin before the expiration one thread renews them while the others wait.
        If that fails, the old credentials are returned until they expire, and the next
        attempt comes after a pause. Once they have expired, the error is raised.
        """
        credentials, renew_at = self._current
        if self._now() < renew_at:
            return credentials
        with self._lock:
            # Another thread may have renewed them while this one waited for the lock.
            if self._now() >= self._current[1] and not self._is_pausing():
                self._try_to_renew()
            credentials, _ = self._current
            if self._error is not None and self._now() >= credentials.expiration:
                # Without the frames of earlier callers, which would accumulate.
                raise self._error.with_traceback(None)
            return credentials

    def _is_pausing(self) -> bool:
        # If the clock was set back, the pause does not get longer.
        since = (self._now() - self._failed_at).total_seconds()
        return self._error is not None and 0 <= since < PAUSE_SECONDS

    def _try_to_renew(self) -> None:
        try:
            self._take(self._renew())
            self._error = None
        except Exception as error:
            self._error = error
            self._failed_at = self._now()

    def _take(self, credentials: TemporaryCredentials) -> None:
        lifetime = (credentials.expiration - self._now()).total_seconds()
        margin = timedelta(seconds=self._margin_seconds(lifetime))
        # In one assignment, because current() reads it without the lock.
        self._current = (credentials, credentials.expiration - margin)

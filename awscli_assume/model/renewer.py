"""Temporary credentials that are made anew before they end."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Callable, Optional

from awscli_assume.model.credentials import TemporaryCredentials

# botocore asks 15 minutes before the end (RefreshableCredentials._advisory_refresh_timeout),
# the other SDKs later: with a minute more, ours are new by then.
MARGIN_SECONDS = 15 * 60 + 60
# STS throttles; a failure that lasts is not asked about with each request.
PAUSE_SECONDS = 30


def renewal_margin(lifetime_seconds: float) -> float:
    """Return how many seconds before their end credentials of this lifetime are made anew."""
    # A session of 900 seconds would be renewed all the time.
    return min(MARGIN_SECONDS, lifetime_seconds / 3)


class Renewer:
    """Return credentials for as long as ``again`` makes new ones; for any number of threads.

    ``now`` answers an aware time. ``margin_seconds`` answers, for a lifetime in
    seconds, how long before the end the credentials are made anew.
    """

    def __init__(
        self,
        first: TemporaryCredentials,
        again: Callable[[], TemporaryCredentials],
        now: Callable[[], datetime],
        margin_seconds: Callable[[float], float] = renewal_margin,
    ) -> None:
        self._again = again
        self._now = now
        self._margin_seconds = margin_seconds
        self._lock = threading.Lock()
        self._error: Optional[Exception] = None
        self._failed_at = now()
        self._take(first)

    def current(self) -> TemporaryCredentials:
        """Return credentials that are valid now.

        One thread makes new ones when the margin is reached, and the others
        wait for it. Where that fails the old ones are answered until they end,
        and it is tried again after a pause; from their end on ``again``'s error
        is raised.
        """
        credentials, renew_at = self._held
        if self._now() < renew_at:
            return credentials
        with self._lock:
            # Another thread may have done it while this one waited for the lock.
            if self._now() >= self._held[1] and not self._pausing():
                self._renew()
            credentials, _ = self._held
            if self._error is not None and self._now() >= credentials.expiration:
                # Without the frames of earlier callers, which would add up.
                raise self._error.with_traceback(None)
            return credentials

    def _pausing(self) -> bool:
        # A clock that was set back does not make the pause longer.
        since = (self._now() - self._failed_at).total_seconds()
        return self._error is not None and 0 <= since < PAUSE_SECONDS

    def _renew(self) -> None:
        try:
            self._take(self._again())
            self._error = None
        except Exception as error:
            self._error = error
            self._failed_at = self._now()

    def _take(self, credentials: TemporaryCredentials) -> None:
        lifetime = (credentials.expiration - self._now()).total_seconds()
        margin = timedelta(seconds=self._margin_seconds(lifetime))
        # In one assignment: current() reads it without the lock.
        self._held = (credentials, credentials.expiration - margin)

"""The rate of requests that many threads share, which follows the throttling of a service.

botocore's own retries belong to one request, and its mode "adaptive" to one client: it lowers the
rate once for each throttled request, so that fifty at the same time stop all for minutes
(botocore/retries/adaptive.py).
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from typing import Any, Callable, Mapping, Optional

# "Common Errors" of the AWS STS API reference, and of other services that use the same front end.
THROTTLED = frozenset(
    {
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_TOO_MANY_REQUESTS = 429
# How often one request is sent again before its error counts.
MOST_RETRIES = 10
# A throttled service gets this part of the rate that it has just served.
_DECREASE = 0.75
# How the rate grows while nothing is throttled: by a part of itself, and by a number, a second.
_GROWTH, _STEP = 0.1, 1.0
_LOWEST_RATE = 1.0
# The time over which the served rate is measured.
_WINDOW = 0.5
# The parts of the mean interval between two requests; other processes have other ones.
_JITTER = (0.5, 1.5)
Clock = Callable[[], float]


@dataclass
class RequestCounts:
    """How many requests were sent, and how many of them the service throttled."""

    sent: int = 0
    throttled: int = 0


class SharedRate:
    """The rate of requests. It is unlimited until a service throttles one.

    ``stopped`` ends all waits, and nothing is sent again then. Times are in seconds.
    """

    def __init__(
        self,
        stopped: Optional[threading.Event] = None,
        clock: Clock = time.monotonic,
        wait: Optional[Callable[[float], object]] = None,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self.counts = RequestCounts()
        self.rate: Optional[float] = None
        self._stopped = stopped or threading.Event()
        self._clock = clock
        self._wait = wait or self._stopped.wait
        self._jitter = jitter
        self._lock = threading.Lock()
        # One thread after another waits for its turn, at the rate of that moment.
        self._turn = threading.Lock()
        self._next = self._grown = self._lowered = 0.0
        # The requests that were served in the current window, and the rate of the one before.
        self._began = clock()
        self._served = 0
        self._served_rate = 0.0

    def before_request(self) -> float:
        """Wait until a request may be sent, and return the time of that."""
        if self.rate is not None:
            with self._turn:
                seconds = self._next - self._clock()
                if seconds > 0:
                    self._wait(seconds)
                with self._lock:
                    self._take_turn()
        with self._lock:
            self.counts.sent += 1
        return self._clock()

    def served(self) -> None:
        """Count a request that was not throttled, whatever its result is."""
        with self._lock:
            now = self._clock()
            self._served += 1
            if now - self._began >= _WINDOW:
                self._served_rate = self._served / (now - self._began)
                self._began, self._served = now, 0

    def throttled(self, sent: float) -> None:
        """Lower the rate, unless that was done after the request was sent."""
        with self._lock:
            self.counts.throttled += 1
            if sent < self._lowered:
                return
            now = self._clock()
            current = self._served / max(now - self._began, _WINDOW)
            measured = max(self._served_rate, current)
            rate = measured if self.rate is None else min(self.rate, max(measured, self.rate / 2))
            self.rate = max(rate * _DECREASE, _LOWEST_RATE)
            self._lowered = self._grown = now

    def may_repeat(self, attempts: int) -> bool:
        """Return whether a throttled request is sent again after so many ``attempts``."""
        return attempts <= MOST_RETRIES and not self._stopped.is_set()

    def _take_turn(self) -> None:
        """Raise the rate by the time that has passed, and set when the next turn is."""
        now = self._clock()
        rate = self.rate or _LOWEST_RATE
        rate += (now - self._grown) * (rate * _GROWTH + _STEP)
        self.rate, self._grown = rate, now
        self._next = now + self._jitter(*_JITTER) / rate


def share_rate(client: Any, service: str, rate: SharedRate, retries: bool) -> None:
    """Let the requests of a botocore client wait for the rate, and repeat those throttled.

    Without ``retries``, the client's own settings decide what is repeated. Both hooks are
    botocore's own events (endpoint.py and signers.py, all versions); the first one comes before
    the request is signed, because a signature has a time.
    """
    own = threading.local()

    def before_sign(**_: object) -> None:
        own.sent = rate.before_request()

    def needs_retry(
        response: Optional[tuple[Any, Mapping[str, Any]]], attempts: int, **_: object
    ) -> Optional[float]:
        if response is None:
            return None
        if not _is_throttled(*response):
            rate.served()
            return None
        rate.throttled(own.sent)
        return 0.0 if retries and rate.may_repeat(attempts) else None

    client.meta.events.register_first(f"before-sign.{service}", before_sign)
    # The first result of all handlers counts.
    client.meta.events.register_first(f"needs-retry.{service}", needs_retry)


def _is_throttled(reply: Any, parsed: Mapping[str, Any]) -> bool:
    code = parsed.get("Error", {}).get("Code")
    return code in THROTTLED or reply.status_code == _TOO_MANY_REQUESTS

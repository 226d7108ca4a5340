"""The shared rate: unlimited, lowered once for a burst of throttled requests, and raised again."""

from __future__ import annotations

import threading
from typing import Any, Callable, Optional

import pytest
from botocore.hooks import HierarchicalEmitter

from awscli_assume.aws.throttling import MOST_RETRIES, SharedRate, share_rate


class Clock:
    """A clock that goes on only while somebody waits."""

    def __init__(self) -> None:
        self.now = 100.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rate(clock: Clock) -> SharedRate:
    return SharedRate(clock=clock, wait=clock.wait, jitter=lambda low, high: (low + high) / 2)


def serve(rate: SharedRate, clock: Clock, count: int, seconds: float) -> None:
    """Let a service serve requests at regular times."""
    for _ in range(count):
        rate.before_request()
        clock.now += seconds / count
        rate.served()


def test_unlimited_until_a_request_is_throttled(rate: SharedRate, clock: Clock) -> None:
    """Nothing waits at first."""
    serve(rate, clock, 1000, 2.0)

    assert clock.waits == []
    assert rate.rate is None
    assert (rate.counts.sent, rate.counts.throttled) == (1000, 0)


def test_rate_follows_what_was_served(rate: SharedRate, clock: Clock) -> None:
    """After a throttled request, three quarters of the served rate are sent."""
    serve(rate, clock, 200, 2.0)
    rate.throttled(rate.before_request())

    assert rate.rate == pytest.approx(75, rel=0.05)
    began = clock.now
    for _ in range(76):
        rate.before_request()
    assert clock.now - began == pytest.approx(1.0, rel=0.15)


def test_burst_of_throttled_requests_lowers_the_rate_once(rate: SharedRate, clock: Clock) -> None:
    """Requests that were sent before the rate was lowered say nothing about the new rate."""
    serve(rate, clock, 200, 2.0)
    sent = [rate.before_request() for _ in range(50)]
    clock.now += 0.05
    for one in sent:
        rate.throttled(one)

    assert rate.rate == pytest.approx(75, rel=0.05)
    assert rate.counts.throttled == 50


def test_rate_grows_while_nothing_is_throttled(rate: SharedRate, clock: Clock) -> None:
    """A service that has recovered gets more requests again."""
    serve(rate, clock, 20, 2.0)
    rate.throttled(rate.before_request())
    first = rate.rate
    assert first is not None
    began = clock.now
    while clock.now - began < 10:
        rate.before_request()
        rate.served()

    assert rate.rate is not None
    assert rate.rate > 2.5 * first


def test_service_that_serves_nothing_is_still_asked(rate: SharedRate, clock: Clock) -> None:
    """The rate never becomes zero, and grows from there."""
    for _ in range(8):
        sent = rate.before_request()
        clock.now += 0.05
        rate.throttled(sent)

    assert rate.rate is not None
    assert rate.rate >= 1.0
    assert sum(clock.waits) < 30


def test_stopped_rate_waits_for_nobody() -> None:
    """Ctrl-C ends all waits, and nothing is sent again."""
    stopped = threading.Event()
    rate = SharedRate(stopped)
    rate.throttled(rate.before_request())
    for _ in range(3):
        rate.before_request()
    stopped.set()
    waiting = threading.Thread(target=lambda: [rate.before_request() for _ in range(200)])
    waiting.start()
    waiting.join(10)

    assert not waiting.is_alive()
    assert not rate.may_repeat(1)


class Client:
    """A client with botocore's own events."""

    def __init__(self) -> None:
        self.meta = self
        self.events = HierarchicalEmitter()

    def needs_retry(self, code: Optional[str], attempts: int = 1, status: int = 400) -> Any:
        """Return what botocore gets (endpoint.py, _needs_retry)."""
        reply: Any = type("Reply", (), {"status_code": status})()
        parsed = {} if code is None else {"Error": {"Code": code}}
        self.events.emit("before-sign.sts.AssumeRole")
        replies = self.events.emit(
            "needs-retry.sts.AssumeRole", response=(reply, parsed), attempts=attempts
        )
        return next((value for _, value in replies if value is not None), None)


def made(rate: SharedRate, retries: bool) -> Client:
    client = Client()
    # botocore's own handler, which would wait a second.
    client.events.register("needs-retry.sts", lambda **_: 1.0)
    share_rate(client, "sts", rate, retries)
    return client


@pytest.mark.parametrize(
    ("code", "status"), [("Throttling", 400), ("RequestLimitExceeded", 503), (None, 429)]
)
def test_throttled_request_is_sent_again(
    rate: SharedRate, code: Optional[str], status: int
) -> None:
    """Our answer comes first; the shared rate is the only wait."""
    client = made(rate, retries=True)

    assert client.needs_retry(code, status=status) == 0.0
    assert client.needs_retry(code, MOST_RETRIES, status) == 0.0
    assert rate.counts.throttled == 2


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.needs_retry("AccessDenied"),
        lambda client: client.needs_retry(None, status=200),
        lambda client: client.needs_retry("Throttling", MOST_RETRIES + 1),
    ],
)
def test_what_botocore_decides(rate: SharedRate, call: Callable[[Client], Any]) -> None:
    """Other errors, successes, and requests that were throttled too often are botocore's."""
    assert call(made(rate, retries=True)) == 1.0


def test_settings_of_the_user_decide(rate: SharedRate) -> None:
    """With the user's own retry settings, the rate is lowered and botocore repeats."""
    client = made(rate, retries=False)

    assert client.needs_retry("Throttling") == 1.0
    assert rate.rate is not None

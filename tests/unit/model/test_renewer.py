"""When credentials are made anew, by how many, and what a failure leaves."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone
from typing import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_assume.model.credentials import TemporaryCredentials
from awscli_assume.model.renewer import Renewer, renewal_margin

START = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "IQoJb3JpZ2luX2VjEJr//////////wEaCXVzLWVhc3QtMSJHMEUC="
HOUR = 3600


class Clock:
    """A time that moves when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> datetime:
        return START + timedelta(seconds=self.seconds)


class Maker:
    """Makes numbered credentials of one hour, or fails while ``error`` is set."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.calls = 0
        self.error: Exception | None = None
        self.wait: Callable[[], None] = lambda: None

    def __call__(self) -> TemporaryCredentials:
        self.calls += 1
        self.wait()
        if self.error is not None:
            raise self.error
        return TemporaryCredentials(
            f"ASIA{self.calls}", SECRET, TOKEN, self.clock() + timedelta(seconds=HOUR),
            "arn:aws:sts::123456789012:assumed-role/r/alice", "AROAEXAMPLE:alice",
        )  # fmt: skip


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def maker(clock: Clock) -> Maker:
    return Maker(clock)


@pytest.fixture
def renewer(clock: Clock, maker: Maker) -> Renewer:
    """Return one that holds ASIA1, which ends after an hour."""
    return Renewer(maker(), maker, clock)


@given(st.floats(min_value=0.001, max_value=43200))
def test_the_margin_lies_inside_of_the_lifetime(lifetime: float) -> None:
    """Whatever the lifetime, it is used before the margin begins, and for most of its time."""
    assert 0 < renewal_margin(lifetime) <= lifetime / 3


@pytest.mark.parametrize(
    ("lifetime", "margin"), [(900, 300), (2880, 960), (3600, 960), (7200, 960), (43200, 960)]
)
def test_the_margin_is_before_botocore_asks(lifetime: float, margin: float) -> None:
    """A long session is renewed 16 minutes before its end, a short one at its last third."""
    assert renewal_margin(lifetime) == margin


@given(st.floats(min_value=900, max_value=43200))
def test_credentials_are_kept_until_the_margin(lifetime: float) -> None:
    """The last moment before the margin has the old credentials, its first the new ones."""
    clock = Clock()
    maker = Maker(clock)
    first = TemporaryCredentials(
        "first", SECRET, TOKEN, START + timedelta(seconds=lifetime), "arn", "id"
    )
    renewer = Renewer(first, maker, clock)
    begin = lifetime - renewal_margin(lifetime)
    clock.seconds = begin - 0.001
    before = renewer.current().access_key_id
    clock.seconds = begin + 0.001

    assert (before, renewer.current().access_key_id, maker.calls) == ("first", "ASIA1", 1)


def test_new_credentials_have_a_margin_of_their_own(
    renewer: Renewer, clock: Clock, maker: Maker
) -> None:
    """A renewal counts from the time that it was made at."""
    found = []
    for clock.seconds in (0, 2639, 2640, 5279, 5280, 7919, 7920):
        found.append(renewer.current().access_key_id)

    assert found == ["ASIA1", "ASIA1", "ASIA2", "ASIA2", "ASIA3", "ASIA3", "ASIA4"]


@pytest.mark.parametrize("moment", [2700, HOUR, 2 * HOUR])
def test_one_renewal_for_fifty_threads(
    renewer: Renewer, clock: Clock, maker: Maker, moment: int
) -> None:
    """Threads that come at once wait for one renewal, and all get what it made."""
    clock.seconds = moment
    # Long enough for all to come, were they let in; a slow machine passes, too.
    maker.wait = lambda: time.sleep(0.05)
    found = at_once(50, lambda: renewer.current().access_key_id)

    assert found == ["ASIA2"] * 50
    assert maker.calls == 2


def test_fifty_threads_share_one_failure(renewer: Renewer, clock: Clock, maker: Maker) -> None:
    """After the end, one failed call is the answer to all that came for it."""
    clock.seconds = HOUR
    maker.error = ValueError("STS said no")

    def refusal() -> str:
        with pytest.raises(ValueError) as caught:
            renewer.current()
        return str(caught.value)

    assert at_once(50, refusal) == ["STS said no"] * 50
    assert maker.calls == 2


def test_a_failed_renewal_leaves_the_old_ones(
    renewer: Renewer, clock: Clock, maker: Maker
) -> None:
    """Old credentials are answered to their last second, then the error is raised."""
    maker.error = ValueError("STS said no")
    for clock.seconds in (2700, 3000, HOUR - 1):
        assert renewer.current().access_key_id == "ASIA1"
    clock.seconds = HOUR

    with pytest.raises(ValueError, match="STS said no"):
        renewer.current()


def test_a_failure_is_tried_again_after_a_pause(
    renewer: Renewer, clock: Clock, maker: Maker
) -> None:
    """In 30 seconds a failure is not repeated; then it is, and success ends it."""
    maker.error = ValueError("STS said no")
    calls = []
    for clock.seconds in (2700, 2701, 2729, 2730, 2759):
        renewer.current()
        calls.append(maker.calls)
    maker.error = None
    clock.seconds = 2760

    assert calls == [2, 2, 2, 3, 3]
    assert renewer.current().access_key_id == "ASIA4"
    clock.seconds = 2761
    assert renewer.current().access_key_id == "ASIA4"


def test_a_renewal_can_come_back_after_the_end(
    renewer: Renewer, clock: Clock, maker: Maker
) -> None:
    """Expired credentials are not the end: the next try after the pause may succeed."""
    maker.error = ValueError("STS said no")
    clock.seconds = HOUR
    with pytest.raises(ValueError):
        renewer.current()
    maker.error = None
    clock.seconds = HOUR + 29
    with pytest.raises(ValueError):
        renewer.current()
    clock.seconds = HOUR + 30

    assert renewer.current().access_key_id == "ASIA3"


def test_a_clock_set_back_does_not_prolong_the_pause(
    renewer: Renewer, clock: Clock, maker: Maker
) -> None:
    """A failure in what is now the future does not keep from trying."""
    maker.error = ValueError("STS said no")
    clock.seconds = 3500
    renewer.current()
    maker.error = None
    clock.seconds = 2800

    assert renewer.current().access_key_id == "ASIA3"


def test_an_error_does_not_grow(renewer: Renewer, clock: Clock, maker: Maker) -> None:
    """An error that is raised often does not gather the frames of all who saw it."""
    maker.error = ValueError("STS said no")
    clock.seconds = HOUR
    depths = []
    for _ in range(5):
        with pytest.raises(ValueError) as caught:
            renewer.current()
        depths.append(len(caught.traceback))

    assert len(set(depths)) == 1


def test_secrets_are_not_shown(renewer: Renewer) -> None:
    """The object's text has neither secret."""
    assert SECRET not in repr(renewer) + str(renewer)
    assert TOKEN not in repr(renewer) + str(renewer)


def at_once(number: int, call: Callable[[], str]) -> list[str]:
    """Return what each of so many threads got that began together."""
    barrier = threading.Barrier(number)
    found: list[str] = []

    def run() -> None:
        barrier.wait()
        found.append(call())

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found

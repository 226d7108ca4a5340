"""The text of the progress line, and the rate in it."""

from __future__ import annotations

import threading
from typing import Optional

import pytest

from awscli_assume.outputs.each.status import Rate, Ticker, duration_text, status_text


@pytest.mark.parametrize(
    ("counts", "rate", "expected"),
    [
        ((300, 0, 0, 8), None, "0 of 300 done, 8 running"),
        ((300, 60, 3, 8), 12.0, "60 of 300 done, 3 failed, 8 running, 12.0/s, 20 s left"),
        ((300, 60, 0, 8), 0.5, "60 of 300 done, 8 running, 30.0/min, 8 min 0 s left"),
    ],
)
def test_status(counts: tuple[int, int, int, int], rate: Optional[float], expected: str) -> None:
    """Without a rate, no time is promised."""
    assert status_text(*counts, rate) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.2, "0 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (3599, "59 min 59 s"),
     (7500, "2 h 5 min"), (-1, "0 s")],
)  # fmt: skip
def test_duration(seconds: float, expected: str) -> None:
    """A duration has two units at most."""
    assert duration_text(seconds) == expected


def test_rate_is_that_of_the_last_seconds() -> None:
    """A slow beginning does not count for ever."""
    rate = Rate(0.0)

    assert rate.at(0.0, 0) is None
    assert rate.at(10.0, 0) is None
    assert rate.at(20.0, 10) == 0.5
    for second in range(21, 61):
        found = rate.at(float(second), 10 + (second - 20) * 4)
    assert found == 4.0


def test_ticker_ends() -> None:
    """The thread calls the function until it is stopped, and never again."""
    called = threading.Event()
    calls: list[None] = []

    def tick() -> None:
        calls.append(None)
        called.set()

    ticker = Ticker(tick)
    ticker.start()
    assert called.wait(10)
    ticker.stop()
    count = len(calls)

    assert not called.wait(0) or len(calls) == count
    assert "assume-each-status" not in [one.name for one in threading.enumerate()]

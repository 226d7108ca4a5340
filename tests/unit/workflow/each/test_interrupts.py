"""Signals during a run: when KeyboardInterrupt is raised."""

from __future__ import annotations

import os
import signal

import pytest

from awscli_assume.workflow.each.interrupts import Interrupts


def send(number: int = signal.SIGTERM) -> None:
    os.kill(os.getpid(), number)


def test_it_waits_for_the_end_of_deferred() -> None:
    """The first signal stops the run; what is deferred is carried out to its end."""
    seen: list[str] = []
    interrupts = Interrupts(lambda: seen.append("stop"))
    with pytest.raises(KeyboardInterrupt), interrupts.handled():  # noqa: PT012
        with interrupts.deferred():
            send()
            seen.append("rest")
        seen.append("never")
    assert seen == ["stop", "rest"]


def test_second_signal() -> None:
    """It does not wait."""
    seen: list[str] = []
    interrupts = Interrupts(lambda: seen.append("stop"))
    with pytest.raises(KeyboardInterrupt), interrupts.handled(), interrupts.deferred():  # noqa: PT012
        send(signal.SIGHUP)
        send(signal.SIGTERM)
        seen.append("never")
    assert seen == ["stop", "stop"]


def test_question_to_the_user() -> None:
    """A block that is allowed is left at once, and is not entered after a signal."""
    interrupts = Interrupts(lambda: None)
    seen: list[str] = []
    with pytest.raises(KeyboardInterrupt), interrupts.handled(), interrupts.deferred():  # noqa: PT012
        with interrupts.allowed():
            seen.append("asks")
        with interrupts.allowed():
            send()
            seen.append("never")
    assert seen == ["asks"]
    interrupts = Interrupts(lambda: None)
    with pytest.raises(KeyboardInterrupt), interrupts.handled(), interrupts.deferred():  # noqa: PT012
        send()
        with interrupts.allowed():
            seen.append("never")
    assert seen == ["asks"]


def test_handlers_are_restored() -> None:
    """Afterwards the signals do what they did."""
    before = signal.getsignal(signal.SIGTERM)
    with Interrupts(lambda: None).handled():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before

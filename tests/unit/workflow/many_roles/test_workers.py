"""Threads for many tasks: how many they are, in which order they end, and Ctrl-C."""

from __future__ import annotations

import gc
import os
import threading
import time
import weakref
from typing import Iterator

import pytest

from awscli_assume.workflow.many_roles.workers import MOST_WORKERS, WorkerCount, Workers, run_all


def rounds(count: WorkerCount, seconds: list[float]) -> list[int]:
    """Return the number of workers after each round; a round of tasks takes so long."""
    at, numbers = 0.0, []
    for duration in seconds:
        for _ in range(count.now):
            count.started(at)
        at += duration
        for _ in range(count.now):
            count.finished(at)
        numbers.append(count.now)
    return numbers


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        # Latency: twice as many tasks in the same time.
        ([0.05, 0.05, 0.05], [32, 64, 64]),
        # Cores: twice as many tasks take twice as long.
        ([0.5, 1.0, 2.0, 4.0], [32, 32, 32, 32]),
        # More workers help once, but not again.
        ([0.05, 0.06, 0.2], [32, 64, 64]),
    ],
)
def test_number_follows_what_more_workers_bring(seconds: list[float], expected: list[int]) -> None:
    """The number doubles as long as more tasks are finished in the same time."""
    assert rounds(WorkerCount(cores=2), seconds) == expected


def test_number_of_the_user_is_fixed() -> None:
    """--workers is neither more nor less."""
    assert rounds(WorkerCount(3), [0.05, 0.05]) == [3, 3]


def test_number_has_a_bound() -> None:
    """A machine with many cores does not get more threads than connections."""
    assert WorkerCount(cores=64).now == MOST_WORKERS


def test_all_items_are_carried_out_once() -> None:
    """Each item becomes one result, in the caller's thread."""
    results: list[int] = []
    threads: set[int] = set()

    def finished(result: int) -> None:
        threads.add(threading.get_ident())
        results.append(result)

    run_all(range(500), lambda item: item * 2, finished, workers=8)

    assert sorted(results) == [item * 2 for item in range(500)]
    assert threads == {threading.get_ident()}


def test_items_are_made_when_they_are_needed() -> None:
    """Of thousands of items, only those in work exist."""
    made = done = most = 0

    def items() -> Iterator[int]:
        nonlocal made, most
        for item in range(300):
            made += 1
            most = max(most, made - done)
            yield item

    def finished(_: int) -> None:
        nonlocal done
        done += 1

    run_all(items(), lambda item: item, finished, workers=4)

    assert done == 300
    assert most <= 4 + 1


def test_nothing_of_a_finished_task_is_stored() -> None:
    """Credentials of a finished task are not in memory while others run."""

    class Item:
        pass

    alive: list[weakref.ref[Item]] = []
    most = 0

    def items() -> Iterator[Item]:
        for _ in range(200):
            item = Item()
            alive.append(weakref.ref(item))
            yield item
            del item

    def finished(_: None) -> None:
        nonlocal most
        gc.collect()
        most = max(most, sum(one() is not None for one in alive))

    run_all(items(), lambda item: None, finished, workers=4)

    assert most <= 8


def test_workers_are_bounded() -> None:
    """Never more tasks at once than workers, and all of them at once."""
    inside = most = 0
    lock, barrier = threading.Lock(), threading.Barrier(5)

    def task(_: int) -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        barrier.wait(10)
        with lock:
            inside -= 1

    run_all(range(20), task, lambda _: None, workers=5)

    assert most == 5


def test_error_of_a_task_is_raised_after_those_that_run() -> None:
    """No other task starts, and the results of the running ones are not lost."""
    results: list[int] = []
    started: list[int] = []
    running = threading.Event()

    def task(item: int) -> int:
        started.append(item)
        if item == 0:
            assert running.wait(10)
            raise ValueError("broken")
        running.set()
        time.sleep(0.2)
        return item

    with pytest.raises(ValueError, match="broken"):
        run_all(range(100), task, results.append, workers=2)

    assert results == [1]
    assert sorted(started) == [0, 1]


def test_stop_starts_no_other_task() -> None:
    """Stopping in the middle, as --fail-fast does, ends without an error."""
    stopped = threading.Event()
    results: list[int] = []

    def finished(result: int) -> None:
        results.append(result)
        stopped.set()

    abandoned = threading.Event()
    workers = Workers(lambda item: item, WorkerCount(2), stopped, abandoned)
    workers.run(range(1000), finished)

    assert 1 <= len(results) <= 4
    # Those that run still wait for their turn, and are repeated if they are throttled.
    assert not abandoned.is_set()


def test_interrupt_stores_what_runs() -> None:
    """Ctrl-C in the caller's thread: the tasks that run end, and no other one starts."""
    results: list[int] = []
    released = threading.Event()

    def items() -> Iterator[int]:
        yield from range(3)
        released.set()
        raise KeyboardInterrupt

    def task(item: int) -> int:
        assert released.wait(10)
        return item

    abandoned = threading.Event()
    with pytest.raises(KeyboardInterrupt):
        run_all(items(), task, results.append, workers=3, abandoned=abandoned)

    assert sorted(results) == [0, 1, 2]
    assert abandoned.is_set()


def test_error_of_an_item_is_raised() -> None:
    """An error while an item is made is not an error of a task."""

    def items() -> Iterator[int]:
        yield 1
        raise OSError("no more")

    with pytest.raises(OSError, match="no more"):
        run_all(items(), lambda item: item, lambda _: None, workers=2)


@pytest.mark.parametrize(("files", "expected"), [(18, 1), (48, 16), (256, 120), (-1, 128)])
def test_few_open_files(monkeypatch: pytest.MonkeyPatch, files: int, expected: int) -> None:
    """Connections leave files for the pipes of the commands."""
    monkeypatch.setattr(os, "sysconf", lambda name: files)
    assert WorkerCount(128).now == expected
    assert WorkerCount(cores=64).now == min(expected, MOST_WORKERS)

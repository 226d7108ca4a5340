"""A bounded number of threads, which carry out as many tasks as there are items."""

from __future__ import annotations

import os
import time
from queue import SimpleQueue
from threading import Event, Thread
from typing import Callable, Generic, Iterable, Iterator, Optional, TypeVar, Union

T = TypeVar("T")
U = TypeVar("U")

MOST_WORKERS = 64
# A task that waits for a reply from AWS leaves its core to others.
_FIRST_WORKERS_PER_CORE = 8
# More workers have to finish at least this many times as many tasks in the same time.
_GAIN = 1.15
# The files that an AWS CLI has open without any worker, about.
_OWN_FILES = 16


def within_open_files(workers: int) -> int:
    """Return a number of workers, or fewer if this process may open few files.

    Each has a connection, and pipes for a while. If connections took all files, the pipes of no
    command could be made, and all workers would wait.
    """
    # Windows has no such limit.
    files = os.sysconf("SC_OPEN_MAX") if hasattr(os, "sysconf") else -1
    return workers if files < 0 else max(1, min(workers, (files - _OWN_FILES) // 2))


class WorkerCount:
    """How many workers there are: more as long as more of them finish more tasks a second.

    ``fixed`` is a number that the user chose. The number grows once a round, which is as many
    tasks as there are workers, so it follows both the latency of the service and the cores.
    """

    def __init__(self, fixed: Optional[int] = None, cores: Optional[int] = None) -> None:
        most = _FIRST_WORKERS_PER_CORE * (cores or os.cpu_count() or 1)
        self._most = within_open_files(MOST_WORKERS)
        self.now = min(most, self._most) if fixed is None else within_open_files(fixed)
        self._can_grow = fixed is None
        self._left = self.now
        self._began: Optional[float] = None
        self._rate = 0.0

    def started(self, at: float) -> None:
        """Begin the first round."""
        if self._began is None:
            self._began = at

    def finished(self, at: float) -> None:
        """Count a finished task; ``at`` is in seconds. The number may be another afterwards."""
        self._left -= 1
        if self._left > 0 or not self._can_grow:
            return
        rate = self.now / max(at - (self._began or 0.0), 1e-9)
        if rate < self._rate * _GAIN or self.now >= self._most:
            self._can_grow = False
            return
        self.now = min(2 * self.now, self._most)
        self._rate, self._began, self._left = rate, at, self.now


class _Failed:
    """The exception of a task."""

    def __init__(self, error: BaseException) -> None:
        self.error = error


class Workers(Generic[T, U]):
    """Threads for one series of tasks. Nothing of a finished task is stored."""

    def __init__(
        self,
        task: Callable[[T], U],
        count: WorkerCount,
        stopped: Optional[Event] = None,
        abandoned: Optional[Event] = None,
    ) -> None:
        self._task = task
        self._count = count
        # No other task starts; and those that run are to end soon.
        self._stopped = stopped or Event()
        self._abandoned = abandoned or Event()
        self._items: SimpleQueue[Optional[tuple[T]]] = SimpleQueue()
        self._results: SimpleQueue[Union[tuple[U], _Failed, None]] = SimpleQueue()
        self._threads = 0
        self._given = 0

    def run(self, items: Iterable[T], finished: Callable[[U], None]) -> None:
        """Carry out the task for each item, and hand each result to ``finished``, in this thread.

        The items are made in this thread, too, when a worker is about to need them. After an
        error or Ctrl-C no task is started, those that run are waited for, and the error is
        raised. A second Ctrl-C does not wait.
        """
        try:
            self._carry_out(iter(items), finished)
        except BaseException:
            self._stopped.set()
            self._abandoned.set()
            self._drain(finished)
            raise
        finally:
            for _ in range(self._threads):
                self._items.put(None)

    def _carry_out(self, items: Iterator[T], finished: Callable[[U], None]) -> None:
        has_more = True
        while True:
            while has_more and not self._stopped.is_set() and self._given < self._most:
                # One item at a time: making it may take longer than a task.
                has_more = self._give(items)
            if self._given == 0:
                return
            self._take(finished)

    @property
    def _most(self) -> int:
        """How many items may be in work or wait for a worker that has just finished."""
        return self._count.now + max(1, self._count.now // 4)

    def _give(self, items: Iterator[T]) -> bool:
        for item in items:
            self._items.put((item,))
            self._given += 1
            self._count.started(time.monotonic())
            if self._threads < min(self._given, self._count.now):
                self._threads += 1
                Thread(target=self._work, daemon=True).start()
            return True
        return False

    def _take(self, finished: Callable[[U], None]) -> None:
        result = self._results.get()
        self._given -= 1
        if result is None:
            return
        self._count.finished(time.monotonic())
        if isinstance(result, _Failed):
            raise result.error
        finished(result[0])

    def _drain(self, finished: Callable[[U], None]) -> None:
        """Wait for the tasks that run."""
        while self._given > 0:
            result = self._results.get()
            self._given -= 1
            if isinstance(result, tuple):
                finished(result[0])

    def _work(self) -> None:
        while (item := self._items.get()) is not None:
            if self._stopped.is_set():
                self._results.put(None)
                continue
            try:
                self._results.put((self._task(*item),))
            except BaseException as error:
                # At once: the caller's thread may be waiting for its turn.
                self._stopped.set()
                self._results.put(_Failed(error))
            # Until the next item comes, the thread would hold on to this one.
            del item


def run_all(
    items: Iterable[T],
    task: Callable[[T], U],
    finished: Callable[[U], None],
    workers: Optional[int] = None,
    stopped: Optional[Event] = None,
    abandoned: Optional[Event] = None,
) -> None:
    """Carry out a task for each item (Workers.run).

    ``stopped`` starts no other task. ``abandoned`` is set if those that run are to end soon.
    """
    Workers(task, WorkerCount(workers), stopped, abandoned).run(items, finished)

"""Who may use the machine for long: one job a visitor, a few at a time, the others wait in the order they came.

A :class:`Job` is a ticket in one line; the first ``limit`` tickets run. Nothing here starts a thread or knows what a
job does: whoever holds a ticket looks at its place and hands it back.
"""

import threading
import time
from collections.abc import Callable

from core.errors import InputError

ABANDONED_SECONDS = 90.0
"""A job that nobody has looked at for so long has lost its visitor: its stream was closed without a word."""


class Job:
    """A visitor's place in the line, and the two ways in which it ends early: stopped, or left alone for good."""

    def __init__(self, visitor: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.visitor, self._clock = visitor, clock
        self._stopped, self._left = threading.Event(), threading.Event()
        self._seen = clock()

    def look(self) -> None:
        """The visitor still watches."""
        self._seen = self._clock()

    def stop(self) -> None:
        """End what is going on now, and keep what it came to."""
        self._stopped.set()

    def leave(self) -> None:
        """The visitor is gone: end everything and keep nothing."""
        self._left.set()

    def go_on(self) -> None:
        """What was stopped is over; the next part of the job may be stopped anew."""
        self._stopped.clear()

    def left(self) -> bool:
        """Whether nobody waits for this job any more."""
        return self._left.is_set() or self._clock() - self._seen > ABANDONED_SECONDS

    def stopped(self) -> bool:
        """Whether what is going on should end."""
        return self._stopped.is_set() or self.left()


class Jobs:
    """All tickets, in the order they were drawn. Thread-safe."""

    def __init__(self, limit: int, waiting: int = 8, clock: Callable[[], float] = time.monotonic) -> None:
        """At most ``limit`` jobs run and ``waiting`` wait."""
        self.limit, self.waiting, self._clock = limit, waiting, clock
        self._line: list[Job] = []
        self._lock = threading.Lock()

    def enter(self, visitor: str) -> Job:
        """A ticket at the end of the line. Raises InputError for a visitor who has one, or when the line is full."""
        with self._lock:
            if any(job.visitor == visitor and not job.left() for job in self._line):
                raise InputError("You have a co-tuning run already. Stop it first, or wait until it is over.")
            if len(self._line) >= self.limit + self.waiting:
                raise InputError(f"{len(self._line)} runs are under way or waiting. Please try again in some minutes.")
            job = Job(visitor, self._clock)
            self._line.append(job)
            return job

    def place(self, job: Job) -> int:
        """0: it may run. 1: it is the next. Places move up as others leave the line."""
        with self._lock:
            return max(0, self._line.index(job) - self.limit + 1) if job in self._line else 0

    def hand_back(self, job: Job) -> None:
        """The job is over; a second time does nothing."""
        with self._lock:
            if job in self._line:
                self._line.remove(job)

    def stop(self, visitor: str, leaving: bool = False) -> None:
        """Stop what the visitor has running or waiting."""
        with self._lock:
            for job in self._line:
                if job.visitor == visitor:
                    (job.leave if leaving else job.stop)()

"""Toy work for the log: squares, in jobs of a few numbers; can be pickled for another process."""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from core.work.job import Job, Line, jobs_of


@dataclass(frozen=True)
class Squares:
    """Opens doers of jobs whose rows are numbers; each job takes ``seconds`` for every number in it."""

    seconds: float = 0.0

    def __call__(self) -> Callable[[Job], Iterator[Line]]:
        def do(job: Job) -> Iterator[Line]:
            for (number,) in job.rows:
                time.sleep(self.seconds)
                yield {"square": number**2 * job.config["times"], "by": "x" * (number % 3)}

        return do


def squares(numbers: int = 10, together: int = 3, times: float = 1) -> list[Job]:
    """Jobs over the first so many numbers."""
    return list(jobs_of("square", {"times": times}, [(n,) for n in range(numbers)], together, {"here": os.getpid()}))

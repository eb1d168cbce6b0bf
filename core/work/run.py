"""Doing jobs: those whose lines the log does not hold, by any engine, in the order they come.

``table`` and whatever else takes long is a list of jobs, this, and a fold over the lines that are there. A run may be
killed at any moment and started again, elsewhere or by another number of processes: the lines are the same.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from core.errors import ConfigError
from core.work.engine import HERE, Engine, Work
from core.work.job import Job, Line
from core.work.log import Log


@dataclass(frozen=True)
class Done:
    """A job that was just done; ``seconds`` of processor time, where it was done."""

    job: Job
    lines: list[Line]
    seconds: float


@dataclass(frozen=True)
class Shard:
    """Part ``number`` of ``parts`` of a list of jobs: every so many-th job, whether done already or not."""

    number: int = 1
    parts: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.number <= self.parts:
            raise ConfigError(f"A shard is 1/n to n/n, was given {self.number}/{self.parts}.")

    @classmethod
    def read(cls, text: str) -> "Shard":
        """From ``2/5``. Raises ConfigError."""
        found = re.fullmatch(r"(\d+)/(\d+)", text)
        if found is None:
            raise ConfigError(f"A shard is given as number/parts, as in 2/5; was given {text!r}.")
        return cls(int(found[1]), int(found[2]))

    def of(self, jobs: Iterable[Job]) -> list[Job]:
        """The jobs of this part; equal ones count once."""
        return list(dict.fromkeys(jobs))[self.number - 1 :: self.parts]


WHOLE = Shard()


def run(
    work: Work[Job, Line], jobs: Iterable[Job], log: Log, engine: Engine = HERE, shard: Shard = WHOLE
) -> Iterator[Done]:
    """Do the jobs that the log does not hold; each is written before it is yielded, as soon as it is done.

    Nothing waits for another job. To leave off early costs the jobs that are under way.
    """
    missing = to_do(jobs, log, shard)
    for place, answers in engine.run(Timed(work), missing) if missing else ():
        ((lines, seconds),) = answers
        log.append(missing[place], lines, seconds)
        yield Done(missing[place], lines, seconds)


def to_do(jobs: Iterable[Job], log: Log, shard: Shard = WHOLE) -> list[Job]:
    """The jobs of the shard that the log, as it is now, does not hold."""
    log.look()
    return [job for job in shard.of(jobs) if job not in log]


def at_hand(jobs: Iterable[Job], log: Log) -> Iterator[tuple[Job, list[Line]]]:
    """What there is to fold: the jobs that are done, in the order of the list, with their lines."""
    return ((job, log.lines(job)) for job in jobs if job in log)


@dataclass(frozen=True)
class Timed:
    """Work whose every job has one answer: its lines, and the processor seconds they took. Can be pickled if it can."""

    work: Work[Job, Line]

    def __call__(self) -> Callable[[Job], Sequence[tuple[list[Line], float]]]:
        """Opened; opening does not count."""
        do = self.work()

        def timed(job: Job) -> Sequence[tuple[list[Line], float]]:
            began = time.process_time()
            lines = list(do(job))
            return [(lines, time.process_time() - began)]

        return timed

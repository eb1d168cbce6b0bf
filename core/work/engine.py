"""Who does long work: this process, or several beside it. What is done does not depend on who does it.

A job's answers are a function of the job alone. An engine opens the work, once in each process that takes part, and
gives back the answers of each job as it is done; :func:`in_order` puts them in the order of the jobs where that
matters. Another kind of engine (many machines) has this protocol to implement and nothing else.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol, TypeVar

from core.errors import ConfigError

Job = TypeVar("Job")
Answer = TypeVar("Answer")
Doer = Callable[[Job], Iterable[Answer]]
"""Does one job; its answers may come one by one."""
Work = Callable[[], Doer[Job, Answer]]
"""Opens the work in the process that will do it: models are loaded here. Can be pickled, for another process."""


class Engine(Protocol):
    """Does jobs, in any order."""

    def run(self, work: Work[Job, Answer], jobs: Iterable[Job]) -> Iterator[tuple[int, Iterable[Answer]]]:
        """(place of the job, all its answers), as jobs are done; to be read before the next is asked for.

        Takes jobs as they are needed, so there may be any number of them. What a job raises is raised here.
        """
        ...


def in_order(found: Iterable[tuple[int, Iterable[Answer]]]) -> Iterator[Answer]:
    """The answers in the order of the jobs, each as soon as all before it are there; later ones wait in memory."""
    early: dict[int, list[Answer]] = {}
    due = 0
    for place, answers in found:
        if place != due:
            early[place] = list(answers)
            continue
        yield from answers
        due += 1
        while due in early:
            yield from early.pop(due)
            due += 1


class Here:
    """This process: each answer comes as soon as it is there."""

    def run(self, work: Work[Job, Answer], jobs: Iterable[Job]) -> Iterator[tuple[int, Iterable[Answer]]]:
        """The jobs in order; the answers of one are made as they are read."""
        do = work()
        for place, job in enumerate(jobs):
            yield place, do(job)


HERE = Here()


@dataclass(frozen=True)
class Processes:
    """``workers`` processes of one thread each; a job's answers come when it is done, whatever becomes of the others.

    Short texts run faster this way than in one process of as many threads. A worker ends with the process that started
    it, however that one ends.
    """

    workers: int

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise ConfigError(f"The number of workers must be 1 or more, was given {self.workers}.")

    def run(self, work: Work[Job, Answer], jobs: Iterable[Job]) -> Iterator[tuple[int, Iterable[Answer]]]:
        """As they are done; two jobs for each worker are under way or waiting to be fetched."""
        pool = _pool(self.workers, work)
        under_way: dict[Future[list[Answer]], int] = {}
        stream = enumerate(jobs)
        try:
            while True:
                for place, job in islice(stream, 2 * self.workers - len(under_way)):
                    under_way[pool.submit(_do, job)] = place
                if not under_way:
                    return
                done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                for future in sorted(done, key=under_way.__getitem__):
                    yield under_way.pop(future), future.result()
        finally:
            pool.shutdown(cancel_futures=True)


class Beside:
    """One process of one thread that opens the work and stays, for jobs that build on what earlier ones left there."""

    def __init__(self, work: Work[Any, Any]) -> None:
        self._pool = _pool(1, work)

    def do(self, job: Any) -> Future[list[Any]]:
        """Its answers in time; jobs are done in the order given."""
        return self._pool.submit(_do, job)

    def close(self) -> None:
        """End it after the job it is at."""
        self._pool.shutdown(cancel_futures=True)


def _pool(workers: int, work: Work[Any, Any]) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _begin, (work,))


_worker: dict[str, Doer[Any, Any]] = {}
"""In a worker: what it does, opened at its beginning."""


def _begin(work: Work[Any, Any]) -> None:
    """Of a worker: one thread, a watch on the parent, and the work opened."""
    import threading
    from multiprocessing import connection, parent_process

    os.environ["OMP_NUM_THREADS"] = "1"
    parent = parent_process()
    assert parent is not None

    def follow() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)  # killed, the parent can tell nobody; waiting for its jobs would never end

    threading.Thread(target=follow, name="parent watch", daemon=True).start()
    import torch
    from threadpoolctl import threadpool_limits

    torch.set_num_threads(1)
    threadpool_limits(1)
    _worker["do"] = work()


def _do(job: Any) -> list[Any]:
    return list(_worker["do"](job))

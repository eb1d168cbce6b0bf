"""Who does long work: this process, or several beside it. What is done does not depend on who does it.

A job is a group of rows under one frozen configuration, and its answers are a function of that alone. An engine opens
the work, once in each process that takes part, and gives back the answers in the order of the jobs. ``attack`` is the
first user; another kind of engine (many machines) has this protocol to implement and nothing else.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from core.errors import ConfigError

Job = TypeVar("Job")
Answer = TypeVar("Answer")
Doer = Callable[[Job], Iterable[Answer]]
"""Does one job; its answers may come one by one."""
Work = Callable[[], Doer[Job, Answer]]
"""Opens the work in the process that will do it: models are loaded here. Can be pickled, for another process."""


class Engine(Protocol):
    """Does jobs and keeps their order."""

    def run(self, work: Work[Job, Answer], jobs: Iterable[Job]) -> Iterator[Answer]:
        """The answers to all jobs, in order. Takes jobs as they are needed, so there may be any number of them."""
        ...


class Here:
    """This process: each answer comes as soon as it is there."""

    def run(self, work: Work[Job, Answer], jobs: Iterable[Job]) -> Iterator[Answer]:
        """The answers, one by one."""
        do = work()
        for job in jobs:
            yield from do(job)


HERE = Here()


@dataclass(frozen=True)
class Processes:
    """``workers`` processes of one thread each; a job's answers come when it is done and all before it are.

    Short texts run faster this way than in one process of as many threads. A worker ends with the process that started
    it, however that one ends.
    """

    workers: int

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise ConfigError(f"The number of workers must be 1 or more, was given {self.workers}.")

    def run(self, work: Work[Job, Answer], jobs: Iterable[Job]) -> Iterator[Answer]:
        """The answers, job by job; two jobs for each worker are under way or waiting to be fetched."""
        import multiprocessing
        from concurrent.futures import Future, ProcessPoolExecutor

        pool = ProcessPoolExecutor(self.workers, multiprocessing.get_context("spawn"), _begin, (work,))
        under_way: deque[Future[list[Answer]]] = deque()
        try:
            for job in jobs:
                under_way.append(pool.submit(_do, job))
                if len(under_way) >= 2 * self.workers:
                    yield from under_way.popleft().result()
            while under_way:
                yield from under_way.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


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

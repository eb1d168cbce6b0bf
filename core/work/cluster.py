"""Many machines, or this one as if it were many: Ray actors as an engine, a replica of the work in each.

Ray is an optional package (``requirements-cluster.txt``), imported when a run begins. An actor that dies, with its
machine or alone, costs the jobs it had: they go to others, and a new actor takes its place. A job that kills three
actors in a row is an error, since it would kill all.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from core.errors import ConfigError, MissingResourceError
from core.work.engine import Answer, Doer, Job, Work

DEATHS = 3
ROOT = Path(__file__).parents[2]
LEFT_OUT = [".git", ".venv", "runs", "results-local", "tests", "**/__pycache__"]
"""What a cluster is not sent."""
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "TOKENIZERS_PARALLELISM": "false"}
PASSED_ON = (
    "HF_HUB_OFFLINE",
    "FIREBERT_DATA",
    "FIREBERT_CACHE",
    "FIREBERT_NEIGHBORS",
    "HF_TOKEN",
    "FIREBERT_HTTP_TOKEN",
)


@dataclass(frozen=True)
class Ray:
    """``workers`` actors of one processor each, and of ``gpus`` cards each: 0.25 puts four of them on a card.

    ``address`` is that of a cluster that runs (``auto``: the one that this machine is part of); empty starts one here
    that ends with the run.
    """

    workers: int
    gpus: float = 0.0
    address: str = ""

    def __post_init__(self) -> None:
        if self.workers < 1:
            raise ConfigError(f"The number of workers must be 1 or more, was given {self.workers}.")
        if not 0 <= self.gpus <= 8:
            raise ConfigError(f"Cards of a worker are 0 to 8, parts of one allowed, was given {self.gpus:g}.")

    def run(self, work: Work[Job, Answer], jobs: Iterable[Job]) -> Iterator[tuple[int, Iterable[Answer]]]:
        """As they are done; two jobs for each worker are under way or waiting at it.

        Raises MissingResourceError without Ray, ConfigError for a cluster that cannot be reached or has no room.
        """
        ray = _ray()
        ours = not ray.is_initialized()
        if ours:
            self._join(ray)
        try:
            yield from _Crew(ray, self, work).do(jobs)
        finally:
            if ours:
                ray.shutdown()

    def _join(self, ray: Any) -> None:
        usual = {"include_dashboard": False, "log_to_driver": False, "configure_logging": False}
        settings = {**ONE_THREAD, **{name: os.environ[name] for name in PASSED_ON if name in os.environ}}
        try:
            if not self.address:
                ray.init(num_cpus=self.workers, runtime_env={"env_vars": settings}, **usual)
                return
            sent = {"working_dir": str(ROOT), "excludes": LEFT_OUT, "env_vars": settings}
            ray.init(address=self.address, runtime_env=sent, **{**usual, "include_dashboard": None})
        except (ConnectionError, RuntimeError, ValueError) as error:
            where = self.address or "this machine"
            raise ConfigError(f"No Ray cluster on {where}: {str(error).splitlines()[0]:.200}") from error
        found = ray.cluster_resources()
        if found.get("CPU", 0) < self.workers or found.get("GPU", 0) < self.gpus * self.workers:
            ray.shutdown()
            raise ConfigError(
                f"{self.workers} workers with {self.gpus:g} cards each do not fit: the cluster has "
                f"{found.get('CPU', 0):g} processors and {found.get('GPU', 0):g} cards."
            )


class _Crew:
    """The actors of a run, and which job lies with whom. Mutable; of one run."""

    def __init__(self, ray: Any, engine: Ray, work: Work[Any, Any]) -> None:
        self._ray, self._work = ray, ray.put(work)
        self._kind = ray.remote(num_cpus=1, num_gpus=engine.gpus, max_restarts=0)(_Worker)
        self._actors = [self._hire() for _ in range(engine.workers)]
        self._lying: dict[Any, tuple[int, Any, int]] = {}  # answer to come: (place, job, whose)
        self._deaths: dict[int, int] = {}

    def do(self, jobs: Iterable[Any]) -> Iterator[tuple[int, Iterable[Any]]]:
        """The jobs, as they are done."""
        from ray.exceptions import RayActorError, RayTaskError

        stream, again = enumerate(jobs), list[tuple[int, Any]]()
        try:
            while True:
                room = 2 * len(self._actors) - len(self._lying) - len(again)
                for place, job in [*again, *islice(stream, max(0, room))]:
                    self._give(place, job)
                again = []
                if not self._lying:
                    return
                ready, _ = self._ray.wait(list(self._lying), num_returns=1)
                for answer in ready:
                    place, job, whose = self._lying.pop(answer)
                    try:
                        found = self._ray.get(answer)
                    except RayTaskError as error:
                        raise error.cause from None
                    except RayActorError as error:
                        again += [(place, job), *self._bury(whose)]
                        self._count(place, error)
                    else:
                        self._deaths.pop(place, None)
                        yield place, found
        finally:
            for actor in self._actors:
                self._ray.kill(actor)

    def _hire(self) -> Any:
        return self._kind.remote(self._work)

    def _give(self, place: int, job: Any) -> None:
        """To whoever has fewest jobs."""
        load = [0] * len(self._actors)
        for _, _, whose in self._lying.values():
            load[whose] += 1
        whose = load.index(min(load))
        self._lying[self._actors[whose].do.remote(job)] = place, job, whose

    def _bury(self, whose: int) -> list[tuple[int, Any]]:
        """Another actor in the place of a dead one; the jobs that lay with it are given back."""
        lost = [answer for answer, (_, _, one) in self._lying.items() if one == whose]
        given_back = [self._lying.pop(answer)[:2] for answer in lost]
        self._actors[whose] = self._hire()
        return given_back

    def _count(self, place: int, error: Exception) -> None:
        self._deaths[place] = self._deaths.get(place, 0) + 1
        if self._deaths[place] >= DEATHS:
            raise ConfigError(
                f"Job {place} ended its worker {DEATHS} times, so it is given up; a worker with more memory may do it "
                f"({str(error).splitlines()[0]:.200})."
            ) from error


class _Worker:
    """An actor: the work opened once, jobs one after the other."""

    def __init__(self, work: Work[Any, Any]) -> None:
        import torch
        from threadpoolctl import threadpool_limits

        torch.set_num_threads(1)
        threadpool_limits(1)
        self._do: Doer[Any, Any] = work()

    def do(self, job: Any) -> list[Any]:
        """All answers of a job."""
        return list(self._do(job))


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise MissingResourceError(
            "The engine ray needs the package ray: pip install -r requirements-cluster.txt. Without it, --workers N "
            "shares the work among processes of this machine."
        ) from error
    return ray

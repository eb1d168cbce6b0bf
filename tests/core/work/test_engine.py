"""Engines: the same answers, whoever does the jobs; none waits for another; a killed parent leaves nobody behind."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.errors import ConfigError, InputError
from core.work.engine import Engine, Here, Processes, in_order

ENGINES = [Here(), Processes(1), Processes(2)]
NAMES = ["here", "one process", "two processes"]


def open_squares() -> Callable[[int], Iterator[tuple[int, int]]]:
    """Work of unequal length: a job's answers are its number's squares, and the process that opened the work."""
    opened_by = os.getpid()

    def do(job: int) -> Iterator[tuple[int, int]]:
        if job < 0:
            raise InputError(f"No squares of {job}.")
        time.sleep(0.02 * (job % 3))
        yield from ((n * n, opened_by) for n in range(job))

    return do


@pytest.mark.parametrize("engine", ENGINES, ids=NAMES)
def test_answers_in_order(engine: Engine) -> None:
    found = list(in_order(engine.run(open_squares, range(6))))
    assert [square for square, _ in found] == [n * n for job in range(6) for n in range(job)]
    processes = {process for _, process in found}
    assert (processes == {os.getpid()}) == isinstance(engine, Here)
    assert len(processes) <= getattr(engine, "workers", 1)


@pytest.mark.parametrize("engine", ENGINES[::2], ids=NAMES[::2])
def test_jobs_are_taken_as_they_are_needed(engine: Engine) -> None:
    endless = itertools.count(1)
    assert len(list(itertools.islice(in_order(engine.run(open_squares, endless)), 3))) == 3
    assert next(endless) < 12


@pytest.mark.parametrize("engine", ENGINES[:2], ids=NAMES[:2])
def test_an_error_is_the_parent_s(engine: Engine) -> None:
    with pytest.raises(InputError, match="No squares of -1"):
        list(in_order(engine.run(open_squares, [1, -1, 2])))


def open_sleep() -> Callable[[float], list[float]]:
    def do(seconds: float) -> list[float]:
        time.sleep(seconds)
        return [seconds]

    return do


def test_a_slow_job_holds_up_no_other() -> None:
    """The first of nine sleeps longer than all others together; they come before it."""
    found = [place for place, _ in Processes(2).run(open_sleep, [2.0, *[0.01] * 8])]
    assert sorted(found) == list(range(9))
    assert found[-1] == 0


def test_order_is_restored_as_soon_as_it_can_be() -> None:
    seen = []

    def jumbled() -> Iterator[tuple[int, list[str]]]:
        for place in (1, 0, 3, 2, 4):
            seen.append(place)
            yield place, [f"{place}a", f"{place}b"]

    answers = in_order(jumbled())
    assert next(answers) == "0a"
    assert seen == [1, 0]
    assert list(answers) == ["0b", "1a", "1b", "2a", "2b", "3a", "3b", "4a", "4b"]


def test_here_an_answer_comes_before_the_next_is_made() -> None:
    answers = in_order(Here().run(lambda: lambda job: (1 / n for n in range(job, -1, -1)), [1]))
    assert next(answers) == 1.0


def test_no_workers() -> None:
    with pytest.raises(ConfigError, match="1 or more, was given 0"):
        Processes(0)


SCRIPT = """
import sys, time
from core.work.engine import Processes
from tests.core.work.test_engine import open_forever
if __name__ == "__main__":
    for _, (pid,) in Processes(2).run(open_forever, range(100)):
        print(pid, flush=True)
"""


def open_forever() -> Callable[[int], list[int]]:
    def do(job: int) -> list[int]:
        time.sleep(0.05 if job < 4 else 60)
        return [os.getpid()]

    return do


@pytest.mark.skipif(os.name != "posix", reason="kills a process by signal")
def test_workers_end_with_a_killed_parent(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment)
    assert parent.stdout is not None
    workers = {int(parent.stdout.readline()) for _ in range(4)}
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 20
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, workers))


def alive(process: int) -> bool:
    """Whether a process runs; one that has ended and waits to be fetched does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False

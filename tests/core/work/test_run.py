"""The promises of long work: killed anywhere, sharded, done by whoever: the same lines, and nothing done twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigError
from core.work.engine import Engine, Here, Processes
from core.work.job import Job
from core.work.log import LINES, Log, merge
from core.work.run import Shard, at_hand, run, to_do
from tests.core.work.conftest import Squares, squares

JOBS = squares(20, 3)


class Backwards:
    """An engine as another package may bring it: all jobs at once, the last first."""

    def run(self, work: Any, jobs: Iterable[Any]) -> Iterator[tuple[int, Iterable[Any]]]:
        do = work()
        yield from ((place, list(do(job))) for place, job in reversed(list(enumerate(jobs))))


def bytes_of(folder: Path, *logs: Path) -> bytes:
    """What the logs come to, merged into ``folder``."""
    merge([Log(log) for log in logs], folder)
    return (folder / ("merged" + LINES)).read_bytes()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("expected")
    assert len(list(run(Squares(), JOBS, Log(folder / "log")))) == len(JOBS)
    return bytes_of(folder / "merged", folder / "log")


@pytest.mark.parametrize("engine", [Here(), Processes(2), Backwards()], ids=["here", "two processes", "another"])
def test_every_engine_leaves_the_same_lines(engine: Engine, tmp_path: Path, expected: bytes) -> None:
    log = Log(tmp_path / "log")
    for count, done in enumerate(run(Squares(), JOBS, log, engine), start=1):
        assert done.job in Log(tmp_path / "log"), "written before it is seen"
        assert len(Log(tmp_path / "log")) == count
    assert bytes_of(tmp_path / "merged", tmp_path / "log") == expected
    assert [len(lines) for _, lines in at_hand(JOBS, log)] == [3] * 6 + [2]


def test_what_is_there_is_not_done_again(tmp_path: Path) -> None:
    """A second list that needs some of the same jobs finds them done, also after the engine changed."""
    list(run(Squares(), JOBS[:4], Log(tmp_path)))
    assert to_do(JOBS, Log(tmp_path)) == JOBS[4:]
    again = [done.job for done in run(Squares(), [*JOBS, *JOBS], Log(tmp_path), Backwards())]
    assert sorted(again, key=JOBS.index) == JOBS[4:]

    def forbidden() -> Any:
        raise AssertionError("nothing is to be done, so nothing is to be loaded")

    assert list(run(forbidden, JOBS, Log(tmp_path))) == []


def test_left_off_and_taken_up(tmp_path: Path, expected: bytes) -> None:
    for count in range(len(JOBS)):
        stream = run(Squares(), JOBS, Log(tmp_path / "log"), [Here(), Backwards()][count % 2])
        next(stream)
        stream.close()
    assert bytes_of(tmp_path / "merged", tmp_path / "log") == expected


@pytest.mark.parametrize("parts", [1, 2, 3, 9])
def test_shards_merged_are_the_whole(parts: int, tmp_path: Path, expected: bytes) -> None:
    folders = [tmp_path / str(number) for number in range(1, parts + 1)]
    counts = [
        len(list(run(Squares(), JOBS, Log(folder), shard=Shard(number, parts))))
        for number, folder in enumerate(folders, start=1)
    ]
    assert sum(counts) == len(JOBS)
    assert max(counts) - min(counts) <= 1
    assert bytes_of(tmp_path / "merged", *folders) == expected


@pytest.mark.parametrize("wrong", ["0/3", "4/3", "1", "a/b", "-1/2", "1/0"])
def test_what_is_no_shard(wrong: str) -> None:
    with pytest.raises(ConfigError, match="A shard is"):
        Shard.read(wrong)
    assert Shard.read("2/5") == Shard(2, 5)


def test_a_job_that_fails_costs_no_other(tmp_path: Path) -> None:
    odd = Job("square", {"times": 1}, (("no number",),))
    with pytest.raises(TypeError):
        list(run(Squares(), [*JOBS[:2], odd, *JOBS[2:]], Log(tmp_path)))
    assert to_do(JOBS, Log(tmp_path)) == JOBS[2:]


SCRIPT = """
import sys
from pathlib import Path
from core.work.engine import HERE, Processes
from core.work.log import Log
from core.work.run import run
from tests.core.work.conftest import Squares, squares
if __name__ == "__main__":
    workers = int(sys.argv[2])
    for done in run(Squares(0.02), squares(20, 3), Log(Path(sys.argv[1])), Processes(workers) if workers else HERE):
        print(done.job.key, flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="kills a process by signal")
def test_killed_and_started_again_with_other_numbers_of_processes(tmp_path: Path, expected: bytes) -> None:
    script, log = tmp_path / "run.py", tmp_path / "log"
    script.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": os.getcwd()}
    for workers, after in ((2, 1), (0, 2), (1, 1)):
        command = [sys.executable, str(script), str(log), str(workers)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(after)][-1]
        time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    assert 4 <= len(Log(log)) < len(JOBS)
    list(run(Squares(), JOBS, Log(log)))
    assert bytes_of(tmp_path / "merged", log) == expected

"""Ray as an engine, on a cluster of this machine: the same answers, whoever dies. Skipped without Ray."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigError, InputError, MissingResourceError
from core.work.cluster import Ray
from core.work.engine import in_order
from core.work.log import Log, merge
from core.work.run import Shard, run
from tests.core.work.conftest import Squares, squares
from tests.core.work.test_engine import open_squares


def test_without_ray_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingResourceError, match=r"requirements-cluster.txt"):
        list(Ray(2).run(open_squares, [1]))


@pytest.mark.parametrize(
    ("given", "said"), [((0,), "1 or more, was given 0"), ((1, 9.0), "0 to 8"), ((1, -1), "0 to 8")]
)
def test_what_cannot_be(given: tuple[Any, ...], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Ray(*given)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """One cluster for all: starting one takes seconds."""
    ray = pytest.importorskip("ray", reason="ray is not installed; requirements-cluster.txt has it")
    Ray(2)._join(ray)
    yield ray
    ray.shutdown()


pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.thorough
def test_answers_are_those_of_one_process_and_errors_are_the_parent_s(cluster: Any) -> None:
    found = list(in_order(Ray(2).run(open_squares, range(6))))
    assert [square for square, _ in found] == [n * n for job in range(6) for n in range(job)]
    assert os.getpid() not in {process for _, process in found}
    assert len({process for _, process in found}) == 2
    with pytest.raises(InputError, match="No squares of -1"):
        list(in_order(Ray(1).run(open_squares, [1, -1, 2])))


def open_deadly() -> Callable[[tuple[str, str]], list[int]]:
    """Work whose jobs end their process, once each or always."""

    def do(job: tuple[str, str]) -> list[int]:
        folder, kind = job
        mark = Path(folder) / "died"
        if kind == "always" or (kind == "once" and not mark.exists()):
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return [len(kind)]

    return do


@pytest.mark.thorough
def test_a_worker_that_dies_costs_what_it_had_and_nothing_else(cluster: Any, tmp_path: Path) -> None:
    jobs = [(str(tmp_path), kind) for kind in ("fine", "once", "fine", "fine", "fine")]
    assert list(in_order(Ray(2).run(open_deadly, jobs))) == [4, 4, 4, 4, 4]
    assert (tmp_path / "died").exists()
    with pytest.raises(ConfigError, match=r"ended its worker 3 times"):
        list(Ray(1).run(open_deadly, [(str(tmp_path), "always")]))


@pytest.mark.thorough
def test_other_workers_of_another_kind_go_on_and_the_lines_are_the_same(cluster: Any, tmp_path: Path) -> None:
    jobs, logs = squares(20, 2), [Log(tmp_path / name) for name in ("one", "many")]
    list(run(Squares(), jobs, logs[0]))
    begun = run(Squares(), jobs, logs[1], Ray(2))
    for _ in range(3):
        next(begun)
    begun.close()
    list(run(Squares(), jobs, logs[1], shard=Shard(1, 2)))
    list(run(Squares(), jobs, logs[1], Ray(1)))
    made = []
    for log in logs:
        log.look()
        merge([log], tmp_path / "merged" / log.folder.name)
        made.append((tmp_path / "merged" / log.folder.name / "merged.lines.jsonl").read_bytes())
    assert made[0] == made[1]
    assert len(logs[1]) == 10


@pytest.mark.thorough
def test_two_workers_are_faster_than_one(cluster: Any, tmp_path: Path) -> None:
    """Over jobs that wait, since processors may be busy elsewhere; what a job costs beside its work is what is seen."""
    jobs = squares(40, 2)
    seconds = []
    for workers in (1, 2):
        engine, log = Ray(workers), Log(tmp_path / str(workers))
        took = list[float]()
        began = time.monotonic()
        for _ in run(Squares(0.05), jobs, log, engine):
            took.append(time.monotonic() - began)
        seconds.append(took[-1] - took[workers - 1])  # from when every actor has done its first
    assert seconds[0] / seconds[1] > 1.6

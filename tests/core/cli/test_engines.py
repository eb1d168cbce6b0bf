"""Who does long work, as the options say it; the same lines whoever it is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli.engines import EngineOptions
from core.errors import ConfigError, UnknownNameError
from core.work.cluster import Ray
from core.work.engine import HERE, Processes


def test_the_options_name_an_engine() -> None:
    assert EngineOptions().pick() is HERE
    assert EngineOptions(3).pick() == Processes(3)
    assert EngineOptions(1, "ray", 0.25, "auto").pick() == Ray(1, 0.25, "auto")
    assert [EngineOptions(*given).is_here for given in ((), (2,), (1, "ray"))] == [True, False, False]


@pytest.mark.parametrize(
    ("given", "threads", "said"),
    [
        ((1, "processes", 0.5), 1, "belong to --engine ray"),
        ((2, "processes", 0.0, "auto"), 1, "belong to --engine ray"),
        ((2,), 2, "give --workers 2 or --threads 2"),
        ((1, "ray"), 4, "give --workers 1 or --threads 4"),
    ],
)
def test_what_does_not_go_together(given: tuple[Any, ...], threads: int, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        EngineOptions(*given).check(threads)


def test_an_engine_that_there_is_not() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'ray'"):
        EngineOptions(1, "rays").check(1)


@pytest.mark.thorough
@pytest.mark.filterwarnings("ignore")
def test_an_attack_on_a_cluster_writes_what_one_process_writes(cli: Callable[..., Any], tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="ray is not installed; requirements-cluster.txt has it")
    (tmp_path / "rows.csv").write_text("text,label\nA dull film.,0\nA lovely story.,1\nA slow and sad plot.,0\n")
    usual = ("attack", "--task", "imdb", "--input", str(tmp_path / "rows.csv"), "--set", "max_queries=40")
    for name, more in {"one": (), "many": ("--engine", "ray", "--workers", "2")}.items():
        ran = cli(*usual, "--together", "1", "--out", str(tmp_path / f"{name}.jsonl"), *more)
        assert ran.code == 0, ran.err
    assert (tmp_path / "many.jsonl").read_bytes() == (tmp_path / "one.jsonl").read_bytes()

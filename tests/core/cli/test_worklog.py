"""``merge``: folders of shards become one log; what is no log is told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.work.log import Log
from core.work.run import Shard, run, to_do
from tests.core.work.conftest import Squares, squares


def test_shards_become_one_log(cli: Callable[..., Any], tmp_path: Path) -> None:
    jobs = squares(20, 3)
    for number in (1, 2):
        list(run(Squares(), jobs, Log(tmp_path / str(number)), shard=Shard(number, 2)))
    ran = cli("merge", tmp_path / "1", tmp_path / "2", "--out", tmp_path / "both")
    assert (ran.code, ran.out) == (0, f"{tmp_path / 'both'}: 7 jobs of 2 logs\n")
    assert to_do(jobs, Log(tmp_path / "both")) == []


def test_what_is_no_log(cli: Callable[..., Any], tmp_path: Path) -> None:
    ran = cli("merge", tmp_path, "--out", tmp_path / "both")
    assert ran.code == 2
    assert "holds no work log" in ran.err
    assert not (tmp_path / "both").exists()

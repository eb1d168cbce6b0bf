"""Tables as jobs: shared between tables, sharded and merged to the same lines, only what is at hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import ConfigError
from core.evaluation.shelf import Shelf
from core.evaluation.table_plan import Asked, plan_table, run_table
from core.work.log import LINES, Log, merge
from core.work.run import Shard, to_do


def lines(folder: Path, *logs: Path) -> bytes:
    merge([Log(log) for log in logs], folder)
    return (folder / ("merged" + LINES)).read_bytes()


def test_a_second_table_finds_what_the_first_has_done(asked: Callable[..., Asked], tmp_path: Path) -> None:
    """Table 2 attacks plain to make its texts; table 3 needs these very attacks."""
    shelf, log = Shelf(), Log(tmp_path)
    second = plan_table(asked(2), shelf)
    kinds = [done.job.kind for done in run_table(second, log, shelf)]
    assert set(kinds) == {"attack", "answers"}
    assert not to_do([*second.first(), *second.second(log)], log)
    third = plan_table(asked(3, "plain,fact"), shelf)
    assert len(third.first()) == 6
    assert [done.job.kind for done in run_table(third, log, shelf)] == ["attack"] * 3, "those of FACT"
    assert list(run_table(plan_table(asked(2, "fact"), shelf), log, shelf)) == []


@pytest.mark.parametrize("number", [2, 3])
def test_shards_merged_are_the_whole(asked: Callable[..., Asked], tmp_path: Path, number: int) -> None:
    shelf = Shelf()
    plan = plan_table(asked(number), shelf)
    list(run_table(plan, Log(tmp_path / "whole"), shelf))
    for part in (1, 2, 3):
        list(run_table(plan, Log(tmp_path / str(part)), shelf, shard=Shard(part, 3)))
    shards = [tmp_path / str(part) for part in (1, 2, 3)]
    assert lines(tmp_path / "a", tmp_path / "whole") == lines(tmp_path / "b", *shards)


def test_texts_that_fool_plain_keep_their_label_and_premise(asked: Callable[..., Asked], tmp_path: Path) -> None:
    shelf, log = Shelf(), Log(tmp_path)
    plan = plan_table(asked(2, "plain"), shelf)
    list(run_table(plan, log, shelf))
    assert plan.fooling is not None
    won = [r for r in plan.fooling.records(log) if r["status"] == "success"]
    assert won
    given = [row for job in plan.second(log) for row in job.rows]
    assert given == [(r["adversarial"], None, r["given"]) for r in won]


def test_whatever_is_done_first_is_paired(asked: Callable[..., Asked]) -> None:
    """Twelve reviews in groups of four: the first group of every row, then the second of every row."""
    plan = plan_table(asked(3), Shelf())
    assert [job.rows[0][0] for job in plan.first()] == [
        plan.asked.rows[begin].example.text_a for begin in (0, 4, 8) for _ in plan.rows
    ]
    assert len({job.key for job in plan.first()}) == 9


def test_rows_without_a_model_are_no_jobs(asked: Callable[..., Asked]) -> None:
    plan = plan_table(asked(3, "plain,retrained,random"), Shelf())
    assert [row.spec.key for row in plan.rows] == ["plain"]


def test_what_is_no_table(asked: Callable[..., Asked]) -> None:
    with pytest.raises(ConfigError, match="tables 1, 2 and 3, was asked for 4"):
        asked(4)
    with pytest.raises(ConfigError, match="odd number of draws, was given 2"):
        asked(1, draws=2)

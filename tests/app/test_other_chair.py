"""The other chair answers from what is stored: every step falls, a cost allows what it pays for, a guess is judged."""

from collections.abc import Iterator
from typing import Any

import pytest

from app import other_chair
from app.other_chair import AS_THEY_ARE, STANDING, TEXTFOOLER, Chair, budgets, chairs, command, within
from app.present.chair import nothing, told
from core.evaluation.results import Result


@pytest.fixture
def anew() -> Iterator[None]:
    """What is stored is read again, before and after."""
    chairs.cache_clear()
    yield
    chairs.cache_clear()


def figure(row: str, value: float) -> Result:
    return Result(row, "still right", "mnli", "m", value, "c", 200, value - 0.05, value + 0.05)


def test_every_defence_has_its_cost_and_its_steps() -> None:
    rows = {chair.title: chair.rows for chair in chairs("mnli")}
    assert rows["Plain"] == rows["FACT"] == 1
    assert min(rows["FuSE"], rows["FIVE"]) > 1
    assert rows["FuSE(FACT)"] == rows["FuSE"]
    for chair in (*chairs("mnli"), *chairs("imdb")):
        assert chair.steps[0].row == AS_THEY_ARE
        assert any(step.row.startswith(TEXTFOOLER) for step in chair.steps)
        values = [step.value for step in chair.steps]
        assert values == sorted(values, reverse=True)


def test_a_cost_allows_what_it_pays_for() -> None:
    assert {chair.title for chair in within("mnli", 1)} == {"Plain", "FACT"}
    assert within("mnli", budgets("mnli")[-1]) == chairs("mnli")


def test_a_task_has_what_is_stored_for_it_and_says_where_nothing_is(monkeypatch: Any, anew: None) -> None:
    monkeypatch.setattr(other_chair, "tables", dict)
    monkeypatch.setattr(other_chair, "ladders", dict)
    assert (chairs("imdb"), budgets("imdb"), within("imdb", 99)) == ((), (), ())
    assert command("imdb") in nothing("imdb")
    chairs.cache_clear()
    rungs = {AS_THEY_ARE: {STANDING: figure("r", 0.9)}, TEXTFOOLER: {STANDING: figure("r", 0.1)}}
    monkeypatch.setattr(other_chair, "ladders", lambda: {"FIVE, IMDB": rungs, "FIVE, T = 2, IMDB": rungs})
    (five,) = chairs("imdb")
    assert (five.title, [step.value for step in five.steps], budgets("imdb")) == ("FIVE", [0.9, 0.1], (five.rows,))
    assert chairs("mnli") == ()


def test_a_guess_is_judged_by_the_stored_figure_and_its_interval() -> None:
    chair = Chair("X<", 1, (figure(AS_THEY_ARE, 0.8), figure("A", 0.5), figure("B", 0.3)))
    assert (chair.half, chair.last.value) == ("B", 0.3)
    said = told("mnli", chair, 33, 1)
    assert "You said 33 of 100; 30 it is, within its interval." in said
    assert "gone after: B." in said
    assert "X&lt;" in said
    assert "40 off" in told("mnli", chair, 70, 1)

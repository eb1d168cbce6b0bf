"""The experiments by hand: own members keep the answer, another's make it a coin flip, one row's make it a constant."""

from typing import Any

import pytest

from core.evaluation.results import Result, ResultTable
from core.evaluation.riddle import ACCURACY, COMMONEST, Experiment, add_to, experiments
from core.tasks import IMDB


def line(label: int, members: int = 12, sure: float = 1.0) -> dict[str, Any]:
    """Of a review whose members all say what it says itself."""
    logits = [-sure, sure] if label else [sure, -sure]
    return {"given": label, "own": logits, "members": {str(c): [logits] * members for c in (1, 3, 10)},
            "cleaned": [logits] * members}  # fmt: skip


def by_key(lines: list[dict[str, Any]]) -> dict[str, Experiment]:
    return {one.key: one for one in experiments(lines, IMDB)}


def test_whose_alternatives_vote_decides() -> None:
    """100 reviews, half of either label, every member right: own ones keep all, shuffled ones make it half."""
    found = by_key([line(i % 2) for i in range(100)])
    assert found["plain"].accuracy.value == found["E2"].accuracy.value == found["E3"].accuracy.value == 1.0
    assert found["E1"].accuracy.value == pytest.approx(0.5, abs=0.02)
    assert 0.3 < found["E1"].accuracy.low < found["E1"].accuracy.high < 0.7
    assert found["E1, one row"].commonest == 1.0, "twelve members of one row outvote every text"
    assert (found["E1, one row"].accuracy.value, found["plain"].commonest) == (0.5, 0.5)


def test_a_text_outvotes_few_and_weak_members() -> None:
    """Twice as sure as its one member, wherever that one comes from."""
    rows = [line(i % 2, 1, 0.5) | {"own": line(i % 2)["own"]} for i in range(40)]
    assert {one.accuracy.value for one in experiments(rows, IMDB)} == {1.0}


def test_fewer_members_are_the_first_of_them() -> None:
    """Two right members and ten wrong ones: with two the vote is right, with all of them wrong."""
    given = line(1)
    given["members"]["3"] = [[-1.0, 1.0]] * 2 + [[3.0, -3.0]] * 10
    told = {one.about: one.accuracy.value for one in experiments([given, line(0)], IMDB)}
    assert told["its own alternatives, 3 words, up to 2 of them"] == 1.0
    assert told["its own alternatives, 3 words, up to 12 of them"] == 0.5
    assert told["its own alternatives, 1 word, up to 12 of them"] == 1.0


def test_a_text_without_alternatives_speaks_for_itself() -> None:
    given = line(1, 0)
    assert {one.accuracy.value for one in experiments([given, line(0, 0)], IMDB)} == {1.0}


def test_figures_replace_those_of_the_same_model() -> None:
    other = Result("mnli-plain: E2", ACCURACY, "mnli", "accuracy", 0.7, "python", 10)
    table = ResultTable("riddle", "R", (other,))
    found = experiments([line(0), line(1)], IMDB)
    for _ in range(2):
        table = add_to(table, "imdb-plain", found, "python -m core riddle", {"task": "imdb"})
    assert table.results[0] == other
    assert len(table.results) == 1 + 2 * len(found)
    assert {one.column for one in table.results} == {ACCURACY, COMMONEST}
    shuffled = next(one for one in table.results if "E1," in one.row)
    assert "mean of 200 shuffles" in shuffled.measure

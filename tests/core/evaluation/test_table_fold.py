"""A table's numbers are those of evaluate and attack; clean and attacked come from the same records; parts are told."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.evaluation.attack_run import run_attack
from core.evaluation.attack_summary import summarise
from core.evaluation.evaluate import EvaluationFinished, evaluate
from core.evaluation.paper import PRINTED
from core.evaluation.shelf import Shelf
from core.evaluation.statistics import mcnemar
from core.evaluation.table import Measure, Table
from core.evaluation.table_fold import ATTACKED, CLEAN, FOOLED, MACRO_F1, fold_table
from core.evaluation.table_plan import Asked, plan_table, run_table
from core.work.log import Log

Ask = Callable[..., Asked]


def done(asked_for: Asked, folder: Path) -> tuple[Table, Shelf, Any]:
    shelf, log = Shelf(), Log(folder)
    plan = plan_table(asked_for, shelf)
    list(run_table(plan, log, shelf))
    return fold_table(plan, log, "A title", "a command", {"n": 12}), shelf, plan


def of(table: Table, key: str, name: str) -> Measure:
    (row,) = (row for row in table.rows if row.key == key)
    found = row.measure(name)
    assert found is not None
    return found


def test_table_2_says_what_evaluate_says(asked: Ask, tmp_path: Path) -> None:
    table, shelf, plan = done(asked(2, "plain,five,fact,retrained", draws=3), tmp_path)
    assert (table.done, table.number, table.command) == (table.jobs, 2, "a command")
    rights = {}
    for row in plan.rows:
        *_, found = evaluate(plan.asked.rows, shelf.classifier(row.recipe), (0, 1, 2))
        assert isinstance(found, EvaluationFinished)
        assert of(table, row.spec.key, CLEAN).value == found.accuracy.value
        assert of(table, row.spec.key, MACRO_F1).value == found.scores.macro_f1.value
        assert of(table, row.spec.key, CLEAN).paper == PRINTED[2][row.spec.key].accuracy
        answers = shelf.classifier(row.recipe).predict([r.example for r in plan.asked.rows])
        rights[row.spec.key] = [a.label == r.label for a, r in zip(answers, plan.asked.rows, strict=True)]
    assert of(table, "plain", FOOLED).value == 0.0, "plain gets none of the texts that fool it"
    expected = mcnemar(rights["fact"], rights["plain"])
    test = of(table, "fact", CLEAN).against
    assert test is not None
    assert (test.only_this, test.only_other, test.p) == (expected.only_first, expected.only_second, expected.p)
    assert of(table, "plain", CLEAN).against is None


def test_table_3_says_what_attack_says(asked: Ask, tmp_path: Path) -> None:
    table, shelf, plan = done(asked(3), tmp_path)
    for row in plan.rows:
        attack, deployed, searched = shelf.attack(row.attack.jobs[0].where["recipe"])
        records = [p.record for p in run_attack(attack, deployed, plan.asked.rows, 4, searched=searched)]
        summary = summarise(records)
        assert summary.clean_accuracy is not None
        assert summary.after_attack_accuracy is not None
        assert summary.queries is not None
        assert of(table, row.spec.key, CLEAN).value == summary.clean_accuracy.value
        assert of(table, row.spec.key, ATTACKED).value == summary.after_attack_accuracy.value
        assert of(table, row.spec.key, "queries").value == summary.queries.value
        assert of(table, row.spec.key, CLEAN).value >= of(table, row.spec.key, ATTACKED).value
    drawn = [row.key for row in table.rows if row.measure("after attack, one draw")]
    assert drawn == ["five"], "only what draws has a mean of draws"
    assert all("few" in row.flags for row in table.rows)
    assert all(row.seconds > 0 for row in table.rows)


def test_a_row_that_is_not_there_says_how_to_make_it(asked: Ask, tmp_path: Path) -> None:
    table, _, _ = done(asked(2, "plain,retrained,random"), tmp_path)
    retrained, random = table.rows[1:]
    assert "finetune" in retrained.missing
    assert "--model-random" in random.missing
    assert [(m.name, m.n, m.paper) for m in retrained.measures] == [(CLEAN, 0, 0.905), (FOOLED, 0, 0.827)]
    assert random.measures == ()


@pytest.mark.parametrize("number", [2, 3])
def test_a_table_of_nothing_and_of_a_part(asked: Ask, tmp_path: Path, number: int) -> None:
    shelf, log = Shelf(), Log(tmp_path)
    plan = plan_table(asked(number, "plain,fact"), shelf)
    empty = fold_table(plan, log, "A title")
    assert (empty.done, [m.n for row in empty.rows for m in row.measures]) == (0, [])
    next(iter(run_table(plan, log, shelf)))
    part = fold_table(plan, log, "A title")
    assert (part.done, part.jobs > 1) == (1, True)
    assert not any(math.isnan(m.value) for row in part.rows for m in row.measures)

"""Attacks as jobs: the records of a file of ``attack``; the key names what decides them; other weights are refused."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from core.attacks.presets import attack_config
from core.datasets import Row
from core.defenses.five import FiveConfig, FiveSettings
from core.defenses.recipe import Recipe
from core.errors import ModelError
from core.evaluation.attack_jobs import ATTACK, AttackPlan, Attacks, plain, plan_attack, row_from
from core.evaluation.attack_recipe import AttackRecipe
from core.evaluation.attack_run import run_attack
from core.evaluation.attack_summary import summarise
from core.evaluation.shelf import Shelf
from core.tasks import IMDB, Example
from core.work.job import Kinds
from core.work.log import Log
from core.work.run import run

CONFIG = attack_config("ungated", max_queries=12, verdict_draws=3)
PLAIN = AttackRecipe(CONFIG, Recipe(IMDB, "some/model"))
FIVE = AttackRecipe(CONFIG, Recipe(IMDB, "some/model", "five", FiveSettings(FiveConfig(samples=2)), seed=4))


def planned(recipe: AttackRecipe, rows: list[Row], shelf: Shelf | None = None, together: int = 4) -> AttackPlan:
    return plan_attack(recipe, rows, shelf or Shelf(), together)


def do(jobs: Any, folder: Path, shelf: Shelf | None = None) -> Log:
    log = Log(folder)
    list(run(Kinds({ATTACK: Attacks(shelf or Shelf())}), jobs, log))
    return log


@pytest.mark.parametrize("recipe", [PLAIN, FIVE], ids=["plain", "five"])
def test_the_records_are_those_of_a_file(
    toy_models: list[Any], reviews: list[Example], tmp_path: Path, recipe: AttackRecipe
) -> None:
    rows = [Row(example, i % 2) for i, example in enumerate(reviews[:6])]
    plan = planned(recipe, rows)
    log = do(plan.jobs, tmp_path)
    attack, deployed, searched = Shelf().attack(recipe)
    expected = [p.record for p in run_attack(attack, deployed, rows, 4, searched=searched)]
    found = list(plan.records(log))
    assert json.loads(json.dumps(found)) == json.loads(json.dumps(expected))
    assert summarise(found).n == 6


def test_a_summary_is_of_whatever_is_there(toy_models: list[Any], reviews: list[Example], tmp_path: Path) -> None:
    rows = [Row(example, 0) for example in reviews[:10]]
    plan = planned(PLAIN, rows)
    log = do([plan.jobs[0], plan.jobs[2]], tmp_path)
    assert [record["i"] for record in plan.records(log)] == [0, 1, 2, 3, 8, 9]
    assert list(planned(FIVE, rows).records(log)) == []


def test_the_key_is_what_decides(toy_models: list[Any], reviews: list[Example]) -> None:
    """Not the folder that the weights lie in: ``some/model`` and ``more/model`` hold the same ones here."""
    rows, shelf = [Row(example, 0) for example in reviews[:3]], Shelf()

    def first(recipe: AttackRecipe, given: list[Row] = rows, together: int = 4) -> str:
        return planned(recipe, given, shelf, together).jobs[0].key

    moved = AttackRecipe(CONFIG, Recipe(IMDB, "more/model"))
    assert first(moved) == first(PLAIN)
    others = [
        first(FIVE),
        first(AttackRecipe(CONFIG, FIVE.target, average=2)),
        first(AttackRecipe(CONFIG, Recipe(IMDB, "another/model"))),
        first(AttackRecipe(attack_config("ungated", max_queries=13, verdict_draws=3), PLAIN.target)),
        first(PLAIN, [Row(rows[0].example, 1), *rows[1:]]),
        first(PLAIN, together=2),
    ]
    assert len({first(PLAIN), *others}) == 1 + len(others)


def test_weights_that_have_changed_are_refused(
    toy_models: list[Any], reviews: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_factory: Any
) -> None:
    plan = planned(PLAIN, [Row(reviews[0], 0)])
    monkeypatch.setattr("core.models.loading.load_classifier", lambda *_: tiny_factory(IMDB, seed=99))
    with pytest.raises(ModelError, match="others than when the run began"):
        do(plan.jobs, tmp_path)


def test_jobs_and_work_can_be_sent_elsewhere(toy_models: list[Any], pairs: list[Example]) -> None:
    plan = planned(FIVE, [Row(Example("A good film."), 1)])
    job, work = pickle.loads(pickle.dumps((plan.jobs[0], Kinds({ATTACK: Attacks(Shelf())}))))
    assert job == plan.jobs[0]
    (line,) = work()(job)
    assert line["text"] == "A good film."
    assert [row_from(plain(Row(pair, 2))) for pair in pairs] == [Row(pair, 2) for pair in pairs]

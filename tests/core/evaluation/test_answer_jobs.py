"""Answers as jobs: what evaluate finds, group by group; the key names weights, settings and draws."""

from pathlib import Path
from typing import Any

from core.datasets import Row
from core.defenses.five import FiveConfig, FiveSettings
from core.defenses.recipe import Recipe
from core.evaluation.answer_jobs import ANSWERS, Answers, answered, plan_answers
from core.evaluation.evaluate import EvaluationFinished, evaluate
from core.evaluation.shelf import Shelf
from core.tasks import IMDB, Example
from core.work.job import Kinds
from core.work.log import Log
from core.work.run import run

PLAIN = Recipe(IMDB, "some/model")
FIVE = Recipe(IMDB, "some/model", "five", FiveSettings(FiveConfig(samples=2, sigma_relative=30.0)))


def test_the_numbers_are_those_of_evaluate(toy_models: list[Any], reviews: list[Example], tmp_path: Path) -> None:
    rows = [Row(example, i % 2) for i, example in enumerate(reviews)]
    shelf, seeds = Shelf(), (0, 1, 2)
    for recipe, groups in ((PLAIN, 2), (FIVE, 6)):
        jobs = plan_answers(recipe, shelf, seeds, together=6).jobs(rows)
        assert len(jobs) == groups, "as many draws fewer rows"
        log = Log(tmp_path / recipe.defense)
        list(run(Kinds({ANSWERS: Answers(shelf)}), jobs, log))
        tally, right = answered(jobs, log, 2)
        *_, found = evaluate(rows, shelf.classifier(recipe), seeds)
        assert isinstance(found, EvaluationFinished)
        assert tally.accuracy == found.accuracy
        assert tally.expected() == found.expected or recipe is PLAIN
        assert list(right.values()) == list(map(bool, tally.right))
        assert list(right) == [(row.example.text_a, None, row.label) for row in rows]
        assert len(answered(jobs[:1], log, 2)[0].truth) == len(jobs[0].rows), "a fold over what is there"


def test_the_key_is_what_decides(toy_models: list[Any], reviews: list[Example]) -> None:
    shelf, rows = Shelf(), [Row(reviews[0], 1)]

    def key(recipe: Recipe, seeds: tuple[int, ...] = ()) -> str:
        return plan_answers(recipe, shelf, seeds).jobs(rows)[0].key

    assert key(PLAIN) == key(PLAIN, (0, 1, 2)) == key(Recipe(IMDB, "more/model"))
    keys = [key(PLAIN), key(FIVE, (0,)), key(FIVE, (0, 1, 2)), key(FIVE, (1,)), key(Recipe(IMDB, "another/model"))]
    assert len(set(keys)) == len(keys)

"""Verdicts as jobs: those of the attack, under a key that names what decides them; a row that fails costs no other."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from core.attacks.verdict import FINAL, ORIGINAL, judge
from core.datasets import Row
from core.defenses.five import FiveConfig, FiveSettings
from core.defenses.recipe import Recipe
from core.errors import ModelError
from core.evaluation.shelf import Shelf
from core.evaluation.verdict_jobs import CONFIRMED, VERDICT, Verdicts, bench_of, verdict_lines
from core.models.classifier import Prediction
from core.tasks import IMDB, Example
from core.work.job import Kinds
from core.work.log import Log
from core.work.run import run
from tests.core.attacks.conftest import BagOfWords

PLAIN = Recipe(IMDB, "some/model")
FIVE = Recipe(IMDB, "some/model", "five", FiveSettings(FiveConfig(samples=1, sigma_relative=3.0)))


def test_they_are_those_of_an_attack(toy_models: list[str], reviews: list[Example], tmp_path: Path) -> None:
    rows, shelf, log = [Row(e, 1) for e in reviews[:5]], Shelf(), Log(tmp_path)
    bench = bench_of(FIVE, shelf, 7, seed=2)
    job = bench.job(rows, FINAL)
    list(run(Kinds({VERDICT: Verdicts(shelf)}), [job], log))
    expected = judge(shelf.classifier(FIVE), [row.example for row in rows], [1] * 5, 7, 2, FINAL)
    lines = log.lines(job)
    assert [(one["wrong"], one["draws"], one["answer"]) for one in lines] == [
        (one.wrong, one.draws, one.answer) for one in expected
    ]
    assert all(line["rows"] == 7 + 1 + 1 for line in lines), "seven copies; the text and its gradient once"


def test_the_key_is_what_decides(toy_models: list[str], reviews: list[Example]) -> None:
    rows, shelf = [Row(e, 1) for e in reviews[:2]], Shelf()
    keys = [
        bench_of(FIVE, shelf, draws, seed).job(rows, judged).key
        for draws, seed, judged in ((7, 2, FINAL), (7, 2, ORIGINAL), (7, 2, CONFIRMED), (9, 2, FINAL), (7, 3, FINAL))
    ]
    assert len(set(keys)) == 5
    still = [bench_of(PLAIN, shelf, 7, seed).job(rows, judged) for seed, judged in ((2, FINAL), (3, ORIGINAL))]
    assert still[0] == still[1], "who draws nothing is asked once, by whatever name"


def test_other_weights_are_refused(
    toy_models: list[str], reviews: list[Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_factory: Any
) -> None:
    job = bench_of(PLAIN, Shelf(), 7, 0).job([Row(reviews[0], 0)], FINAL)
    monkeypatch.setattr("core.models.loading.load_classifier", lambda *_: tiny_factory(IMDB, seed=99))
    with pytest.raises(ModelError, match="others than when the run began"):
        list(run(Kinds({VERDICT: Verdicts(Shelf())}), [job], Log(tmp_path)))


def test_a_row_that_fails_is_told_apart() -> None:
    class Picky(BagOfWords):
        def predict(self, examples: Sequence[Example]) -> list[Prediction]:
            if any("cat" in e.text_a for e in examples):
                raise RuntimeError("no cats")
            return super().predict(examples)

    lines = list(verdict_lines(Picky(), [Row(Example("a cat"), 0), Row(Example("a dog"), 0)], [0]))
    assert (lines[0]["draws"], lines[0]["error"]) == (0, "RuntimeError: no cats")
    assert lines[1]["draws"] == 1
    assert "error" not in lines[1]

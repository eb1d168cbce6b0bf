"""Texts made against one, answered by others: the diagonal, what a reader got wrong before, files that are none."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.presets import attack_config
from core.datasets import Row
from core.defenses.recipe import Recipe
from core.errors import DataFileError
from core.evaluation.answer_jobs import ANSWERS, Answers, plan_answers
from core.evaluation.attack_run import run_attack
from core.evaluation.shelf import Shelf
from core.evaluation.transfer import Cell, Made, fold_transfer, matrix_table, texts_made, transfer_jobs
from core.tasks import IMDB, MNLI, Example
from core.work.job import Kinds
from core.work.log import Log
from core.work.run import run


@pytest.fixture
def file(toy_lexicon: Any, tmp_path: Path, reviews: list[Example], toy_models: list[str]) -> Path:
    """An attack on the tiny model ``some/model``."""
    classifier, path = Shelf().core(Recipe(IMDB, "some/model")), tmp_path / "attacks.jsonl"
    attack = Attack(attack_config("ungated", max_queries=30), toy_lexicon)
    list(run_attack(attack, classifier, [Row(e, None) for e in reviews], 4, path))
    return path


def test_whoever_was_attacked_is_fooled_by_all_of_them(file: Path, tmp_path: Path) -> None:
    made, shelf, log = texts_made(file, IMDB), Shelf(), Log(tmp_path / "log")
    assert len(made.pairs) > 1
    plans = {name: plan_answers(Recipe(IMDB, model), shelf) for name, model in (("own", "some/model"), ("other", "x"))}
    assert fold_transfer([made], plans, log, 2) == [], "nothing has been asked yet"
    list(run(Kinds({ANSWERS: Answers(shelf)}), transfer_jobs([made], plans), log))
    own, other = fold_transfer([made], plans, log, 2)
    assert own.turned is not None
    assert (own.turned.value, own.turned.n, own.right.value, own.before.value) == (1.0, len(made.pairs), 0.0, 1.0)
    assert other.before.n == len(made.pairs)
    assert other.turned is None or other.turned.n == round(other.before.value * other.before.n)
    table = matrix_table([own, other], "transfer", IMDB, "python -m core transfer", "ungated", 11, 0)
    assert (table.results[0].column, table.results[0].value, table.results[0].draws) == ("fool own", 1.0, 11)


def test_who_was_right_about_nothing_has_no_share() -> None:
    cell = Cell("a", "b", *(texts_share(0, 3),) * 2, None)
    assert matrix_table([cell], "t", IMDB, "x", "paper", 1, 0).results == ()


def texts_share(right: int, n: int) -> Any:
    from core.evaluation.statistics import share

    return share(right, n)


@pytest.mark.parametrize(
    ("task", "change", "said"),
    [
        (MNLI, lambda record: record, "is of task imdb, not of mnli"),
        (IMDB, lambda record: {**record, "status": "failed"}, "no text that fooled"),
    ],
)
def test_what_is_no_such_file(file: Path, task: Any, change: Callable[..., Any], said: str) -> None:
    lines = [json.dumps(change(json.loads(line))) for line in file.read_text(encoding="utf-8").splitlines()]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(DataFileError, match=said):
        texts_made(file, task)


def test_a_pair_keeps_its_premise(tmp_path: Path) -> None:
    record = {"i": 0, "status": "success", "label": 2, "text": "A cat sits.", "adversarial": "A cat rests.",
              "other_text": "A dog runs.", "made_by": {"task": "mnli", "classifier": "m"}}  # fmt: skip
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    expected = (Row(Example("A dog runs.", "A cat sits."), 2), Row(Example("A dog runs.", "A cat rests."), 2))
    assert texts_made(path, MNLI) == Made("a.jsonl", "m", (expected,), 1)

"""Many draws at once are the draws one by one, for every defence that draws, and cost less."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core.defenses.five import NOISED_TOGETHER, Five, FiveConfig
from core.defenses.fuse import Fuse, FuseConfig
from core.models.classifier import DrawsTogether, Prediction, draw_each
from core.models.importance import ImportanceConfig
from core.perturbation.switch import Switch, SwitchConfig
from core.tasks import Example

SEEDS = (5, 0, 5, 11)
Build = Callable[..., DrawsTogether]


class Rows:
    """The classifier, counting the rows it is given, gradients and embedded rows included."""

    def __init__(self, inner: Any) -> None:
        self._inner, self.rows, self.gradient_rows = inner, 0, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def predict(self, examples: list[Example]) -> list[Prediction]:
        self.rows += len(examples)
        return self._inner.predict(examples)

    def encoded_logits(self, rows: list[Any]) -> np.ndarray:
        self.rows += len(rows)
        return self._inner.encoded_logits(rows)

    def gradients(self, encodings: list[Any], scalar: Any) -> Any:
        self.rows += len(encodings)
        self.gradient_rows += len(encodings)
        return self._inner.gradients(encodings, scalar)


def fuse(classifier: Any, lexicon: Any, importance: ImportanceConfig = ImportanceConfig()) -> Fuse:
    switch = SwitchConfig(gate="off", pos="none", total_alternatives=4, importance=importance)
    return Fuse(classifier, Switch(classifier, lexicon, switch), FuseConfig(seed=2))


def five(classifier: Any, lexicon: Any, importance: ImportanceConfig = ImportanceConfig()) -> Five:
    return Five(classifier, lexicon, FiveConfig(perturb_words=2, samples=3, seed=2, importance=importance))


@pytest.mark.parametrize("build", [fuse, five])
def test_draws_are_the_reseeded_answers(
    build: Build, tiny_classifier: Any, toy_lexicon: Any, reviews: list[Example]
) -> None:
    defense = build(tiny_classifier, toy_lexicon)
    found = defense.draws(reviews, SEEDS)
    assert found == draw_each(defense, reviews, SEEDS)
    for seed, answers in zip(SEEDS, found, strict=True):
        expected = defense.reseeded(seed).predict(reviews)
        assert [(a.label, a.flags) for a in answers] == [(e.label, e.flags) for e in expected]
        np.testing.assert_allclose([a.logits for a in answers], [e.logits for e in expected], atol=1e-5)
    assert found[0] == found[2]
    assert found[0] != found[1]
    assert defense.draws([], SEEDS) == [[]] * len(SEEDS)
    assert defense.draws(reviews, []) == []


@pytest.mark.parametrize("build", [fuse, five])
@pytest.mark.parametrize("method", ["gradient", "leave_one_out", "reading_order"])
def test_an_answer_says_what_the_model_read_for_it(
    build: Build, method: Any, tiny_classifier: Any, toy_lexicon: Any, reviews: list[Example]
) -> None:
    rows = Rows(tiny_classifier)
    defense = build(rows, toy_lexicon, ImportanceConfig(method))
    predicted = defense.predict(reviews)
    assert sum(answer.rows for answer in predicted) == rows.rows
    single, rows.rows = rows.rows, 0
    found = defense.draws(reviews, range(6))
    assert sum(answer.rows for answers in found for answer in answers) == rows.rows < 6 * single
    assert {answer.questions for answers in found for answer in answers} == {1}


@pytest.mark.parametrize("build", [fuse, five])
def test_words_are_ranked_once_for_all_draws(
    build: Build, tiny_classifier: Any, toy_lexicon: Any, reviews: list[Example]
) -> None:
    rows = Rows(tiny_classifier)
    build(rows, toy_lexicon).draws(reviews, range(20))
    assert rows.gradient_rows == len(reviews)


def test_many_copies_are_asked_in_parts(
    tiny_classifier: Any, toy_lexicon: Any, monkeypatch: pytest.MonkeyPatch, reviews: list[Example]
) -> None:
    whole = five(tiny_classifier, toy_lexicon).draws(reviews[:4], range(5))
    assert NOISED_TOGETHER > 1000
    monkeypatch.setattr("core.defenses.five.NOISED_TOGETHER", 25)
    parts = five(tiny_classifier, toy_lexicon).draws(reviews[:4], range(5))
    assert [[p.rows for p in answers] for answers in parts] == [[p.rows for p in answers] for answers in whole]
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_allclose([p.logits for p in one], [p.logits for p in other], atol=1e-5)

"""Answers: softmax, what makes two of them equal, and draws asked for in the cheapest way a classifier allows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.models.classifier import Prediction, draw_each, is_randomised, predictions, softmax
from core.tasks import IMDB, Example
from tests.conftest import ScriptedClassifier

LOGITS = st.lists(st.floats(-300, 300), min_size=2, max_size=5)
TEXTS = [Example("a"), Example("b")]


def test_softmax_and_probabilities() -> None:
    assert softmax(np.array([[0.0, 0.0], [1000.0, 0.0]])).tolist() == [[0.5, 0.5], [1.0, 0.0]]
    assert Prediction((np.log(3.0), 0.0), 0).probabilities == pytest.approx((0.75, 0.25))


@given(LOGITS, st.floats(-300, 300))
def test_softmax_sums_to_one_and_knows_no_shift(values: list[float], shift: float) -> None:
    found = softmax(np.array(values))
    assert found.sum() == pytest.approx(1.0)
    assert found.max() == found[int(np.argmax(values))]
    assert softmax(np.array(values) + shift) == pytest.approx(found, abs=1e-9)


def test_one_answer_for_each_row_of_logits() -> None:
    found = predictions(np.array([[0.5, 2.0, 1.0], [3.0, -1.0, 3.0]]), [("cut",), ()])
    assert found == [Prediction((0.5, 2.0, 1.0), 1, ("cut",)), Prediction((3.0, -1.0, 3.0), 0)]
    assert all(type(value) is float for answer in found for value in answer.logits), "plain numbers, to be written"
    with pytest.raises(ValueError, match="zip"):
        predictions(np.zeros((2, 2)), [()])


def test_what_it_cost_does_not_make_it_another_answer() -> None:
    answer = Prediction((1.0, 0.0), 0, ("cut",))
    assert replace(answer, questions=4, rows=60) == answer
    assert hash(replace(answer, rows=60)) == hash(answer)
    assert replace(answer, flags=()) != answer
    assert replace(answer, label=1) != answer


class Drawing(ScriptedClassifier):
    """Answers label ``seed % 2``; without ``noise`` it draws nothing."""

    seed, noise, seeds_asked = 0, True, ()

    @property
    def randomised(self) -> bool:
        return self.noise

    def reseeded(self, seed: int) -> "Drawing":
        self.seeds_asked = (*self.seeds_asked, seed)
        return Drawing(self.task, lambda _: seed % 2)


class Together(Drawing):
    """The same, all seeds at once."""

    def draws(self, examples: Sequence[Example], seeds: Sequence[int]) -> list[list[Prediction]]:
        self.calls.append(list(examples))
        return [Drawing(self.task, lambda _, seed=seed: seed % 2).predict(examples) for seed in seeds]


def labels(found: list[list[Prediction]]) -> list[list[int]]:
    return [[answer.label for answer in answers] for answers in found]


def test_a_deterministic_classifier_is_asked_once() -> None:
    classifier = ScriptedClassifier(IMDB, lambda example: 1)
    found = draw_each(classifier, [Example("a"), Example("b")], (1, 2, 3))
    assert [[p.label for p in answers] for answers in found] == [[1, 1]] * 3
    assert len(classifier.calls) == 1
    assert draw_each(classifier, [Example("a")], ()) == []


def test_draws_are_asked_for_seed_by_seed_or_all_at_once() -> None:
    single, together = Drawing(IMDB, lambda _: 0), Together(IMDB, lambda _: 0)
    for classifier in (single, together):
        assert is_randomised(classifier)
        assert labels(draw_each(classifier, TEXTS, (1, 2, 5))) == [[1, 1], [0, 0], [1, 1]]
        assert draw_each(classifier, TEXTS, ()) == []
    assert single.seeds_asked == (1, 2, 5)
    assert together.seeds_asked == ()
    assert together.calls[0] == TEXTS


@pytest.mark.parametrize("kind", [Drawing, Together])
def test_one_whose_settings_draw_nothing_is_deterministic(kind: Any) -> None:
    still = kind(IMDB, lambda _: 1)
    still.noise = False
    assert not is_randomised(still)
    assert labels(draw_each(still, TEXTS, (1, 2, 4))) == [[1, 1]] * 3
    assert len(still.calls) == 1
    assert still.seeds_asked == ()
    assert not is_randomised(ScriptedClassifier(IMDB, lambda _: 1))

"""Draws: agreement with its interval, copies with a seed against draws in one call, and who answers clean rows."""

from collections.abc import Sequence
from typing import Any

import pytest

from core.evaluation.audit import draws
from core.evaluation.audit.bench import AuditConfig, Bench, Subject
from core.models.classifier import Prediction
from core.tasks import Example
from tests.core.attacks.conftest import BagOfWords, Noisy
from tests.core.evaluation.audit import planted

BAG = BagOfWords(scale=2.0)


def bench(classifier: Any, lexicon: Any, **subject: Any) -> Bench:
    config = AuditConfig(draws=4, attacked=4, verdict_draws=3)
    return Bench(Subject(classifier, BAG, **subject), planted.texts(BAG, 16), lexicon, config)


def test_agreement_of_one_that_draws_and_of_one_that_does_not(toy_lexicon: Any) -> None:
    assert "does not draw" in draws.agreement(bench(BAG, toy_lexicon)).said
    found = draws.agreement(bench(Noisy(scale=2.0), toy_lexicon))
    assert found.verdict == "pass"
    assert dict(found.figures)["agreement"] == pytest.approx(1.0, abs=0.1)


def test_one_that_draws_without_a_seed_is_told_so(toy_lexicon: Any) -> None:
    assert "does not say so" in draws.agreement(bench(planted.DropoutVote(), toy_lexicon)).said


def test_two_abstentions_agree(toy_lexicon: Any) -> None:
    class Refuses(Noisy):
        def answer(self, example: Example) -> Prediction:
            return planted.prediction(super().answer(example).logits, -1)

    assert dict(draws.agreement(bench(Refuses(scale=2.0), toy_lexicon)).figures)["agreement"] == 1


def test_draws_in_one_call_have_to_be_those_of_copies(toy_lexicon: Any) -> None:
    class Together(Noisy):
        ahead = 0

        def draws(self, examples: Sequence[Example], seeds: Sequence[int]) -> list[list[Prediction]]:
            return [Noisy(scale=2.0, seed=seed + self.ahead).predict(examples) for seed in seeds]

    honest = Together(scale=2.0)
    assert draws.one_object(bench(honest, toy_lexicon)).verdict == "pass"
    Together.ahead = 1
    found = draws.one_object(bench(honest, toy_lexicon))
    assert (found.verdict, "copy with the same seed" in found.said) == ("fail", True)


def test_the_same_classifier_loaded_twice_is_one_object(toy_lexicon: Any) -> None:
    assert draws.one_object(bench(BAG, toy_lexicon, clean=BagOfWords(scale=2.0))).verdict == "pass"
    assert draws.one_object(bench(BAG, toy_lexicon, clean=BagOfWords(scale=2.1))).verdict == "fail"

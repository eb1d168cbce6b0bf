"""What the answers look like: abstentions counted apart, constants, limits, and one decision."""

from typing import Any

import pytest

from core.datasets import Row
from core.evaluation.audit import answers
from core.evaluation.audit.bench import AuditConfig, Bench, Subject
from core.models.classifier import Prediction
from core.tasks import IMDB, Example
from tests.conftest import ScriptedClassifier
from tests.core.attacks.conftest import BagOfWords
from tests.core.evaluation.audit import planted

BAG = BagOfWords(scale=2.0)


def bench(classifier: Any, lexicon: Any, labels: Any = None, **subject: Any) -> Bench:
    rows = planted.texts(BAG, 12)
    if labels is not None:
        rows = tuple(Row(row.example, label) for row, label in zip(rows, labels, strict=True))
    return Bench(Subject(classifier, **subject), rows, lexicon, AuditConfig(attacked=12))


def test_without_an_evaluation_abstentions_are_counted_and_not_judged(toy_lexicon: Any) -> None:
    found = answers.abstentions(bench(planted.Abstains(), toy_lexicon))
    assert found.verdict == "cannot say"
    assert "was not given" in found.said
    assert dict(found.figures)["abstained, attacked"] > 0


def test_an_evaluation_that_calls_no_abstention_right_passes(toy_lexicon: Any) -> None:
    strict = answers.abstentions(bench(planted.Abstains(), toy_lexicon, right=lambda a, label: a.label == label))
    assert strict.verdict == "pass"
    lax = answers.abstentions(bench(planted.Abstains(), toy_lexicon, right=planted.counts_abstention))
    assert (lax.verdict, lax.figures) == ("fail", strict.figures)


@pytest.mark.parametrize(("positives", "verdict"), [(6, "fail"), (9, "fail"), (11, "cannot say"), (12, "cannot say")])
def test_one_answer_to_rows_of_one_label_proves_nothing(toy_lexicon: Any, positives: int, verdict: str) -> None:
    labels = [1] * positives + [0] * (12 - positives)
    assert answers.constant(bench(planted.Constant(), toy_lexicon, labels)).verdict == verdict


def test_few_texts_say_nothing_about_shares(toy_lexicon: Any) -> None:
    few = Bench(Subject(planted.LabelsOnly()), planted.texts(BAG, 4), toy_lexicon)
    assert {answers.constant(few).verdict, answers.saturation(few).verdict} == {"cannot say"}


@pytest.mark.parametrize(("lead", "verdict"), [(10.0, "pass"), (20.0, "fail")])
def test_a_probability_of_one_up_to_single_precision_is_saturated(toy_lexicon: Any, lead: float, verdict: str) -> None:
    sure = ScriptedClassifier(IMDB, lambda example: (lead, 0.0))
    assert answers.saturation(bench(sure, toy_lexicon)).verdict == verdict


def test_an_abstention_is_no_second_decision(toy_lexicon: Any) -> None:
    assert answers.one_decision(bench(planted.Abstains(), toy_lexicon)).verdict == "pass"


def test_votes_that_come_to_another_label_are_told(toy_lexicon: Any) -> None:
    class Overrules(planted.HidesVotes):
        def predict(self, examples: list[Example]) -> list[Prediction]:
            return [planted.prediction(p.logits[::-1]) for p in super().predict(examples)]

    found = answers.one_decision(bench(Overrules(), toy_lexicon))
    assert found.verdict == "fail"
    assert dict(found.figures)["label against votes"] == 12
    assert answers.one_decision(bench(planted.HidesVotes(), toy_lexicon)).verdict == "pass"

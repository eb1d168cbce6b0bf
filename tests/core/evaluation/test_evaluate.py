"""Evaluation as a stream: whatever the chunks, the same numbers; draws of a randomised classifier side by side."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.presets import attack_config
from core.attacks.verdict import ORIGINAL, verdict_seeds
from core.datasets import Row
from core.errors import ConfigError, DataFileError
from core.evaluation.attack_run import run_attack
from core.evaluation.attack_summary import summarise
from core.evaluation.evaluate import EvaluationFinished, EvaluationProgress, evaluate
from core.events import to_record
from core.models.classifier import Prediction
from core.tasks import IMDB, MNLI, Example, Task
from tests.core.attacks.conftest import Noisy

ROWS = [Row(Example(f"text {i}"), label) for i, label in enumerate([0, 1, 1, 0, 1, None, 0, 1, 1, 1])]
ANSWERS = {f"text {i}": answer for i, answer in enumerate([0, 1, 0, 0, 1, 1, 1, 1, 1, 0])}


def finished(*args: Any, **kwargs: Any) -> EvaluationFinished:
    *progress, last = evaluate(*args, **kwargs)
    assert all(isinstance(event, EvaluationProgress) for event in progress)
    assert isinstance(last, EvaluationFinished)
    return last


def test_golden_numbers(scripted_classifier: Callable[..., Any]) -> None:
    found = finished(ROWS, scripted_classifier(IMDB, ANSWERS), settings={"seed": 3})
    assert (found.scores.n, found.unlabelled) == (9, 1)
    assert found.scores.accuracy.value == pytest.approx(6 / 9)
    assert found.scores.confusion == ((2, 1), (2, 4))
    assert (found.draws, found.expected, found.majority, found.agreement) == (1, None, None, None)
    assert (found.mode, found.accuracy) == ("one draw a row", found.scores.accuracy)
    assert found.settings == {"seed": 3}
    assert to_record(found)["event"] == "EvaluationFinished"


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 100])
def test_chunks_change_nothing(scripted_classifier: Callable[..., Any], chunk: int) -> None:
    classifier = scripted_classifier(IMDB, ANSWERS)
    events = list(evaluate(ROWS, classifier, chunk=chunk))
    assert events[-1].scores == finished(ROWS, scripted_classifier(IMDB, ANSWERS)).scores
    assert [e.done for e in events[:-1]] == [min(len(ROWS), i + chunk) for i in range(0, len(ROWS), chunk)]
    assert max(map(len, classifier.calls)) <= chunk


def test_rows_are_read_as_they_are_needed(scripted_classifier: Callable[..., Any]) -> None:
    taken = []

    def endless() -> Iterator[Row]:
        while True:
            taken.append(1)
            yield ROWS[0]

    events = evaluate(endless(), scripted_classifier(IMDB, 0), chunk=10)
    next(events)
    assert len(taken) == 10


def test_a_real_classifier_scores_the_same_in_any_batch(tiny_pair_classifier: Any, pairs: list[Example]) -> None:
    rows = [Row(pair, i % 3) for i, pair in enumerate(pairs)]
    assert finished(rows, tiny_pair_classifier, chunk=1).scores == finished(rows, tiny_pair_classifier).scores


@dataclass
class Drawing:
    """Answers by seed and text; ``answers[seed][text]``."""

    answers: dict[int, dict[str, int]]
    seed: int = 0
    task: Task = IMDB
    name: str = "drawing"

    def reseeded(self, seed: int) -> "Drawing":
        return replace(self, seed=seed)

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        return [Prediction((0.0,) * 3, self.answers[self.seed][e.text_a]) for e in examples]


def test_draws_by_hand() -> None:
    rows = [Row(Example("a"), 0), Row(Example("b"), 1)]
    found = finished(rows, Drawing({4: {"a": 0, "b": 0}, 5: {"a": 0, "b": 1}, 6: {"a": 0, "b": 1}}), (4, 5, 6))
    assert found.draws == 3
    assert found.scores.accuracy.value == 0.5, "one request is one draw"
    assert found.majority is not None
    assert found.majority.value == 1.0
    assert (found.mode, found.accuracy) == ("majority of 3 draws", found.majority)
    assert found.expected is not None
    assert found.expected.value == pytest.approx(5 / 6)
    assert found.expected.low < 5 / 6 < found.expected.high
    assert found.agreement is not None
    assert found.agreement.value == pytest.approx((1 + 1 / 3) / 2)


def test_a_wrong_majority_is_wrong_whatever_it_says() -> None:
    """As in the verdict on an attacked text: the right label may be the most frequent one and yet be outvoted."""
    rows = [Row(Example("a"), 0)]
    votes = [0, 0, 1, 1, 2]
    found = finished(rows, Drawing({seed: {"a": vote} for seed, vote in enumerate(votes)}, task=MNLI), range(5))
    assert found.majority is not None
    assert found.majority.value == 0.0
    with pytest.raises(ConfigError, match="odd number of draws, was given 2"):
        list(evaluate(rows, Drawing({}), (1, 2)))


def test_the_majority_is_the_verdict_on_the_originals(toy_lexicon: Any, reviews: list[Example]) -> None:
    """Clean and attacked numbers of a row come from the same object in the same mode."""
    noisy = Noisy(noise=4.0)
    rows = [Row(review, i % 2) for i, review in enumerate(reviews)]
    found = finished(rows, noisy, verdict_seeds(2, ORIGINAL, 9))
    attack = Attack(attack_config("paper", seed=2, verdict_draws=9), toy_lexicon)
    summary = summarise(p.record for p in run_attack(attack, noisy, rows))
    assert found.majority == summary.clean_accuracy
    assert found.expected is not None
    assert summary.expected_clean is not None
    assert found.expected.value == pytest.approx(summary.expected_clean.value)
    assert 0 < found.majority.value < 1


def test_a_constant_classifier_is_flagged(scripted_classifier: Callable[..., Any]) -> None:
    assert finished(ROWS, scripted_classifier(IMDB, 1)).scores.constant


def test_flags_are_counted(tiny_classifier: Any) -> None:
    rows = [Row(Example("a good film"), 1), Row(Example("good " * 400), 1)]
    ((flag, count),) = finished(rows, tiny_classifier).flags
    assert count == 1
    assert "cut at 256 pieces" in flag


def test_nothing_labelled(scripted_classifier: Callable[..., Any]) -> None:
    with pytest.raises(DataFileError, match="None of the 2 rows has a label"):
        list(evaluate([Row(Example("a"), None)] * 2, scripted_classifier()))

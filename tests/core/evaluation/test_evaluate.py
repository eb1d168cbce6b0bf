"""Evaluation as a stream: whatever the chunks, the same numbers; draws of a randomised classifier side by side."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.datasets import Row
from core.errors import DataFileError
from core.evaluation.evaluate import EvaluationFinished, EvaluationProgress, evaluate
from core.events import to_record
from core.tasks import IMDB, MNLI, Example

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
    assert (found.draws, found.majority, found.agreement) == (1, None, None)
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


def test_draws(scripted_classifier: Callable[..., Any]) -> None:
    rows = [Row(Example("a"), 0), Row(Example("b"), 1)]
    draws = [scripted_classifier(IMDB, answers) for answers in ({"a": 0, "b": 0}, {"a": 0, "b": 1}, {"a": 0, "b": 1})]
    found = finished(rows, draws[0], redraws=draws[1:])
    assert found.draws == 3
    assert found.scores.accuracy.value == 0.5, "one request is one draw"
    assert found.majority is not None
    assert found.majority.value == 1.0
    assert found.agreement is not None
    assert found.agreement.value == pytest.approx((1 + 1 / 3) / 2)


def test_a_tie_between_draws_goes_to_the_first(scripted_classifier: Callable[..., Any]) -> None:
    rows = [Row(Example("p", "h"), 2)]
    found = finished(rows, scripted_classifier(MNLI, 2), redraws=[scripted_classifier(MNLI, 0)])
    assert found.majority is not None
    assert found.majority.value == 1.0
    other = finished(rows, scripted_classifier(MNLI, 0), redraws=[scripted_classifier(MNLI, 2)])
    assert other.majority is not None
    assert other.majority.value == 0.0


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

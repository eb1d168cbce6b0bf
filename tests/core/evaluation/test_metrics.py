"""Metrics against numbers worked out by hand, and digest section 7 (e), (i): batch size and constants."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from core.errors import DataFileError
from core.evaluation.metrics import macro_f1_interval, paper_f1, score

LABELS = [0, 0, 0, 0, 1, 1, 1, 1, 2, 2]
ANSWERS = [0, 0, 0, 1, 1, 1, 0, 0, 2, 1]


def test_golden_numbers() -> None:
    found = score(LABELS, ANSWERS, 3)
    # right: 3 + 2 + 1 of 10; F1: 2*3/(4+5), 2*2/(4+4), 2*1/(2+1)
    assert found.confusion == ((3, 1, 0), (2, 2, 0), (0, 1, 1))
    assert found.accuracy.value == pytest.approx(0.6)
    assert found.macro_f1.value == pytest.approx((6 / 9 + 4 / 8 + 2 / 3) / 3)
    assert (found.n, found.constant) == (10, False)
    assert found.accuracy.low == pytest.approx(0.3127, abs=1e-4)
    assert found.accuracy.high == pytest.approx(0.8318, abs=1e-4)
    assert found.macro_f1.low < found.macro_f1.value < found.macro_f1.high


def test_paper_f1_by_hand() -> None:
    # In batches of 4: 0000 answered 0001 gives (6/7 + 0) / 2, 1111 answered 1100 gives (0 + 2/3) / 2, 22 answered 21
    # gives (2/3 + 0) / 2.
    assert paper_f1(LABELS, ANSWERS, 4) == pytest.approx(np.mean([3 / 7, 1 / 3, 1 / 3]))
    assert paper_f1(LABELS, ANSWERS, 1) == pytest.approx(0.6), "with one row a batch it is the accuracy"
    assert paper_f1(LABELS, ANSWERS, 10) == pytest.approx(score(LABELS, ANSWERS, 3).macro_f1.value)


def test_only_paper_f1_sinks_with_its_batch() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=9000)
    answers = np.where(rng.random(9000) < 0.757, labels, (labels + rng.integers(1, 3, size=9000)) % 3)
    in8, in32 = (score(labels, answers, 3, batch) for batch in (8, 32))
    assert in8.accuracy == in32.accuracy
    assert in8.macro_f1 == in32.macro_f1
    # The paper's FIVE on MNLI: accuracy 0.757 beside an F1 of 0.708, by batches of 8 alone.
    assert in8.paper_f1 == pytest.approx(0.708, abs=0.01)
    assert in8.paper_f1 < in32.paper_f1 < in8.macro_f1.value


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=40), st.randoms())
def test_order_does_not_matter(samples: list[tuple[int, int]], random: object) -> None:
    found = score(*zip(*samples, strict=True), classes=3)
    random.shuffle(samples)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    again = score(*zip(*samples, strict=True), classes=3)
    assert (again.accuracy, again.macro_f1, again.confusion) == (found.accuracy, found.macro_f1, found.confusion)


def test_a_constant_is_flagged_and_its_accuracy_is_a_class_share() -> None:
    found = score([0, 0, 0, 1], [0, 0, 0, 0], 2)
    assert found.constant
    assert found.accuracy.value == 0.75
    assert not score([0, 0], [0, 0], 2).constant, "one class in the set: nothing to be said"


def test_the_interval_resamples_rows() -> None:
    # The multinomial over a class's cells is the bootstrap over its rows: compare with resampled rows by scikit-learn.
    labels, answers = np.array(LABELS * 6), np.array(ANSWERS * 6)
    rng = np.random.default_rng(1)
    of_class = [np.flatnonzero(labels == label) for label in range(3)]
    picks = [np.concatenate([rng.choice(rows, len(rows)) for rows in of_class]) for _ in range(1500)]
    values = [f1_score(labels[p], answers[p], average="macro", zero_division=0.0) for p in picks]
    confusion = np.array(score(labels, answers, 3).confusion)
    assert macro_f1_interval(confusion) == pytest.approx(tuple(np.quantile(values, [0.025, 0.975])), abs=0.02)


def test_no_resample_loses_a_rare_class() -> None:
    """One row in a hundred, answered wrongly: macro F1 is a half at most, and so is its interval."""
    confusion = np.array([[99, 0], [1, 0]])
    assert score([0] * 99 + [1], [0] * 100, 2).macro_f1.value == pytest.approx(0.5, abs=0.01)
    low, high = macro_f1_interval(confusion)
    assert 0.49 < low <= high < 0.5
    assert macro_f1_interval(np.array([[5, 5, 0], [5, 5, 0], [0, 0, 0]]))[1] <= 1.0


def test_nothing_to_score() -> None:
    with pytest.raises(DataFileError, match="0 labels, 0 answers"):
        score([], [], 2)
    with pytest.raises(DataFileError, match="2 labels, 1 answers"):
        score([0, 1], [0], 2)

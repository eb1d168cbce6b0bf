"""How often a classifier is right, over the whole set and never as an average of batches (METHODS, section 9).

The paper's F1 columns are averages of per-batch macro F1, which sink with the batch size; that value is reported beside
the real one as ``paper_f1``, for comparison with its tables and for nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import DataFileError
from core.evaluation.statistics import LEVEL, Estimate, share

Labels = Sequence[int] | np.ndarray
PAPER_BATCH = 32
"""Rows a batch in the paper's evaluation (8 for its FIVE)."""


@dataclass(frozen=True)
class Scores:
    """What a set of answers is worth. ``confusion[true][predicted]`` counts samples.

    ``constant``: every sample got the same answer although the set has several labels; its accuracy is then the share
    of one class and says nothing about the classifier.
    """

    n: int
    accuracy: Estimate
    macro_f1: Estimate
    paper_f1: float
    confusion: tuple[tuple[int, ...], ...]
    constant: bool


def score(labels: Labels, predicted: Labels, classes: int, paper_batch: int = PAPER_BATCH) -> Scores:
    """Scores of ``predicted`` against ``labels``, both label indices below ``classes``.

    Macro F1 averages over the classes that occur in either, as scikit-learn does. Only ``paper_f1`` depends on the
    order of the samples and on ``paper_batch``. Raises DataFileError without any sample.
    """
    from sklearn.metrics import confusion_matrix, f1_score

    if len(labels) == 0 or len(labels) != len(predicted):
        raise DataFileError(f"Scores need a label for every answer: {len(labels)} labels, {len(predicted)} answers.")
    truth, answers = np.asarray(labels), np.asarray(predicted)
    table = confusion_matrix(truth, answers, labels=range(classes))
    f1 = float(f1_score(truth, answers, average="macro", zero_division=0.0))
    return Scores(
        n=len(truth),
        accuracy=share(int(np.trace(table)), len(truth)),
        macro_f1=Estimate(f1, *macro_f1_interval(table), len(truth)),
        paper_f1=paper_f1(truth, answers, paper_batch),
        confusion=tuple(tuple(map(int, row)) for row in table),
        constant=len(np.unique(answers)) == 1 and len(np.unique(truth)) > 1,
    )


def paper_f1(labels: Labels, predicted: Labels, batch: int = PAPER_BATCH) -> float:
    """The mean over batches, in order, of each batch's macro F1: the paper's F1 columns."""
    from sklearn.metrics import f1_score

    batches = [slice(start, start + batch) for start in range(0, len(labels), batch)]
    values = [f1_score(labels[b], predicted[b], average="macro", zero_division=0.0) for b in batches]
    return float(np.mean(values))


def macro_f1_interval(confusion: np.ndarray, resamples: int = 2000, seed: int = 0) -> tuple[float, float]:
    """The 95 % percentile bootstrap interval of macro F1, from the confusion table (true, predicted) alone.

    Samples are drawn with replacement within each true class, so every resample has the classes of the set: drawn
    freely, it loses a rare class now and then, and is then the mean over fewer. Drawing them is drawing a row of the
    table from a multinomial: the cost does not grow with n.
    """
    rng = np.random.default_rng(seed)
    tables = np.zeros((resamples, *confusion.shape), dtype=np.int64)
    for true, row in enumerate(confusion):
        if row.sum():
            tables[:, true] = rng.multinomial(int(row.sum()), row / row.sum(), size=resamples)
    classes = confusion.sum(axis=0) + confusion.sum(axis=1) > 0
    low, high = np.quantile(_macro_f1(tables, classes), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)


def _macro_f1(tables: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Macro F1 of each table over ``classes`` (a flag each); ``tables`` is (tables, true, predicted)."""
    right = np.diagonal(tables, axis1=1, axis2=2).astype(np.float64)
    seen = tables.sum(axis=1) + tables.sum(axis=2)
    f1 = np.divide(2 * right, seen, out=np.zeros_like(right), where=seen > 0)
    return np.asarray(f1[:, classes].mean(axis=1))

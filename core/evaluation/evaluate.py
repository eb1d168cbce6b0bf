"""How good any classifier is on any labelled rows, as a stream of events: BERT, FuSE, FIVE, a composition of them.

Rows are taken in chunks, so a file of any size fits. A randomised classifier may be asked several times with fresh
seeds (METHODS, section 10): one request is one draw, and beside it stand the majority over draws and the
self-agreement, the chance that two draws give the same answer.
"""

import time
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

import numpy as np

from core.datasets import Row
from core.errors import DataFileError
from core.evaluation.metrics import PAPER_BATCH, Scores, score
from core.evaluation.statistics import Estimate, bootstrap, share
from core.models.classifier import Classifier

CHUNK = 256


@dataclass(frozen=True)
class EvaluationProgress:
    """After each chunk: rows done, accuracy so far, and the rate since the start."""

    done: int
    accuracy: float
    rows_per_second: float


@dataclass(frozen=True)
class EvaluationFinished:
    """The result. ``flags`` are the answers' own remarks with how many answers carried them.

    ``scores`` are of the first draw alone; ``majority`` (accuracy of the majority over draws) and ``agreement`` are
    None for a single draw. ``unlabelled`` rows were left out. ``settings`` is whatever made the classifier.
    """

    classifier: str
    task: str
    labels: tuple[str, ...]
    scores: Scores
    draws: int
    majority: Estimate | None
    agreement: Estimate | None
    unlabelled: int
    flags: tuple[tuple[str, int], ...]
    seconds: float
    settings: Mapping[str, Any]


def evaluate(
    rows: Iterable[Row],
    classifier: Classifier,
    redraws: Sequence[Classifier] = (),
    chunk: int = CHUNK,
    paper_batch: int = PAPER_BATCH,
    settings: Mapping[str, Any] | None = None,
) -> Iterator[EvaluationProgress | EvaluationFinished]:
    """Ask ``classifier`` for every labelled row; yields progress, then the result.

    ``redraws`` are the same randomised classifier with other seeds, asked as well. The result does not depend on
    ``chunk``. Raises DataFileError if no row has a label.
    """
    began = time.monotonic()
    members = [classifier, *redraws]
    labels = array("i")
    answers = [array("i") for _ in members]
    unlabelled, right, flags = 0, 0, Counter[str]()
    stream = iter(rows)
    while batch := list(islice(stream, chunk)):
        known = [row for row in batch if row.label is not None]
        unlabelled += len(batch) - len(known)
        examples = [row.example for row in known]
        labels.extend(cast(int, row.label) for row in known)
        for place, member in enumerate(members):
            predictions = member.predict(examples) if examples else []
            answers[place].extend(p.label for p in predictions)
            if place == 0:
                right += sum(p.label == row.label for p, row in zip(predictions, known, strict=True))
                flags.update(flag for p in predictions for flag in p.flags)
        rate = len(labels) / max(time.monotonic() - began, 1e-9)
        yield EvaluationProgress(len(labels) + unlabelled, right / max(len(labels), 1), rate)
    if not labels:
        raise DataFileError(f"None of the {unlabelled} rows has a label, so there is nothing to measure.")
    votes = np.array([np.frombuffer(a, dtype=np.int32) for a in answers])
    truth = np.frombuffer(labels, dtype=np.int32)
    majority, agreement = _over_draws(truth, votes, len(classifier.task.labels))
    yield EvaluationFinished(
        classifier=classifier.name,
        task=classifier.task.name,
        labels=classifier.task.labels,
        scores=score(truth, votes[0], len(classifier.task.labels), paper_batch),
        draws=len(members),
        majority=majority,
        agreement=agreement,
        unlabelled=unlabelled,
        flags=tuple(flags.most_common()),
        seconds=time.monotonic() - began,
        settings=dict(settings or {}),
    )


def sample_rows(rows: Iterable[Row], n: int, seed: int = 0) -> list[Row]:
    """``n`` labelled rows chosen evenly at random, in their order; all of them if there are fewer.

    One pass, ``n`` rows in memory (reservoir sampling, Vitter 1985).
    """
    rng = np.random.default_rng(seed)
    kept: dict[int, tuple[int, Row]] = {}
    labelled = (row for row in rows if row.label is not None)
    for number, row in enumerate(labelled):
        place = number if number < n else int(rng.integers(number + 1))
        if place < n:
            kept[place] = (number, row)
    return [row for _, row in sorted(kept.values(), key=lambda pair: pair[0])]


def _over_draws(truth: np.ndarray, votes: np.ndarray, classes: int) -> tuple[Estimate | None, Estimate | None]:
    """Accuracy of the majority (ties go to the first draw), and self-agreement; ``votes`` is (draws, samples)."""
    draws, samples = votes.shape
    if draws == 1:
        return None, None
    counts = np.stack([(votes == label).sum(axis=0) for label in range(classes)])
    first_ties = np.take_along_axis(counts, votes[:1], axis=0)[0] == counts.max(axis=0)
    winner = np.where(first_ties, votes[0], counts.argmax(axis=0))
    same_pairs = (counts * (counts - 1)).sum(axis=0) / (draws * (draws - 1))
    return share(int((winner == truth).sum()), samples), bootstrap(same_pairs)

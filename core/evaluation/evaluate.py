"""How good any classifier is on any labelled rows, as a stream of events: BERT, FuSE, FIVE, a composition of them.

Rows are taken in chunks, so a file of any size fits. There are two modes (METHODS, section 10): one draw a row, which
is what one request finds, and the majority over several draws, by the rule that the verdict on an attacked text goes by
(:mod:`core.attacks.verdict`). Beside the latter stand the mean over draws, and the self-agreement, the chance that two
draws give the same answer.
"""

import time
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

import numpy as np

from core.attacks.verdict import verdict_of
from core.datasets import Row
from core.errors import ConfigError, DataFileError
from core.evaluation.metrics import PAPER_BATCH, Scores, score
from core.evaluation.statistics import Estimate, bootstrap, over_draws, share
from core.models.classifier import Classifier, draw_each

CHUNK = 256


@dataclass(frozen=True)
class EvaluationProgress:
    """After each chunk: rows done, accuracy so far in the result's mode, and the rate since the start."""

    done: int
    accuracy: float
    rows_per_second: float


@dataclass(frozen=True)
class EvaluationFinished:
    """The result. ``flags`` are the answers' own remarks with how many answers carried them.

    ``scores`` are of the first draw alone. Over all ``draws`` are ``expected`` (the mean accuracy of a draw; its
    interval covers samples and draws), ``majority`` (rows without a wrong majority) and ``agreement``, None for a
    single draw. ``unlabelled`` rows were left out. ``settings`` is whatever made the classifier.
    """

    classifier: str
    task: str
    labels: tuple[str, ...]
    scores: Scores
    draws: int
    expected: Estimate | None
    majority: Estimate | None
    agreement: Estimate | None
    unlabelled: int
    flags: tuple[tuple[str, int], ...]
    seconds: float
    settings: Mapping[str, Any]

    @property
    def mode(self) -> str:
        """How :attr:`accuracy` was found."""
        return "one draw a row" if self.majority is None else f"majority of {self.draws} draws"

    @property
    def accuracy(self) -> Estimate:
        """In the mode that was asked for."""
        return self.majority or self.scores.accuracy


def evaluate(
    rows: Iterable[Row],
    classifier: Classifier,
    seeds: Sequence[int] = (),
    chunk: int = CHUNK,
    paper_batch: int = PAPER_BATCH,
    settings: Mapping[str, Any] | None = None,
) -> Iterator[EvaluationProgress | EvaluationFinished]:
    """Ask ``classifier`` for every labelled row; yields progress, then the result.

    Without ``seeds`` it is asked once, as it is; a randomised classifier is asked once for each of them, an odd number.
    The result does not depend on ``chunk``. Raises DataFileError if no row has a label.
    """
    began = time.monotonic()
    draws = max(1, len(seeds))
    if draws % 2 == 0:
        raise ConfigError(f"A majority needs an odd number of draws, was given {draws}.")
    chunk = max(1, chunk // draws)
    labels = array("i")
    answers = [array("i") for _ in range(draws)]
    unlabelled, right, flags = 0, 0, Counter[str]()
    stream = iter(rows)
    while batch := list(islice(stream, chunk)):
        known = [row for row in batch if row.label is not None]
        unlabelled += len(batch) - len(known)
        examples = [row.example for row in known]
        labels.extend(cast(int, row.label) for row in known)
        found = draw_each(classifier, examples, seeds) if seeds else [classifier.predict(examples) if examples else []]
        for votes, predictions in zip(answers, found, strict=True):
            votes.extend(p.label for p in predictions)
        flags.update(flag for p in found[0] for flag in p.flags)
        for row, drawn in zip(known, zip(*found, strict=True), strict=True):
            right += not verdict_of(drawn, row.label).broken
        rate = len(labels) / max(time.monotonic() - began, 1e-9)
        yield EvaluationProgress(len(labels) + unlabelled, right / max(len(labels), 1), rate)
    if not labels:
        raise DataFileError(f"None of the {unlabelled} rows has a label, so there is nothing to measure.")
    given = np.array([np.frombuffer(a, dtype=np.int32) for a in answers])
    truth = np.frombuffer(labels, dtype=np.int32)
    several = draws > 1
    yield EvaluationFinished(
        classifier=classifier.name,
        task=classifier.task.name,
        labels=classifier.task.labels,
        scores=score(truth, given[0], len(classifier.task.labels), paper_batch),
        draws=draws,
        expected=over_draws(given == truth) if several else None,
        majority=share(right, len(truth)) if several else None,
        agreement=self_agreement(given, len(classifier.task.labels)) if several else None,
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


def self_agreement(votes: np.ndarray, classes: int) -> Estimate:
    """The chance that two draws agree; ``votes`` is (draws, samples)."""
    draws = len(votes)
    counts = np.stack([(votes == label).sum(axis=0) for label in range(classes)])
    return bootstrap((counts * (counts - 1)).sum(axis=0) / (draws * (draws - 1)))

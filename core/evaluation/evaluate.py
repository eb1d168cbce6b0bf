"""How good any classifier is on any labelled rows, as a stream of events: BERT, FuSE, FIVE, a composition of them.

Rows are taken in chunks, so a file of any size fits. There are two modes (METHODS, section 10): one draw a row, which
is what one request finds, and the majority over several draws, by the rule that the verdict on an attacked text goes by
(:mod:`core.attacks.verdict`). Beside the latter stand the mean over draws, and the self-agreement, the chance that two
draws give the same answer.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from core.datasets import Row
from core.errors import ConfigError, DataFileError
from core.evaluation.metrics import PAPER_BATCH, Scores
from core.evaluation.statistics import Estimate
from core.evaluation.tally import Tally, answer_lines
from core.models.classifier import Classifier

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
    tally, unlabelled = Tally(len(classifier.task.labels)), 0
    stream = iter(rows)
    while batch := list(islice(stream, chunk)):
        known = [row for row in batch if row.label is not None]
        unlabelled += len(batch) - len(known)
        tally.add(answer_lines(classifier, known, seeds))
        count = len(tally.truth)
        rate = count / max(time.monotonic() - began, 1e-9)
        yield EvaluationProgress(count + unlabelled, sum(tally.right) / max(count, 1), rate)
    if not tally.truth:
        raise DataFileError(f"None of the {unlabelled} rows has a label, so there is nothing to measure.")
    several = draws > 1
    yield EvaluationFinished(
        classifier=classifier.name,
        task=classifier.task.name,
        labels=classifier.task.labels,
        scores=tally.scores(paper_batch),
        draws=draws,
        expected=tally.expected() if several else None,
        majority=tally.accuracy if several else None,
        agreement=tally.agreement() if several else None,
        unlabelled=unlabelled,
        flags=tuple(tally.flags.most_common()),
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

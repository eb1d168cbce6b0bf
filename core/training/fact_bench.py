"""What co-tuning costs beside the training steps it cannot avoid, as ratios within one run.

A round takes rows never seen before, so that no memory of an earlier one helps. It makes their plans, runs co-tuning
steps over them, and then plain steps over the very same rows, alternatives included, as the co-tuning steps left them.
Ratios are taken within a round and their median is reported.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from core.datasets import Row
from core.errors import ConfigError
from core.evaluation.bench import Times
from core.language.lexicon import Lexicon
from core.models.gradients import GradientClassifier
from core.perturbation.switch import Switch
from core.training.config import FactConfig
from core.training.corpus import Corpus
from core.training.fact import Alternatives
from core.training.learner import Group, Learner
from core.training.loop import make_group
from core.training.processes import Team

TARGET = 1.15
"""What the project promises: a FACT epoch stays below this ratio."""


@dataclass(frozen=True)
class FactRound:
    """Times of one round: ``own`` co-tuning steps, ``bare`` plain steps over as many rows, ``prepare`` their plans.

    ``plain`` is the time of plain steps over the rows of the training set alone.
    """

    rows: int
    own: Times
    bare: Times
    prepare: Times
    plain: Times

    @property
    def ratio(self) -> Times:
        """Co-tuning over plain fine-tuning of the same number of rows."""
        return _over(self.own, self.bare)


@dataclass(frozen=True)
class FactBench:
    """Medians over the rounds; ``prepare`` is over a plain epoch of the training set's rows, paid once."""

    rounds: int
    rows: int
    ratio: Times
    prepare: Times
    target: float = TARGET


def bench_fact(
    config: FactConfig, rows: Sequence[Row], size: int, rounds: int, classifier: GradientClassifier, lexicon: Lexicon,
    device: str = "cpu",
) -> Iterator[FactRound]:  # fmt: skip
    """``rounds`` measurements of ``size`` rows each, after one that warms everything up. Writes to a folder it drops.

    Raises ConfigError for too few rows.
    """
    if len(rows) < size * (rounds + 1) + 2:
        raise ConfigError(f"{rounds} rounds of {size} rows need {size * (rounds + 1) + 2}, {len(rows)} were given.")
    with tempfile.TemporaryDirectory() as cache:
        for number in range(rounds + 1):
            part = [*rows[number * size : (number + 1) * size], *rows[-2:]]
            found = _round(config, part, classifier, lexicon, device, Path(cache))
            if number:
                yield found


def summarise(rounds: Sequence[FactRound]) -> FactBench:
    """The medians of the rounds."""

    def median(of: Callable[[FactRound], Times]) -> Times:
        times = [of(r) for r in rounds]
        return Times(float(np.median([t.processor for t in times])), float(np.median([t.wall for t in times])))

    rows = int(np.median([r.rows for r in rounds]))
    return FactBench(len(rounds), rows, median(lambda r: r.ratio), median(lambda r: _over(r.prepare, r.plain)))


def _round(
    config: FactConfig, rows: Sequence[Row], classifier: GradientClassifier, lexicon: Lexicon, device: str, cache: Path
) -> FactRound:  # fmt: skip
    training = replace(config.training, dev_rows=2, max_rows=0, epochs=1, short_epochs=0)
    corpus = Corpus(training, rows)
    alternatives = Alternatives(config, corpus, Switch(classifier, lexicon, config.switch), "bench", cache)
    prepare = _timed(lambda: list(alternatives.stores[0].build(Team())))
    learner = Learner(training, corpus.steps, corpus.pad_id, torch.device(device), Team())
    drawn: list[list[Group]] = []

    def co_tune() -> None:
        for step in range(corpus.steps):
            epoch, indices = corpus.place(step)
            drawn.append([])
            groups = enumerate(corpus.groups(epoch, indices, 1 + alternatives.asked))
            learner.step(step, (keep(make_group(corpus, alternatives, epoch, n, g)) for n, g in groups), 1.0)

    def keep(group: Group) -> Group:
        drawn[-1].append(group)
        return group

    def steps(groups_of: Sequence[Sequence[Group]]) -> None:
        for step, groups in enumerate(groups_of):
            learner.step(step, groups, 1.0)

    own = _timed(co_tune)
    bare = _timed(lambda: steps(drawn))
    alone = [[replace(g, encodings=g.encodings[: g.clean], labels=g.labels[: g.clean]) for g in gs] for gs in drawn]
    plain = _timed(lambda: steps(alone))
    count = sum(len(g.labels) for gs in drawn for g in gs)
    return FactRound(count, own, bare, prepare, plain)


def _timed(work: Callable[[], object]) -> Times:
    processor, wall = time.process_time(), time.perf_counter()
    work()
    return Times(time.process_time() - processor, time.perf_counter() - wall)


def _over(one: Times, other: Times) -> Times:
    return Times(one.processor / other.processor, one.wall / other.wall)

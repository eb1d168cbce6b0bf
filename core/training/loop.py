"""The way of a run from its first step to its last, as events: the same for plain fine-tuning and for co-tuning.

What differs is who extends a batch. Checkpoints are written so that a run killed at any step and started again ends
with the same weights as one that was left alone.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from core.datasets import Row
from core.events import Evaluated, TrainingFinished, TrainingStarted, TrainingStep
from core.tasks import Example
from core.training.checkpoint import Progress, load_state, save_state, save_weights
from core.training.corpus import Corpus
from core.training.learner import Group, Learner, Losses

Event = TrainingStarted | TrainingStep | Evaluated | TrainingFinished
SAVE_EVERY = 50
_REPORT_EVERY = 20


class Extender(Protocol):
    """Gives rows alternatives. ``asked`` is how many it tries to give each."""

    asked: int
    weight: float

    def extend(self, epoch: int, indices: Sequence[int]) -> list[list[Example]]:
        """Alternatives of training rows, drawn anew each epoch; the same whatever else is asked."""
        ...

    def dev_alternatives(self) -> list[Row]:
        """An alternative of each dev row that has one."""
        ...


class Plain:
    """No alternatives: plain fine-tuning."""

    asked = 0
    weight = 1.0

    def extend(self, epoch: int, indices: Sequence[int]) -> list[list[Example]]:
        """None for each."""
        return [[] for _ in indices]

    def dev_alternatives(self) -> list[Row]:
        """None."""
        return []


def train(
    corpus: Corpus,
    learner: Learner,
    extender: Extender,
    folder: Path,
    fingerprint: str,
    save_every: int = SAVE_EVERY,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Event]:
    """Train to the end, or until ``stop`` answers True between two steps: then what was best so far is kept.

    Yields events; on TrainingFinished, ``folder/best.safetensors`` holds the trainable weights of the best dev
    checkpoint.
    """
    began = time.monotonic()
    run = _Run(corpus, learner, extender)
    team, config = learner.team, corpus.config
    state = folder / "state.safetensors"
    progress = load_state(state, learner.model, learner.optimiser, fingerprint)
    first, stopped = progress.step, False
    yield TrainingStarted(
        config.task, len(corpus.train), corpus.steps, first, *learner.parameter_counts(), extender.asked
    )
    reports = max(1, min(_REPORT_EVERY, corpus.steps // 40))
    window: list[Losses] = []
    examples = rows = 0
    done = first
    while done < corpus.steps and not stopped:
        step, done = done, done + 1
        found = run.step(step)
        window.append(found)
        examples, rows = examples + found.clean_rows, rows + found.clean_rows + found.synthetic_rows
        seconds = time.monotonic() - began
        stopped = stop() and done < corpus.steps
        if done % reports == 0 or done == corpus.steps:
            left = seconds / (done - first) * (corpus.steps - done)
            yield _report(window, done, learner.rate(step), extender.weight, examples / seconds, rows / seconds, left)
            window = []
        evaluate = done in run.evaluation_steps or stopped
        if evaluate:
            found_out, progress = run.evaluate(done, progress)
            if found_out.best and team.leads:
                save_weights(folder / "best.safetensors", learner.model)
            yield found_out
        if (evaluate or done % save_every == 0) and team.leads:
            now = progress.at(done, progress.seconds + seconds)
            save_state(state, learner.model, learner.optimiser, now, fingerprint)
    team.wait()
    total = progress.seconds + time.monotonic() - began
    best = (progress.best_step, progress.best_accuracy, progress.best_synthetic)
    yield TrainingFinished(str(folder), *best, len(corpus.dev), total, stopped)


class _Run:
    """The steps and evaluations of a run."""

    def __init__(self, corpus: Corpus, learner: Learner, extender: Extender) -> None:
        self.corpus, self.learner, self.extender = corpus, learner, extender
        evaluations, steps = corpus.config.evaluations, corpus.steps
        self.evaluation_steps = {max(1, round(steps * (i + 1) / evaluations)) for i in range(evaluations)}
        self.dev = corpus.encode([row.example for row in corpus.dev])
        alternatives = extender.dev_alternatives()
        self.dev_synthetic = corpus.encode([row.example for row in alternatives])
        self.labels = [_label(row) for row in corpus.dev]
        self.synthetic_labels = [_label(row) for row in alternatives]

    def step(self, step: int) -> Losses:
        epoch, indices = self.corpus.place(step)
        groups = self.corpus.groups(epoch, indices, 1 + self.extender.asked)
        mine = list(enumerate(groups))[self.learner.team.rank :: self.learner.team.size]
        made = (make_group(self.corpus, self.extender, epoch, n, group) for n, group in mine)
        return self.learner.step(step, made, self.extender.weight)

    def evaluate(self, step: int, before: Progress) -> tuple[Evaluated, Progress]:
        accuracy, loss = self.learner.evaluate(self.dev, self.labels)
        synthetic = self.learner.evaluate(self.dev_synthetic, self.synthetic_labels)[0] if self.dev_synthetic else None
        best = _mean(accuracy, synthetic) > _mean(before.best_accuracy, before.best_synthetic)
        after = Progress(before.step, step, accuracy, synthetic, before.seconds) if best else before
        return Evaluated(step, accuracy, synthetic, loss, len(self.dev), best), after


def make_group(corpus: Corpus, extender: Extender, epoch: int, number: int, indices: Sequence[int]) -> Group:
    """Training rows and, after them, the alternatives that ``extender`` gives them, as word-pieces."""
    rows = corpus.train
    labels = [_label(rows[i]) for i in indices]
    found = extender.extend(epoch, indices)
    more = [label for label, alternatives in zip(labels, found, strict=True) for _ in alternatives]
    extended = corpus.encode([example for alternatives in found for example in alternatives], epoch)
    clean = [corpus.encoding(epoch, i) for i in indices]
    return Group(number, [*clean, *extended], [*labels, *more], len(clean))


def _mean(accuracy: float, synthetic: float | None) -> float:
    return accuracy if synthetic is None else (accuracy + synthetic) / 2


def _label(row: Row) -> int:
    assert row.label is not None
    return row.label


def _report(
    window: Sequence[Losses], step: int, rate: float, weight: float, examples: float, rows: float, left: float
) -> TrainingStep:
    clean, synthetic = sum(w.clean for w in window), sum(w.synthetic for w in window)
    clean_rows, synthetic_rows = sum(w.clean_rows for w in window), sum(w.synthetic_rows for w in window)
    loss = (clean + weight * synthetic) / (clean_rows + weight * synthetic_rows)
    apart = (clean / clean_rows, synthetic / synthetic_rows if synthetic_rows else None)
    return TrainingStep(step, loss, rate, *apart, examples, rows, left)

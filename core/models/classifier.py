"""What everybody may ask of a classifier, whatever is behind it: BERT, FuSE, FIVE, a test's fake.

Attacks and defences meet only here. A defence wraps a classifier and is a classifier.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeGuard, runtime_checkable

import numpy as np
from jaxtyping import Float

from core.tasks import Example, Task


@dataclass(frozen=True)
class Prediction:
    """An answer: ``logits`` in the task's label order, ``label`` the index of the winner.

    ``flags`` are short sentences a user should read beside the answer ("the text was cut at 256 pieces"). What it cost
    does not make it another answer: ``questions`` (a mean of 4 draws costs 4), and ``rows`` that the model behind it
    read for it, those for gradients included, those already read for an earlier answer of the same call left out.
    """

    logits: tuple[float, ...]
    label: int
    flags: tuple[str, ...] = ()
    questions: int = field(default=1, compare=False)
    rows: int = field(default=1, compare=False)

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Softmax of the logits."""
        return tuple(softmax(np.asarray(self.logits)).tolist())


class Classifier(Protocol):
    """Anything that answers. Same input, same answer, whatever else is in the batch."""

    name: str
    task: Task

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """One prediction an example, in order."""
        ...


@runtime_checkable
class RandomisedClassifier(Classifier, Protocol):
    """A classifier whose answer depends on a seed: FuSE, FIVE. With a fixed seed it is deterministic."""

    @property
    def randomised(self) -> bool:
        """Whether another seed may answer differently; with settings that draw nothing it does not."""
        ...

    def reseeded(self, seed: int) -> "RandomisedClassifier":
        """The same classifier, drawing anew."""
        ...


def predictions(logits: Float[np.ndarray, "rows classes"], flags: Iterable[tuple[str, ...]]) -> list[Prediction]:
    """One for each row of ``logits``."""
    rows = zip(logits.tolist(), logits.argmax(-1).tolist(), flags, strict=True)
    return [Prediction(tuple(row), label, said) for row, label, said in rows]


@runtime_checkable
class DrawsTogether(RandomisedClassifier, Protocol):
    """One that answers for many seeds at once, doing only once what depends on no seed."""

    def draws(self, examples: Sequence[Example], seeds: Sequence[int]) -> list[list[Prediction]]:
        """For each seed what ``reseeded(seed).predict(examples)`` answers."""
        ...


def is_randomised(classifier: Classifier) -> TypeGuard[RandomisedClassifier]:
    """Whether another seed may answer differently: only then are there draws to tell apart."""
    return isinstance(classifier, RandomisedClassifier) and classifier.randomised


def draw_each(classifier: Classifier, examples: Sequence[Example], seeds: Sequence[int]) -> list[list[Prediction]]:
    """The answers to ``examples`` for each seed. A deterministic classifier is asked once, whatever the seeds."""
    if not is_randomised(classifier):
        return [classifier.predict(examples)] * len(seeds) if seeds else []
    if isinstance(classifier, DrawsTogether):
        return classifier.draws(examples, seeds)
    return [classifier.reseeded(seed).predict(examples) for seed in seeds]


def softmax(logits: Float[np.ndarray, "*rows classes"]) -> Float[np.ndarray, "*rows classes"]:
    """Softmax over the last axis."""
    shifted: np.ndarray = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shifted / np.asarray(shifted.sum(axis=-1, keepdims=True))

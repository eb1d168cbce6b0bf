"""What everybody may ask of a classifier, whatever is behind it: BERT, FuSE, FIVE, a test's fake.

Attacks and defences meet only here. A defence wraps a classifier and is a classifier.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from core.tasks import Example, Task


@dataclass(frozen=True)
class Prediction:
    """An answer: ``logits`` in the task's label order, ``label`` the index of the winner.

    ``flags`` are short sentences a user should read beside the answer ("the text was cut at 256 pieces").
    """

    logits: tuple[float, ...]
    label: int
    flags: tuple[str, ...] = ()

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


class RandomisedClassifier(Classifier, Protocol):
    """A classifier whose answer depends on a seed: FuSE, FIVE. With a fixed seed it is deterministic."""

    def reseeded(self, seed: int) -> "RandomisedClassifier":
        """The same classifier, drawing anew."""
        ...


def predictions(logits: np.ndarray, flags: Iterable[tuple[str, ...]]) -> list[Prediction]:
    """One for each row of ``logits`` (rows, classes)."""
    rows = zip(logits.tolist(), logits.argmax(-1).tolist(), flags, strict=True)
    return [Prediction(tuple(row), label, said) for row, label, said in rows]


def softmax(logits: np.ndarray) -> np.ndarray:
    """Softmax over the last axis."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


@dataclass
class CountingClassifier:
    """Counts the examples asked of a classifier; wraps it and changes nothing else."""

    inner: Classifier
    examples: int = 0
    name: str = field(init=False)
    task: Task = field(init=False)

    def __post_init__(self) -> None:
        self.name, self.task = self.inner.name, self.inner.task

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """The inner classifier's predictions."""
        self.examples += len(examples)
        return self.inner.predict(examples)

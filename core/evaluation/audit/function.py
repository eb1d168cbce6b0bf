"""Any Python function as a classifier, so that somebody else's defence can be audited as it stands.

The function takes a list of texts (of ``(premise, hypothesis)`` for a task of pairs) and returns an answer a text: a
label's name or index; or probabilities, one a label; or a mapping with ``label`` and ``probabilities``. None, or -1, is
an abstention.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from core.errors import ConfigError, ModelError
from core.models.classifier import Prediction
from core.tasks import Example, Task

ABSTAINED = -1
_SMALLEST = 1e-30


def load_function(where: str) -> Callable[..., Any]:
    """The function called ``module:function``. Raises ConfigError with what is missing."""
    module, colon, name = where.partition(":")
    if not (module and colon and name):
        raise ConfigError(f"Expected module:function, as in mypackage.defence:predict, was given {where!r}.")
    try:
        found = getattr(importlib.import_module(module), name)
    except AttributeError as error:
        raise ConfigError(f"Module '{module}' has nothing called '{name}'.") from error
    except Exception as error:  # whatever a module does while it is imported
        raise ConfigError(
            f"Cannot import '{module}' ({type(error).__name__}: {error}). Run from the folder it lies in."
        ) from error
    if not callable(found):
        raise ConfigError(f"'{where}' is no function.")
    return found


class FunctionClassifier:
    """A function as a classifier of ``task``; whether it draws is found out by asking it."""

    def __init__(self, function: Callable[[list[Any]], Sequence[Any]], task: Task, name: str) -> None:
        self.function, self.task, self.name = function, task, name

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """One call for all. Raises ModelError for answers that are none, and for what the function raises."""
        texts = [(e.text_a, e.text_b) if self.task.is_pair else e.text_a for e in examples]
        try:
            answers = list(self.function(texts))
        except Exception as error:
            raise ModelError(f"{self.name} raised {type(error).__name__}: {error}") from error
        if len(answers) != len(texts):
            raise ModelError(f"{self.name} gave {len(answers)} answers to {len(texts)} texts.")
        return [self._read(answer, place) for place, answer in enumerate(answers)]

    def _read(self, answer: Any, place: int) -> Prediction:
        labels = self.task.labels
        if isinstance(answer, Mapping):
            scores = answer.get("probabilities")
            given = None if scores is None else self._scored(scores, place)
            label = self._label(answer.get("label", given.label if given else None), place)
            return Prediction(given.logits, label) if given else _bare(label, len(labels))
        if answer is None or isinstance(answer, str | int | np.integer):
            return _bare(self._label(answer, place), len(labels))
        return self._scored(answer, place)

    def _label(self, given: Any, place: int) -> int:
        if given is None:
            return ABSTAINED
        if isinstance(given, str) and given in self.task.labels:
            return self.task.labels.index(given)
        if isinstance(given, int | np.integer) and ABSTAINED <= given < len(self.task.labels):
            return int(given)
        raise ModelError(
            f"{self.name}, answer {place + 1}: {given!r} is no label. Expected one of {', '.join(self.task.labels)}, "
            "its index, or None to abstain."
        )

    def _scored(self, scores: Any, place: int) -> Prediction:
        try:
            found = np.asarray(scores, dtype=np.float64)
        except (TypeError, ValueError):
            found = np.zeros(0)
        ok = found.shape == (len(self.task.labels),) and np.isfinite(found).all() and (found >= 0).all()
        if not ok or found.sum() <= 0:
            raise ModelError(
                f"{self.name}, answer {place + 1}: {scores!r} are no probabilities of {', '.join(self.task.labels)}."
            )
        logits = np.log(np.maximum(found / found.sum(), _SMALLEST))
        return Prediction(tuple(logits.tolist()), int(found.argmax()))


def _bare(label: int, classes: int) -> Prediction:
    """A label without scores: as sure as its word."""
    return Prediction(tuple(0.0 if i == label else np.log(_SMALLEST) for i in range(classes)), label)

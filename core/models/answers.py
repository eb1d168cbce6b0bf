"""Answers of somebody else's classifier, a Python function or a server, read as predictions; what is none is refused.

An answer is a label's name or index; or probabilities, one a label; or a mapping with ``label``, ``probabilities`` or
``logits``. None, or -1, is an abstention.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.errors import ModelError
from core.labels import match_label
from core.models.classifier import Prediction
from core.tasks import Task

ABSTAINED = -1
_SMALLEST, _LARGEST = 1e-30, 1e30


@dataclass(frozen=True)
class Answers:
    """Reads the answers of ``name`` to a task; ``names`` are labels that it calls otherwise (``--labels``).

    Without ``abstains`` an abstention is refused: attacks, votes and accuracy count labels, only an audit asks what
    counts as right.
    """

    task: Task
    name: str
    names: Mapping[str, str] = field(default_factory=dict)
    abstains: bool = False

    def read(self, answer: Any, place: int) -> Prediction:
        """The ``place``-th answer, from 0. Raises ModelError with its number for what is none."""
        labels = self.task.labels
        if isinstance(answer, Mapping):
            given = self._scores(answer, place)
            label = self._label(answer.get("label", given.label if given else None), place)
            return Prediction(given.logits, label) if given else _bare(label, len(labels))
        if answer is None or isinstance(answer, str | int | np.integer):
            return _bare(self._label(answer, place), len(labels))
        return self.probabilities(answer, place)

    def probabilities(self, scores: Any, place: int) -> Prediction:
        """One a label, in the task's order, of any sum above 0."""
        found = self._row(scores)
        if found is None or found.min() < 0 or found.max() <= 0:
            raise self._refused(scores, place, "probabilities")
        shares = found / found.max()
        logits = np.log(np.maximum(shares / shares.sum(), _SMALLEST))
        return Prediction(tuple(logits.tolist()), int(found.argmax()))

    def logits(self, scores: Any, place: int) -> Prediction:
        """One a label, in the task's order."""
        found = self._row(scores)
        if found is None or np.abs(found).max() > _LARGEST:
            raise self._refused(scores, place, "logits")
        return Prediction(tuple(found.tolist()), int(found.argmax()))

    def _scores(self, answer: Mapping[Any, Any], place: int) -> Prediction | None:
        """What a mapping holds beside its label."""
        if answer.get("logits") is not None:
            return self.logits(answer["logits"], place)
        return None if answer.get("probabilities") is None else self.probabilities(answer["probabilities"], place)

    def _label(self, given: Any, place: int) -> int:
        labels = self.task.labels
        found = self._place(given)
        if found is None:
            abstain = ", or None to abstain" if self.abstains else ""
            raise ModelError(
                f"{self.name}, answer {place + 1}: {_short(given)} is no label. Expected one of {', '.join(labels)}, "
                f"its index{abstain}."
            )
        if found == ABSTAINED and not self.abstains:
            raise ModelError(
                f"{self.name}, answer {place + 1}: it abstains. Only audit takes abstentions; give a label here."
            )
        return found

    def _place(self, given: Any) -> int | None:
        """The label's place, ABSTAINED for none; None for what means nothing."""
        if given is None:
            return ABSTAINED
        if isinstance(given, str):
            return match_label(given, self.task.labels, self.names)
        is_whole = isinstance(given, int | np.integer)
        return int(given) if is_whole and ABSTAINED <= given < len(self.task.labels) else None

    def _row(self, scores: Any) -> np.ndarray | None:
        """Finite numbers, one a label; None for anything else."""
        try:
            found = np.asarray(scores, dtype=np.float64)
        except (TypeError, ValueError, OverflowError):
            return None
        return found if found.shape == (len(self.task.labels),) and np.isfinite(found).all() else None

    def _refused(self, scores: Any, place: int, kind: str) -> ModelError:
        labels = ", ".join(self.task.labels)
        return ModelError(f"{self.name}, answer {place + 1}: {_short(scores)} are no {kind} of {labels}.")


def _bare(label: int, classes: int) -> Prediction:
    """A label without scores: as sure as its word."""
    return Prediction(tuple(0.0 if i == label else float(np.log(_SMALLEST)) for i in range(classes)), label)


def _short(given: Any) -> str:
    """What was given, so much of it as fits a sentence."""
    return repr(given)[:80]

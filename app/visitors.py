"""Models that visitors co-tuned, each held in memory for its visitor alone and gone with the visit.

A visitor is a session of the page (Gradio's ``session_hash``). The other tabs list these models beside those that ship.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from core.errors import UnknownNameError
from core.models.gradients import GradientClassifier

MAX_VISITORS = 12
MAX_MODELS = 2
OWN = "own-"


def visitor_of(request: Any) -> str:
    """Whose event a ``gr.Request`` is; empty for nobody's, who has no models."""
    return str(getattr(request, "session_hash", None) or "")


@dataclass(frozen=True)
class OwnModel:
    """A visitor's model: ``name`` is unique to the visitor, ``title`` is for menus."""

    name: str
    title: str
    classifier: GradientClassifier


class VisitorModels:
    """At most ``MAX_MODELS`` models a visitor and ``MAX_VISITORS`` visitors; the oldest go first. Thread-safe."""

    def __init__(self) -> None:
        self._models: OrderedDict[str, list[OwnModel]] = OrderedDict()
        self._made: dict[str, int] = {}
        self._lock = threading.Lock()

    def add(self, visitor: str, title: str, classifier: GradientClassifier) -> OwnModel:
        """Keep a model for a visitor; the newest is listed last."""
        with self._lock:
            self._made[visitor] = self._made.get(visitor, 0) + 1
            made = OwnModel(f"{OWN}{self._made[visitor]}", title, classifier)
            self._models[visitor] = [*self._models.get(visitor, []), made][-MAX_MODELS:]
            self._models.move_to_end(visitor)
            while len(self._models) > MAX_VISITORS:
                gone, _ = self._models.popitem(last=False)
                self._made.pop(gone, None)
            return made

    def of(self, visitor: str | None, task: str) -> tuple[OwnModel, ...]:
        """The visitor's models for a task."""
        return tuple(m for m in self._models.get(visitor or "", ()) if m.classifier.task.name == task)

    def get(self, visitor: str | None, name: str) -> GradientClassifier:
        """The classifier of that name. Raises UnknownNameError, also for another visitor's model."""
        known = self._models.get(visitor or "", [])
        for model in known:
            if model.name == name:
                return model.classifier
        raise UnknownNameError("model of yours", name, [m.name for m in known])

    def forget(self, visitor: str) -> None:
        """The visit is over."""
        with self._lock:
            self._models.pop(visitor, None)
            self._made.pop(visitor, None)

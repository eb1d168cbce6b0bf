"""Whom an attack can go against: the plain classifier, a co-tuned one, and the defences around either.

FACT models are built-in models named ``<task>-fact...``; they appear as they ship, each plain and under both defences.
"""

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from app.models import Shelf, load_named
from core.defenses.registry import build_defense
from core.errors import UnknownNameError
from core.models.adapters import adapter_names
from core.models.gradients import GradientClassifier
from core.tasks import get_task

if TYPE_CHECKING:
    from core.attacks.race import Entrant

_DEFENDED = {"plain": "{}", "fuse": "FuSE({})", "five": "FIVE({})"}
_OWN = {"plain": "Plain", "fuse": "FuSE", "five": "FIVE"}


def choices(shelf: Shelf, task: str) -> list[tuple[str, str]]:
    """(title, name) of all that can be attacked on a task: ``plain``, ``fuse``, ``imdb-fact``, ``fuse:imdb-fact``."""
    listed = [(title, name) for name, title in _OWN.items()]
    if shelf.is_built_in(task):
        for model in sorted(name for name in adapter_names() if name.startswith(f"{task}-fact")):
            title = "FACT" + model.removeprefix(f"{task}-fact").replace("-", " ")
            listed += [(form.format(title), _joined(defense, model)) for defense, form in _DEFENDED.items()]
    return listed


class Entrants:
    """Builds entrants over the shelf's classifiers; co-tuned models are loaded once."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._tuned: dict[str, GradientClassifier] = {}
        self._lock = threading.Lock()

    def line_up(self, task: str, names: Sequence[str], seed: int) -> "list[Entrant]":
        """The entrants of those names, in the menu's order. Raises UnknownNameError."""
        from core.attacks.race import Entrant

        known = choices(self.shelf, task)
        for name in names:
            if name not in {other for _, other in known}:
                raise UnknownNameError("classifier to attack", name, [other for _, other in known])
        return [
            Entrant(title, build_defense(_split(name)[0], self._model(task, name), self.shelf.lexicon(), seed=seed))
            for title, name in known
            if name in names
        ]

    def _model(self, task: str, name: str) -> GradientClassifier:
        model = _split(name)[1]
        if not model:
            return self.shelf.classifier(task)
        with self._lock:
            if model not in self._tuned:
                settings = replace(self.shelf.settings, models={task: model})
                self._tuned[model] = load_named(settings, get_task(task))
        return self._tuned[model]


def _joined(defense: str, model: str) -> str:
    return model if defense == "plain" else f"{defense}:{model}"


def _split(name: str) -> tuple[str, str]:
    """``fuse:imdb-fact`` is (fuse, imdb-fact); ``fuse`` is (fuse, ''); ``imdb-fact`` is (plain, imdb-fact)."""
    defense, colon, model = name.partition(":")
    if colon:
        return defense, model
    return (name, "") if name in _OWN else ("plain", name)

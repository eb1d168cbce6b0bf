"""What happens in a long computation, as plain values: strings, numbers and tuples only.

Training and attacks are generators of events; the page, the command line and the tests consume the same stream.
Events pickle, compare with ``==`` and serialise to one JSON line each (:func:`to_record`, :func:`from_record`).
"""

from collections.abc import Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any

from core.errors import DataFileError


@dataclass(frozen=True)
class Preparing:
    """Work before the first step: ``done`` of ``total`` texts have been ranked and given their candidates."""

    done: int
    total: int


@dataclass(frozen=True)
class TrainingStarted:
    """Before the first step. ``start_step`` is above 0 when a run is resumed from a checkpoint.

    ``alternatives`` are asked for beside each row; 0 is plain fine-tuning.
    """

    task: str
    rows: int
    steps: int
    start_step: int
    trainable_parameters: int
    total_parameters: int
    alternatives: int = 0


@dataclass(frozen=True)
class TrainingStep:
    """A window of optimiser steps, means over it; the rates are since the run began or was resumed.

    ``loss`` is what was minimised. ``clean_loss`` and ``synthetic_loss`` are cross-entropies of the rows and of their
    alternatives; the latter is None where there are none. ``examples_per_second`` counts rows of the training set,
    ``rows_per_second`` their alternatives as well.
    """

    step: int
    loss: float
    learning_rate: float
    clean_loss: float
    synthetic_loss: float | None
    examples_per_second: float
    rows_per_second: float
    seconds_left: float


@dataclass(frozen=True)
class Evaluated:
    """Accuracy on the dev rows at ``step``; ``best`` says whether this checkpoint is the one to keep so far.

    ``synthetic_accuracy`` is of one alternative of each dev row, None in plain fine-tuning. The best checkpoint is the
    one with the highest mean of both.
    """

    step: int
    accuracy: float
    synthetic_accuracy: float | None
    loss: float
    n: int
    best: bool


@dataclass(frozen=True)
class TrainingFinished:
    """The best dev checkpoint has been written to ``folder``; ``stopped`` if the run was asked to end early."""

    folder: str
    best_step: int
    best_accuracy: float
    best_synthetic_accuracy: float | None
    n: int
    seconds: float
    stopped: bool = False


@dataclass(frozen=True)
class TrialStarted:
    """A trial of a search; ``settings`` are ``name=value``, ``known`` says whose they are ("shipped", "paper")."""

    number: int
    settings: tuple[str, ...]
    known: str = ""


@dataclass(frozen=True)
class TrialMeasured:
    """How far the measuring is: ``what`` ("clean" or "under attack") is ``value`` after ``done`` of ``total`` rows.

    The plain model, which is measured before the first trial, has number -1.
    """

    number: int
    what: str
    done: int
    total: int
    value: float


@dataclass(frozen=True)
class TrialPruned:
    """The trial was given up, and why."""

    number: int
    reason: str


@dataclass(frozen=True)
class SearchWaiting:
    """Nothing is left to begin, but other workers are at ``running`` trials, which are done again should they die."""

    running: int


@dataclass(frozen=True)
class TrialFinished:
    """Both accuracies with their 95 % intervals; ``front``: no trial that had finished by then dominates it."""

    number: int
    clean: float
    clean_low: float
    clean_high: float
    n: int
    under_attack: float
    under_attack_low: float
    under_attack_high: float
    attack_n: int
    front: bool
    seconds: float


TRAINING_EVENTS: tuple[type, ...] = (
    Preparing, TrainingStarted, TrainingStep, Evaluated, TrainingFinished,
    TrialStarted, TrialMeasured, TrialPruned, SearchWaiting, TrialFinished,
)  # fmt: skip


def to_record(event: Any) -> dict[str, Any]:
    """A JSON-ready record of an event, its type under ``event``."""
    return {"event": type(event).__name__, **asdict(event)}


def from_record(record: dict[str, Any], kinds: Sequence[type] = TRAINING_EVENTS) -> Any:
    """The event of a record, one of ``kinds``; lists become tuples again. Fields with defaults may be missing.

    Raises DataFileError for an unknown type or field.
    """
    kind = next((kind for kind in kinds if kind.__name__ == record.get("event")), None)
    if kind is None:
        known = ", ".join(kind.__name__ for kind in kinds)
        raise DataFileError(f"Unknown event {record.get('event')!r}; known: {known}.")
    needed = {field.name for field in fields(kind) if field.default is MISSING}
    names = {field.name for field in fields(kind)}
    given = {name: value for name, value in record.items() if name != "event"}
    if not needed <= set(given) <= names:
        raise DataFileError(f"Event {kind.__name__} has fields {sorted(names)}, was given {sorted(given)}.")
    return kind(**{name: _freeze(value) for name, value in given.items()})


def _freeze(value: Any) -> Any:
    return tuple(_freeze(item) for item in value) if isinstance(value, list) else value

"""What happens in a long computation, as plain values: strings, numbers and tuples only.

Training and attacks are generators of events; the page, the command line and the tests consume the same stream.
Events pickle, compare with ``==`` and serialise to one JSON line each (:func:`to_record`, :func:`from_record`).
"""

from dataclasses import asdict, dataclass, fields
from typing import Any

from core.errors import DataFileError


@dataclass(frozen=True)
class TrainingStarted:
    """Before the first step. ``start_step`` is above 0 when a run is resumed from a checkpoint."""

    task: str
    rows: int
    steps: int
    start_step: int
    trainable_parameters: int
    total_parameters: int


@dataclass(frozen=True)
class TrainingStep:
    """A window of optimiser steps: mean loss over the window, and the rate of rows since the run began."""

    step: int
    loss: float
    learning_rate: float
    rows_per_second: float
    seconds_left: float


@dataclass(frozen=True)
class Evaluated:
    """Accuracy on the dev rows at ``step``; ``best`` says whether this checkpoint is the one to keep so far."""

    step: int
    accuracy: float
    loss: float
    n: int
    best: bool


@dataclass(frozen=True)
class TrainingFinished:
    """The best dev checkpoint has been written to ``folder``."""

    folder: str
    best_step: int
    best_accuracy: float
    n: int
    seconds: float


EVENT_TYPES: dict[str, type] = {t.__name__: t for t in (TrainingStarted, TrainingStep, Evaluated, TrainingFinished)}


def to_record(event: Any) -> dict[str, Any]:
    """A JSON-ready record of an event, its type under ``event``."""
    return {"event": type(event).__name__, **asdict(event)}


def from_record(record: dict[str, Any]) -> Any:
    """The event of a record; lists become tuples again. Raises DataFileError for an unknown type or field."""
    kind = EVENT_TYPES.get(str(record.get("event")))
    if kind is None:
        raise DataFileError(f"Unknown event {record.get('event')!r}; known: {', '.join(EVENT_TYPES)}.")
    names = {field.name for field in fields(kind)}
    given = {name: value for name, value in record.items() if name != "event"}
    if set(given) != names:
        raise DataFileError(f"Event {kind.__name__} has fields {sorted(names)}, was given {sorted(given)}.")
    return kind(**{name: _freeze(value) for name, value in given.items()})


def _freeze(value: Any) -> Any:
    return tuple(_freeze(item) for item in value) if isinstance(value, list) else value

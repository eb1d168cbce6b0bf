"""What a search may choose for one setting: a whole number, a number, or one of a few values.

A defence declares its own (:mod:`core.defenses.declaration`), co-tuning's stand in :mod:`core.training.search_space`.
"""

from dataclasses import dataclass
from typing import Any

from core.errors import ConfigError
from core.ranges import number


@dataclass(frozen=True)
class Whole:
    """A whole number, both ends included."""

    low: int
    high: int


@dataclass(frozen=True)
class Real:
    """A number, both ends included; ``log``: evenly by order of magnitude."""

    low: float
    high: float
    log: bool = False


@dataclass(frozen=True)
class OneOf:
    """One of a few values; None stands for "no floor"."""

    values: tuple[Any, ...]


Axis = Whole | Real | OneOf


def read_point(name: str, axis: Axis, text: str) -> Any:
    """The value that ``text`` says, as long as it lies on the axis of setting ``name``. Raises ConfigError."""
    if isinstance(axis, OneOf):
        found = next((value for value in axis.values if text.lower() in (str(value).lower(), _brief(value))), axis)
        if found is axis:
            known = ", ".join(str(value).lower() for value in axis.values)
            raise ConfigError(f"{name} must be one of {known}, was given {text!r}.")
        return found
    return number(name, text, axis.low, axis.high, whole=isinstance(axis, Whole))


def _brief(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else ""

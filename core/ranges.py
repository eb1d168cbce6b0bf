"""Settings that know their own range and meaning: one source for validation, the command line and the page's controls.

A config dataclass declares a number with :func:`setting`, a ``Literal`` as usual with :func:`option`, and calls
:func:`check` when it is made.
"""

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from core.errors import ConfigError


@dataclass(frozen=True)
class Range:
    """The numbers that a setting may take, both ends included."""

    low: float
    high: float


def setting(default: Any, low: float, high: float, note: str) -> Any:
    """A numeric dataclass field between ``low`` and ``high``; ``note`` says in a few words what it does."""
    return field(default=default, metadata={"range": Range(low, high), "note": note})


def option(default: Any, note: str) -> Any:
    """Any other field (a choice, a switch) with its ``note``."""
    return field(default=default, metadata={"note": note})


@dataclass(frozen=True)
class SettingSpec:
    """One field of a config: a number (``range``), a choice (``choices``) or, with neither, a switch."""

    name: str
    note: str
    default: Any
    whole: bool
    may_be_none: bool
    range: Range | None = None
    choices: tuple[str, ...] = ()


_SETTINGS: dict[type, Mapping[str, SettingSpec]] = {}


def settings_of(config_type: type) -> Mapping[str, SettingSpec]:
    """The declared settings of a config class, in order; fields that are configs themselves are left out."""
    if config_type not in _SETTINGS:
        _SETTINGS[config_type] = types.MappingProxyType(_read(config_type))
    return _SETTINGS[config_type]


def _read(config_type: type) -> dict[str, SettingSpec]:
    hints = get_type_hints(config_type)
    found = {}
    for declared in fields(config_type):
        if "note" in declared.metadata:
            kinds, may_be_none = _kinds(hints[declared.name])
            found[declared.name] = SettingSpec(
                declared.name,
                declared.metadata["note"],
                declared.default,
                int in kinds,
                may_be_none,
                declared.metadata.get("range"),
                tuple(choice for kind in kinds if get_origin(kind) is Literal for choice in get_args(kind)),
            )
    return found


def check(config: Any) -> None:
    """Raise ConfigError, with what was given and what is allowed, for the first setting that is outside its range."""
    for spec in settings_of(type(config)).values():
        given = getattr(config, spec.name)
        if given is None and spec.may_be_none:
            continue
        if spec.choices and given not in spec.choices:
            raise ConfigError(f"{spec.name} must be one of {', '.join(spec.choices)}, was given {given!r}.")
        if spec.range is not None:
            low, high = spec.range.low, spec.range.high
            number = isinstance(given, (int, float)) and not isinstance(given, bool)
            if not number or not low <= given <= high or (spec.whole and given != int(given)):
                kind = "a whole number " if spec.whole and number and low <= given <= high else ""
                raise ConfigError(f"{spec.name} must be {kind}between {low} and {high}, was given {given}.")


def refuse_idle(config: Any, names: Iterable[str], because: str) -> None:
    """Raise ConfigError for the first of ``names`` that is not at its default although it does nothing, ``because``."""
    for name in names:
        default, given = settings_of(type(config))[name].default, getattr(config, name)
        if given != default:
            raise ConfigError(f"{name} does nothing {because}: leave it at {default}, was given {given}.")


def _kinds(hint: Any) -> tuple[tuple[Any, ...], bool]:
    if get_origin(hint) in (Union, types.UnionType):
        parts = get_args(hint)
        return tuple(p for p in parts if p is not type(None)), type(None) in parts
    return (hint,), False

"""Settings that know their own range and meaning: one source for validation, the command line and the page's controls.

A config dataclass declares its fields as usual. The type of a field says what it takes (a switch, a whole number, a
number, a text, a ``Literal``, or one of these or None), :func:`setting` adds a range and :func:`option` a meaning. The
class calls :func:`check` when it is made; what comes from outside is made fit for it by :func:`read`.
"""

import math
import re
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

    def __str__(self) -> str:
        return f"between {_shown(self.low)} and {_shown(self.high)}"


def setting(default: Any, low: float, high: float, note: str = "") -> Any:
    """A numeric dataclass field between ``low`` and ``high``; ``note`` says in a few words what it does."""
    return field(default=default, metadata={"range": Range(low, high), "note": note})


def option(default: Any, note: str) -> Any:
    """Any other field (a choice, a switch) with its ``note``."""
    return field(default=default, metadata={"note": note})


@dataclass(frozen=True)
class SettingSpec:
    """What one field of a config takes: ``kind`` is bool, int, float or str; ``choices`` are all that a str may be."""

    name: str
    kind: type
    may_be_none: bool = False
    range: Range | None = None
    choices: tuple[str, ...] = ()
    note: str = ""
    default: Any = None

    @property
    def whole(self) -> bool:
        """A whole number."""
        return self.kind is int

    def takes(self, value: Any) -> bool:
        """Whether ``value`` is of the kind and inside the range; 2.0 is no whole number, 1 no switch."""
        if value is None:
            return self.may_be_none
        inside = not self.choices or value in self.choices
        return self._is_of_kind(value) and inside and (self.range is None or self.range.low <= value <= self.range.high)

    def refuse(self, given: Any) -> ConfigError:
        """The error that says what is expected."""
        if self.choices:
            expected = f"one of {', '.join(self.choices)}"
        elif self.kind is bool:
            expected = "true or false"
        elif self.range is not None and self._is_of_kind(given):
            expected = str(self.range)
        else:
            expected = {int: "a whole number", float: "a number", str: "a text"}[self.kind]
            expected += f" {self.range}" if self.range is not None else ""
        return ConfigError(f"{self.name} must be {expected}{' or none' * self.may_be_none}, was given {given!r}.")

    def _is_of_kind(self, value: Any) -> bool:
        if isinstance(value, bool):
            return self.kind is bool
        if isinstance(value, float):
            return self.kind is float and math.isfinite(value)
        return isinstance(value, int if self.kind is float else self.kind)


_SPECS: dict[type, Mapping[str, SettingSpec]] = {}


def specs_of(config_type: type) -> Mapping[str, SettingSpec]:
    """Every setting of a config class, in order; fields that are no single value (a config, a tuple) are left out."""
    if config_type not in _SPECS:
        hints = get_type_hints(config_type)
        found = {one.name: _spec(one, hints[one.name]) for one in fields(config_type)}
        _SPECS[config_type] = types.MappingProxyType({name: spec for name, spec in found.items() if spec is not None})
    return _SPECS[config_type]


def settings_of(config_type: type) -> Mapping[str, SettingSpec]:
    """Those of them that say what they mean, to be shown as a control."""
    return {name: spec for name, spec in specs_of(config_type).items() if spec.note}


def check(config: Any) -> None:
    """Raise ConfigError, with what was given and what is allowed, for the first setting of the wrong type or size."""
    for spec in specs_of(type(config)).values():
        value = getattr(config, spec.name)
        if not spec.takes(value):
            raise spec.refuse(value)


def refuse_idle(config: Any, names: Iterable[str], because: str) -> None:
    """Raise ConfigError for the first of ``names`` that is not at its default although it does nothing, ``because``."""
    for name in names:
        default, given = specs_of(type(config))[name].default, getattr(config, name)
        if given != default:
            raise ConfigError(f"{name} does nothing {because}: leave it at {default}, was given {given}.")


def read(spec: SettingSpec, given: Any) -> Any:
    """A value from outside (a link, a file, a control, the command line) as the setting's own type.

    A text is read as what is due: ``true`` or ``false``, a number, ``none``; nothing else means any of these. 3.0 is
    the whole number 3, since JavaScript knows no other. Raises ConfigError.
    """
    value = _parsed(spec, given.strip()) if isinstance(given, str) else given
    if spec.whole and isinstance(value, float) and value.is_integer():
        value = int(value)
    if not spec.takes(value):
        raise spec.refuse(given)
    return value


def number(name: str, given: Any, low: float, high: float, whole: bool = False) -> Any:
    """A single number from outside, which is no setting of a config; as :func:`read`."""
    return read(SettingSpec(name, int if whole else float, range=Range(low, high)), given)


def as_text(value: Any) -> str:
    """A setting's value as a text that :func:`read` reads back."""
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _parsed(spec: SettingSpec, text: str) -> Any:
    """What ``text`` says; the text itself if it says nothing that the setting knows."""
    if spec.kind is str and (not spec.may_be_none or text in spec.choices):
        return text
    if spec.may_be_none and text.lower() in ("none", ""):
        return None
    if spec.kind is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    if spec.kind in (int, float) and re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", text.lower(), re.ASCII):
        return int(text) if re.fullmatch(r"[+-]?\d{1,300}", text, re.ASCII) else float(text)
    return text


def _spec(one: Any, hint: Any) -> SettingSpec | None:
    parts = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    kinds = [part for part in parts if part is not type(None)]
    choices = get_args(kinds[0]) if get_origin(kinds[0]) is Literal else ()
    kind = str if choices else kinds[0]
    if len(kinds) > 1 or kind not in (bool, int, float, str):
        return None
    told = one.metadata
    return SettingSpec(
        one.name, kind, len(kinds) < len(parts), told.get("range"), choices, told.get("note", ""), one.default
    )


def _shown(number: float) -> str:
    return str(int(number)) if float(number).is_integer() and abs(number) < 1e15 else f"{number:g}"

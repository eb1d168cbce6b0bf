"""Any field of any config dataclass from the command line, as ``--set name=value``, without writing it twice.

Names, types, choices and defaults are read from the dataclass; its own ``__post_init__`` checks ranges. A nested field
is named by its path (``importance.method``) or by any unambiguous end of it (``method``).
"""

import types
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from core.errors import ConfigError, UnknownNameError

Config = TypeVar("Config")
_SWITCHED = {**dict.fromkeys(("on", "true", "yes", "1"), True), **dict.fromkeys(("off", "false", "no", "0"), False)}
_KINDS = {int: "whole number", float: "number", str: "text"}


@dataclass(frozen=True)
class Setting:
    """One field: its path, what it may be, and its value."""

    path: str
    kind: Any
    value: Any

    @property
    def expects(self) -> str:
        """What may be given, in words: ``filter | rank``, ``whole number``, ``number | none``."""
        return " | ".join(_names(self.kind))


def list_settings(config: Any, without: Sequence[str] = (), prefix: str = "") -> list[Setting]:
    """Every field of ``config`` and of the dataclasses in it; fields named in ``without`` are left out, whole."""
    hints = get_type_hints(type(config))
    found = []
    for field in fields(config):
        value = getattr(config, field.name)
        if field.name in without:
            continue
        if is_dataclass(value):
            found += list_settings(value, without, f"{prefix}{field.name}.")
        else:
            found.append(Setting(prefix + field.name, hints[field.name], value))
    return found


def with_settings(config: Config, given: Sequence[str], without: Sequence[str] = ()) -> Config:
    """``config`` with ``name=value`` texts applied, all at once, so that settings that need each other can change.

    Raises ConfigError or UnknownNameError with what was expected.
    """
    settings = {setting.path: setting for setting in list_settings(config, without)}
    changes: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise ConfigError(f"Expected --set name=value, was given {text!r}. To see the names: --settings.")
        setting = _find(name.strip(), settings)
        changes[setting.path] = parse(setting.path, value.strip(), setting.kind)
    return _rebuilt(config, changes, "")


def parse(name: str, text: str, kind: Any) -> Any:
    """``text`` as a value of the type ``kind``: a Literal's choice, on/off, a number, a text, or none if it may be."""
    try:
        return _value(text, kind)
    except ValueError:
        raise ConfigError(f"{name} expects {' | '.join(_names(kind))}, was given {text!r}.") from None


def _value(text: str, kind: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return None if text.lower() == "none" else _value(text, get_args(kind)[0])
    if origin is Literal:
        return get_args(kind)[get_args(kind).index(text)]  # a ValueError if it is none of them
    if kind is bool:
        if text.lower() not in _SWITCHED:
            raise ValueError
        return _SWITCHED[text.lower()]
    return kind(text)


def _names(kind: Any) -> list[str]:
    origin = get_origin(kind)
    if origin is Literal:
        return list(get_args(kind))
    if origin in (Union, types.UnionType):
        return [name for k in get_args(kind) for name in (["none"] if k is type(None) else _names(k))]
    return ["on", "off"] if kind is bool else [_KINDS[kind]]


def _find(name: str, settings: dict[str, Setting]) -> Setting:
    if name in settings:
        return settings[name]
    ends = [path for path in settings if path.endswith(f".{name}")]
    if len(ends) == 1:
        return settings[ends[0]]
    if ends:
        raise ConfigError(f"Setting '{name}' could be any of {', '.join(ends)}. Give one of these names.")
    raise UnknownNameError("setting", name, settings)


def _rebuilt(config: Config, changes: dict[str, Any], prefix: str) -> Config:
    new: dict[str, Any] = {}
    for field in fields(config):  # type: ignore[arg-type]  # a config is any dataclass
        path, value = prefix + field.name, getattr(config, field.name)
        if is_dataclass(value):
            new[field.name] = _rebuilt(value, changes, f"{path}.")
        elif path in changes:
            new[field.name] = changes[path]
    return replace(config, **new)  # type: ignore[type-var]  # a config is any dataclass

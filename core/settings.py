"""Configs by the names of their settings: what the command line, a link, a saved defence and an endpoint change.

A nested setting is named by its path (``importance.method``) or by any unambiguous end of it (``method``). What is
given is never trusted: a name, a type or a size that does not fit is an error that says what would.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar

from core.errors import ConfigError, UnknownNameError
from core.ranges import SettingSpec, read, specs_of

Config = TypeVar("Config")


@dataclass(frozen=True)
class Setting:
    """One field of a config or of a config in it: its path, what it takes, and its value."""

    path: str
    spec: SettingSpec
    value: Any

    @property
    def expects(self) -> str:
        """What may be given, in brief: ``filter | rank``, ``whole number``, ``number | none``."""
        kinds = {bool: ("true", "false"), int: ("whole number",), float: ("number",), str: ("text",)}
        names = self.spec.choices or kinds[self.spec.kind]
        return " | ".join([*names, "none"] if self.spec.may_be_none else names)


def list_settings(config: Any, without: Collection[str] = (), prefix: str = "") -> list[Setting]:
    """Every setting of ``config`` and of the configs in it, in order; what ``without`` names is left out, whole."""
    specs, found = specs_of(type(config)), []
    for field in fields(config):
        value, path = getattr(config, field.name), prefix + field.name
        if field.name in without:
            continue
        if is_dataclass(value):
            found += list_settings(value, without, f"{path}.")
        elif field.name in specs:
            found.append(Setting(path, specs[field.name], value))
    return found


def with_changes(config: Config, changes: Mapping[str, Any], without: Collection[str] = (), prefix: str = "") -> Config:
    """``config`` with some settings changed, all at once, so that settings that need each other can change.

    ``prefix`` stands before every name. Raises ConfigError or UnknownNameError with what was expected.
    """
    known = {one.path: one for one in list_settings(config, without, prefix)}
    new = {}
    for name, given in changes.items():
        found = _find(name, known)
        new[found.path] = read(replace(found.spec, name=found.path), given)
    return _rebuilt(config, new, prefix)


def values_of(config: Any, names: Collection[str]) -> dict[str, Any]:
    """The values of the settings so named, as :func:`with_changes` would change them."""
    known = {one.path: one for one in list_settings(config)}
    return {name: _find(name, known).value for name in names}


def from_record(kind: type[Config], record: Any, named: str) -> Config:
    """The config that nested mappings hold; a setting left out has its default. ``named`` is what errors call it."""
    return with_changes(kind(), dict(_flat(record, named)), prefix=f"{named}.")


def _flat(record: Any, named: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(record, Mapping):
        raise ConfigError(f"{named} must hold settings, was given {record!r}.")
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{named}.{name}")
        else:
            yield f"{named}.{name}", value


def _find(name: str, known: Mapping[str, Setting]) -> Setting:
    if name in known:
        return known[name]
    ends = [path for path in known if path.endswith(f".{name}")]
    if len(ends) == 1:
        return known[ends[0]]
    if ends:
        raise ConfigError(f"Setting '{name}' could be any of {', '.join(ends)}. Give one of these names.")
    raise UnknownNameError("setting", name, known)


def _rebuilt(config: Config, new: Mapping[str, Any], prefix: str) -> Config:
    """``config`` made again with the values of ``new``, by path; every class checks itself."""
    changed: dict[str, Any] = {}
    for field in fields(config):  # type: ignore[arg-type]  # a config is any dataclass
        path, value = prefix + field.name, getattr(config, field.name)
        if is_dataclass(value):
            changed[field.name] = _rebuilt(value, new, f"{path}.")
        elif path in new:
            changed[field.name] = new[path]
    return replace(config, **changed)  # type: ignore[type-var]  # a config is any dataclass

"""Any setting of any config from the command line, as ``--set name=value`` (:mod:`core.settings`)."""

from collections.abc import Collection, Sequence
from typing import TypeVar

from core.errors import ConfigError
from core.settings import with_changes

Config = TypeVar("Config")


def with_settings(config: Config, given: Sequence[str], without: Collection[str] = ()) -> Config:
    """``config`` with ``name=value`` texts applied. Raises ConfigError or UnknownNameError with what was expected."""
    changes = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise ConfigError(f"Expected --set name=value, was given {text!r}. To see the names: --settings.")
        changes[name.strip()] = value
    return with_changes(config, changes, without)

"""Every error a user can meet. Each message says what was given, what was expected and what to do.

::

    FireBertError
    ├── ConfigError         a setting is outside its range, or two settings contradict each other
    ├── InputError          the text or example given cannot be classified
    ├── DataFileError       a data file has the wrong columns, labels or encoding
    ├── UnknownNameError    no task, model, method or preset has that name
    ├── ModelError          a checkpoint does not fit its task (labels, architecture, file format)
    └── ResourceError       a file the program needs is missing or damaged
        ├── MissingResourceError
        └── DamagedResourceError

The command line turns them into one line and exit code 2, the page into a notice.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class FireBertError(Exception):
    """Base of everything the program raises on purpose."""


class ConfigError(FireBertError):
    """A setting is outside its range."""


class InputError(FireBertError):
    """The text given cannot be used."""


class DataFileError(FireBertError):
    """A data file cannot be read as examples."""


class ModelError(FireBertError):
    """A checkpoint does not fit the task."""


class ResourceError(FireBertError):
    """A file the program needs is not in order."""


class MissingResourceError(ResourceError):
    """The file is not there; the message names the command that brings it."""


class DamagedResourceError(ResourceError):
    """The file is there but is not what it should be; the message names the command that mends it."""


class UnknownNameError(FireBertError):
    """No such task, model, method or preset."""

    def __init__(self, kind: str, given: str, known: Iterable[str], hint: str = "") -> None:
        names = sorted(known)
        near = get_close_matches(str(given)[:100], names, n=1, cutoff=0.75)
        guess = f" Did you mean '{near[0]}'?" if near else ""
        super().__init__(f"Unknown {kind} '{given}'. Known: {', '.join(names)}.{guess} {hint}".strip())

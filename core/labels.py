"""Which label is meant: a name in a file, a checkpoint or an option against the names of a task.

Whole names only: letter case, surrounding blanks and the Unicode form do not matter, a likeness does not count. What
is called otherwise is matched by an explicit mapping (``--labels LABEL_0=negative,LABEL_1=positive``).
"""

import math
import unicodedata
from collections.abc import Mapping, Sequence

from core.errors import ConfigError, DataFileError


def label_key(name: str) -> str:
    """What two spellings of one name have in common."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name.strip()).casefold())


def parse_label_names(given: str, labels: Sequence[str]) -> dict[str, str]:
    """``theirs=ours,...`` as a mapping from their names to a task's ``labels``.

    Raises ConfigError for an entry without a name on both sides, a label that the task has not, a name given twice.
    """
    known = {label_key(label): label for label in labels}
    names: dict[str, str] = {}
    for entry in given.split(",") if given.strip() else ():
        theirs, equals, ours = (part.strip() for part in entry.rpartition("="))
        if not (theirs and equals and ours):
            raise ConfigError(f"--labels expects THEIRS=OURS,..., as in LABEL_0={labels[0]}, was given {entry!r}.")
        if label_key(ours) not in known:
            raise ConfigError(f"--labels maps {theirs!r} to {ours!r}; the task's labels are {', '.join(labels)}.")
        if label_key(theirs) in map(label_key, names):
            raise ConfigError(f"--labels names {theirs!r} twice.")
        names[theirs] = known[label_key(ours)]
    return names


def match_label(name: str, labels: Sequence[str], names: Mapping[str, str]) -> int | None:
    """The place of the label called ``name``, or mapped to by ``names``; None for a name that no label has."""
    mapped = {label_key(theirs): ours for theirs, ours in names.items()}
    key = label_key(mapped.get(label_key(name), name))
    return next((place for place, label in enumerate(labels) if label_key(label) == key), None)


def find_label(value: object, labels: Sequence[str], names: Mapping[str, str], where: str) -> int | None:
    """The place of the label that a cell means, by name or else by its number from 0; None where it says none.

    A task whose labels are numbers themselves has no numbering beside them: with labels 1 to 5, a 0 is unknown. Raises
    DataFileError for an unknown one; ``where`` is the file and the row.
    """
    plain = plain_name(value)
    # 0.0 stands for 0, and of two labels False and True are 0 and 1.
    number = {"false": "0", "true": "1"}.get(plain, plain) if len(labels) == 2 else plain
    for name in (str(value), plain, number):
        if (place := match_label(name, labels, names)) is not None:
            return place
    if no_label(value):
        return None
    numbered = not any(map(_is_number, labels))
    if numbered and number == "-1":  # what published sets write where annotators did not agree
        return None
    places = [str(place) for place in range(len(labels))] if numbered else []
    if number in places:
        return places.index(number)
    also = f", or 0 to {len(labels) - 1} in that order" if numbered else ""
    comma = "" if len(str(value)) < 30 else " Is a comma in the text outside quotes?"
    raise DataFileError(
        f"{where}: unknown label {str(value)[:40]!r}. Known: {', '.join(labels)}{also}. On the command line, --labels "
        f"THEIRS=OURS,... says what other names mean.{comma}"
    )


def plain_name(value: object) -> str:
    """A cell as the name of a label: ``1.0`` is ``1``, True is ``true``, blanks around it are gone."""
    name = str(value).strip().lower()
    return str(int(float(name))) if _is_number(name) and float(name).is_integer() else name


def no_label(value: object) -> bool:
    """Whether a cell says that its row has no label: empty, NaN, a dash."""
    return value is None or str(value).strip() in ("", "-") or (isinstance(value, float) and math.isnan(value))


def _is_number(name: str) -> bool:
    try:
        return "_" not in name and math.isfinite(float(name))
    except ValueError:
        return False

"""A visitor's file as labelled rows: text[, text2], label; checked before it is read, every error says what to do.

The file is a stranger's: its size is looked at before its content, its name is never used. It is read as the command
line reads files (:mod:`core.datasets`); what is stricter here keeps a small run sound: enough rows, two labels, no text
under two of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.settings import CotuneLimits
from core.datasets import Row, read_rows
from core.errors import DataFileError
from core.tasks import Example, Task

MIN_ROWS = 20
KINDS = (".csv", ".tsv", ".json", ".jsonl")
"""What a visitor may give. No parquet: a small one can hold a text that fills the machine."""


@dataclass(frozen=True)
class Sheet:
    """The rows of a file, without those that stood there twice (``repeated``); ``notes`` say what else was left out."""

    rows: tuple[Row, ...]
    repeated: int = 0
    notes: tuple[str, ...] = ()


def read_sheet(content: bytes, task: Task, limits: CotuneLimits, kind: str = ".csv") -> Sheet:
    """The labelled rows of a file of one of ``KINDS``; any other kind is read as CSV.

    Raises DataFileError that names the line.
    """
    check_size(len(content), limits)
    file = read_rows(content, task, name=f"file{kind if kind in KINDS else '.csv'}")
    found: dict[Example, Row] = {}
    repeated = 0
    for row in file.labelled():
        first = found.setdefault(row.example, row)
        if first.label != row.label:
            raise DataFileError(f"Rows {first.number} and {row.number} hold the same text with different labels.")
        repeated += first is not row
        if len(found) > limits.rows:
            raise DataFileError(f"The file has more than {limits.rows:,} rows, the most allowed here. Take a part.")
    rows = tuple(found.values())
    _check_rows(rows, task)
    return Sheet(rows, repeated, file.notes())


def check_size(size: int, limits: CotuneLimits) -> None:
    """Raise DataFileError for an empty or a huge file, before it is read."""
    if size == 0:
        raise DataFileError("The file is empty. Expected a CSV with a header, text,label, and a row for each text.")
    if size > limits.bytes:
        raise DataFileError(f"The file has {size:,} bytes; at most {limits.bytes:,} are allowed. Take a part.")


def _check_rows(rows: Sequence[Row], task: Task) -> None:
    if len(rows) < MIN_ROWS:
        raise DataFileError(f"The file has {len(rows)} rows with different texts; at least {MIN_ROWS} are needed.")
    labels = {row.label for row in rows}
    if len(labels) < 2:
        only = task.labels[rows[0].label or 0]
        raise DataFileError(f"Every row is labelled {only!r}; a classifier learns nothing from one label. Add others.")


def counts(rows: Sequence[Row], task: Task) -> Iterator[tuple[str, int]]:
    """How many rows each label has."""
    for index, label in enumerate(task.labels):
        yield label, sum(row.label == index for row in rows)

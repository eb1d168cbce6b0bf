"""Labelled examples from files: the paper's tasks from a data folder, or any csv, tsv, json, jsonl or parquet of yours.

Files are read in a stream, so a file of any size fits. Columns are found by name, letter case and blanks around it
aside: ``text`` (or ``review``, ``sentence``) for one text, ``premise`` and ``hypothesis`` (or ``text`` and ``text2``)
for a pair, ``label``; a column that is called otherwise but usual (``sentiment``) is taken, and that is said.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.columns import LABELS, TEXT_B, cell_text, find_column, find_columns, no_column, whole_text
from core.errors import DataFileError, MissingResourceError
from core.labels import find_label, label_key, no_label, plain_name
from core.tables import Record, Table, open_table
from core.tasks import BUILT_IN_TASKS, Example, Split, Task, about, get_task

DATA_VARIABLE = "FIREBERT_DATA"
MAX_LABELS = 100
UNLABELLED, EMPTY, DAMAGED = "without a label", "with an empty text", "with half a character in it (read as \ufffd)"


@dataclass(frozen=True)
class Row:
    """A labelled example; ``label`` is an index into the task's labels, or None where the file gives none.

    ``number`` is its place in its file, from 1; it says nothing about what the row is.
    """

    example: Example
    label: int | None
    number: int | None = field(default=None, compare=False, repr=False)


class RowFile:
    """The rows of a file in a stream, once; ``notes`` tells what was taken for what, and in the end what was left out.

    A row with an empty text is left out and counted. So is one without a label among :meth:`labelled` rows; among all
    rows its label is None.
    """

    def __init__(self, table: Table, task: Task, names: Mapping[str, str]) -> None:
        self.name, self.total, self.columns = table.name, table.total, find_columns(table, task)
        self._table, self._task, self._names = table, task, names
        self._texts = [column for column in (self.columns.text_a, self.columns.text_b) if column is not None]
        self._known: dict[tuple[type, str], int | None] = {}
        self._counts: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Row]:
        """Raises DataFileError for a text that is none and an unknown label; the message names the row."""
        found = 0
        for number, record in enumerate(self._table.records, start=1):
            texts = [cell_text(record, column) for column in self._texts]
            if not all(text.strip() for text in texts):
                self._counts[EMPTY] += 1
                continue
            whole = [whole_text(text) for text in texts]
            self._counts[DAMAGED] += whole != texts
            found += 1
            yield Row(Example(*whole), self._label(record), number)
        if found == 0:
            raise DataFileError(f"{self.name} holds no rows with a text.")

    def labelled(self) -> Iterator[Row]:
        """The rows that have a label. Raises DataFileError where the file has no column for it, or no label in it."""
        self.require_labels()
        return self._labelled()

    def require_labels(self) -> None:
        """Raise DataFileError for a file without a column of labels: nothing can be right or wrong about its rows."""
        if self.columns.label is None:
            raise no_column(self._table, LABELS, "labels")

    def notes(self) -> tuple[str, ...]:
        """Sentences for the reader; complete once all rows are read."""
        taken = self.columns
        notes = [] if taken.is_plain else [f"{self.name}: the column '{taken.label}' is taken for the label."]
        for what, count in self._counts.items():
            left = "." if what == DAMAGED else " left out."
            notes += [f"{self.name}: {_rows(count)} {what}{left}"] if count else []
        return tuple(notes)

    def _labelled(self) -> Iterator[Row]:
        found = 0
        for row in self:
            if row.label is None:
                self._counts[UNLABELLED] += 1
                continue
            found += 1
            yield row
        if found == 0:
            raise DataFileError(f"{self.name} has no label in its column '{self.columns.label}'.")

    def _label(self, record: Record) -> int | None:
        if self.columns.label is None:
            return None
        cell = record.cell(self.columns.label)
        key = type(cell), str(cell)
        if key not in self._known:
            self._known[key] = find_label(cell, self._task.labels, self._names, record.where)
        return self._known[key]


def read_rows(
    source: str | Path | bytes, task: Task, names: Mapping[str, str] | None = None, name: str = ""
) -> RowFile:
    """The rows of a file, or of the bytes of one that is called ``name``; ``names`` are labels called otherwise.

    Raises DataFileError for a file that cannot be read and a missing column of texts, naming the columns found.
    """
    return RowFile(open_table(source if isinstance(source, bytes) else Path(source), name), task, names or {})


def task_of_file(path: str | Path) -> Task:
    """A task read off a labelled file: its labels in order, one text or two, named after the file.

    Labels that are all numbers are ordered as numbers, others by the alphabet; a second text makes it a task of pairs,
    whose second text may be perturbed. Raises DataFileError for a file without labels or with too many.
    """
    path = Path(path)
    table = open_table(path)
    column = find_column(table, LABELS, "labels")
    second = find_column(table, TEXT_B, "second texts", needed=False)
    labels: dict[str, str] = {}
    pair = False
    for record in table.records:
        pair = pair or (second is not None and bool(cell_text(record, second).strip()))
        value = record.cell(str(column))
        if not no_label(value):
            name = plain_name(value)
            labels.setdefault(label_key(name), name)
        if len(labels) > MAX_LABELS:
            raise DataFileError(f"{record.where}: more than {MAX_LABELS} labels. Is '{column}' the right column?")
    if len(labels) < 2:
        raise DataFileError(
            f"{path.name} has {len(labels)} different labels in its column '{column}'; a task needs two."
        )
    ordered = _in_order(labels.values())
    name = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "own"
    name = f"{name}-own" if name in BUILT_IN_TASKS else name
    texts = ("text", "text2") if pair else ("text",)
    return Task(name, path.stem, ordered, "text_b" if pair else "text_a", 128 if pair else 256, texts)


def _in_order(labels: Iterable[str]) -> tuple[str, ...]:
    try:
        return tuple(sorted(labels, key=float))
    except ValueError:
        return tuple(sorted(labels))


def data_folder(given: str | Path | None = None) -> Path:
    """The data folder: ``given``, else the environment variable ``FIREBERT_DATA``."""
    folder = given or os.environ.get(DATA_VARIABLE)
    if not folder or not Path(folder).is_dir():
        files = [split.file for name in BUILT_IN_TASKS for split in about(get_task(name)).splits.values()]
        raise MissingResourceError(
            f"No data folder (IMDB and MultiNLI files for training and evaluation): was given {folder!r}. "
            f"Set {DATA_VARIABLE} to a folder with {', '.join(files)}."
        )
    return Path(folder)


def find_split(task: Task, split: str) -> Split:
    """The split of that name. Raises DataFileError for a task that has none."""
    splits = about(task).splits
    if split not in splits:
        had = f" It has {', '.join(splits)}." if splits else ""
        raise DataFileError(f"Task '{task.name}' has no split '{split}'.{had} Give a file instead.")
    return splits[split]


def named_split(task: Task, name: str) -> str:
    """A split as results and messages name it, with what it holds. Raises DataFileError if there is none."""
    return f"{task.name}/{name}: {find_split(task, name).note}"


def load_split(task: Task, split: str, folder: str | Path | None = None) -> list[Row]:
    """All labelled rows of a task's split, duplicates of the same example dropped.

    For a test split, rows whose example also occurs in train are dropped as well.
    """
    named = find_split(task, split)
    path = data_folder(folder) / named.file
    trained = split == "test" and "train" in about(task).splits
    seen = {row.example for row in load_split(task, "train", folder)} if trained else set()
    return [row for row in distinct(read_rows(path, task).labelled()).rows if row.example not in seen]


@dataclass(frozen=True)
class Distinct:
    """Rows with different examples.

    Left out were ``repeated`` rows, and ``contradicted`` ones: the same example under another label than its first.
    """

    rows: tuple[Row, ...]
    repeated: int
    contradicted: int

    def notes(self, name: str) -> tuple[str, ...]:
        """Sentences for the reader; ``name`` is what the rows are called."""
        notes = [f"{name}: {_rows(self.repeated)} left out as repeated."] if self.repeated else []
        if self.contradicted:
            twice = "the same text stands before under another label"
            notes.append(f"{name}: {_rows(self.contradicted)} left out: {twice}.")
        return tuple(notes)


def distinct(rows: Iterable[Row]) -> Distinct:
    """The first row of each example, in order."""
    found: dict[Example, Row] = {}
    repeated = contradicted = 0
    for row in rows:
        first = found.setdefault(row.example, row)
        if first is not row:
            repeated += first.label == row.label
            contradicted += first.label != row.label
    return Distinct(tuple(found.values()), repeated, contradicted)


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"

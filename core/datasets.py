"""Labelled examples from files: the paper's tasks from a data folder, or any csv, jsonl or parquet of yours.

Files are read in a stream, so a file of any size fits. Columns are found by name: ``text`` (or ``review``,
``sentence``) for one text, ``premise`` and ``hypothesis`` (or ``text`` and ``text2``) for a pair, ``label``.
"""

import csv
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import DataFileError, MissingResourceError
from core.tasks import BUILT_IN_TASKS, Example, Task

_TEXT_A = ("text", "text_a", "review", "sentence", "premise", "sentence1")
_TEXT_B = ("text2", "text_b", "hypothesis", "sentence2")
DATA_VARIABLE = "FIREBERT_DATA"
READABLE = (".csv", ".tsv", ".jsonl", ".parquet")


@dataclass(frozen=True)
class Row:
    """A labelled example; ``label`` is an index into the task's labels, or None where the file gives none."""

    example: Example
    label: int | None


def read_rows(path: str | Path, task: Task) -> Iterator[Row]:
    """Stream the rows of a ``.csv``, ``.tsv``, ``.jsonl`` or ``.parquet`` file.

    Raises DataFileError for a missing column, an unknown label, a wrong encoding or another file type; the message
    names the row.
    """
    path, number = Path(path), 0
    for number, record in enumerate(_records(path), start=1):
        yield _row(record, task, f"{path.name}, row {number}")
    if number == 0:
        raise DataFileError(f"{path.name} holds no rows.")


def _records(path: Path) -> Iterator[dict[str, object]]:
    """The file's rows as mappings from column names."""
    if not path.is_file():
        raise DataFileError(f"No file {path}. Give a .csv, .tsv, .jsonl or .parquet file.")
    readers = {".csv": _read_csv, ".tsv": _read_csv, ".jsonl": _read_jsonl, ".parquet": _read_parquet}
    if path.suffix not in READABLE:
        raise DataFileError(f"Cannot read {path.name}: expected one of {', '.join(READABLE)}.")
    number = 0
    try:
        for record in readers[path.suffix](path):
            number += 1
            yield record
    except UnicodeDecodeError as error:
        raise DataFileError(f"{path.name} is not UTF-8 text near row {number + 1}. Save it as UTF-8.") from error


def _read_csv(path: Path) -> Iterator[dict[str, object]]:
    csv.field_size_limit(1 << 24)
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file, delimiter="\t" if path.suffix == ".tsv" else ",")


def _read_jsonl(path: Path) -> Iterator[dict[str, object]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except json.JSONDecodeError as error:
                raise DataFileError(f"{path.name}, line {number} is not JSON: {error.msg}.") from error
            if not isinstance(record, dict):
                raise DataFileError(f"{path.name}, line {number}: expected a JSON object, found {line[:40]!r}.")
            yield record


def _read_parquet(path: Path) -> Iterator[dict[str, object]]:
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
    except pyarrow.ArrowInvalid as error:
        raise DataFileError(f"{path.name} is not a parquet file: {error}.") from error
    for batch in file.iter_batches(batch_size=1024):
        yield from batch.to_pylist()


def _row(record: dict[str, object], task: Task, where: str) -> Row:
    text_a = _column(record, _TEXT_A if not task.is_pair else ("premise", *_TEXT_A), where)
    text_b = _column(record, _TEXT_B, where) if task.is_pair else None
    return Row(Example(text_a, text_b), _label(record.get("label"), task, where))


def _column(record: dict[str, object], names: tuple[str, ...], where: str) -> str:
    for name in names:
        if record.get(name) is not None:
            return str(record[name])
    raise DataFileError(f"{where}: no column {' or '.join(dict.fromkeys(names))}; found {', '.join(map(str, record))}.")


def _label(value: object, task: Task, where: str) -> int | None:
    if value is None or value == "":
        return None
    text = str(value).strip().lower()
    if text in task.labels:
        return task.labels.index(text)
    if text.isdecimal() and int(text) < len(task.labels):
        return int(text)
    raise DataFileError(
        f"{where}: unknown label {value!r}; task '{task.name}' knows {', '.join(task.labels)} "
        f"(or 0 to {len(task.labels) - 1} in that order)."
    )


MAX_LABELS = 100


def task_of_file(path: str | Path) -> Task:
    """A task read off a labelled file: its labels in order, one text or two, named after the file.

    Labels that are all numbers are ordered as numbers, others by the alphabet; a second text makes it a task of pairs,
    whose second text may be perturbed. Raises DataFileError for a file without labels or with too many.
    """
    path = Path(path)
    labels: set[str] = set()
    pair = False
    for number, record in enumerate(_records(path), start=1):
        pair = pair or any(record.get(name) not in (None, "") for name in _TEXT_B)
        value = record.get("label")
        if value is not None and str(value).strip():
            labels.add(str(value).strip().lower())
        if len(labels) > MAX_LABELS:
            raise DataFileError(
                f"{path.name}, row {number}: more than {MAX_LABELS} labels. Is 'label' the right column?"
            )
    if len(labels) < 2:
        raise DataFileError(f"{path.name} has {len(labels)} different labels in its column 'label'; a task needs two.")
    ordered = sorted(labels, key=int) if all(label.isdecimal() for label in labels) else sorted(labels)
    name = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "own"
    name = f"{name}-own" if name in BUILT_IN_TASKS else name
    texts = ("text", "text2") if pair else ("text",)
    return Task(name, path.stem, tuple(ordered), "text_b" if pair else "text_a", 128 if pair else 256, texts)


@dataclass(frozen=True)
class Corpus:
    """Files of the data folder that make a split; each is read ``passes`` times (training sets only)."""

    files: tuple[str, ...]
    note: str


CORPORA: dict[tuple[str, str], Corpus] = {
    ("imdb", "train"): Corpus(("imdb/train.parquet",), "IMDB train (Maas et al. 2011)"),
    ("imdb", "test"): Corpus(("imdb/test.parquet",), "IMDB test, the part at hand, rows also in train dropped"),
    ("mnli", "train"): Corpus(("nli/mnli_train.parquet",), "MultiNLI train, the part at hand"),
    ("mnli", "extra"): Corpus(("nli/snli.parquet",), "SNLI, extra training pairs for MNLI"),
    ("mnli", "test"): Corpus(("nli/mnli_dev_matched.parquet",), "MultiNLI dev_matched, the part at hand"),
}


def data_folder(given: str | Path | None = None) -> Path:
    """The data folder: ``given``, else the environment variable ``FIREBERT_DATA``."""
    folder = given or os.environ.get(DATA_VARIABLE)
    if not folder or not Path(folder).is_dir():
        raise MissingResourceError(
            f"No data folder (IMDB and MultiNLI files for training and evaluation): was given {folder!r}. "
            f"Set {DATA_VARIABLE} to a folder with {', '.join(c.files[0] for c in CORPORA.values())}."
        )
    return Path(folder)


def load_split(task: Task, split: str, folder: str | Path | None = None) -> list[Row]:
    """All labelled rows of a task's split, duplicates of the same example dropped.

    For a test split, rows whose example also occurs in train are dropped as well.
    """
    corpus = CORPORA.get((task.name, split))
    if corpus is None:
        raise DataFileError(f"Task '{task.name}' has no split '{split}'. Give a file instead.")
    base = data_folder(folder)
    seen: set[Example] = set()
    if split == "test" and (task.name, "train") in CORPORA:
        seen.update(row.example for row in load_split(task, "train", base))
    rows = []
    for name in corpus.files:
        for row in read_rows(base / name, task):
            if row.label is not None and row.example not in seen:
                seen.add(row.example)
                rows.append(row)
    return rows

"""A visitor's CSV as labelled rows: text[, text2], label; checked before it is read, every error says what to do.

The file is a stranger's: its size is looked at before its content, its name is never used, and nothing is guessed but
the separator (comma, semicolon or tab, by the header).
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.settings import CotuneLimits
from core.datasets import Row
from core.errors import DataFileError
from core.tasks import Example, Task

MIN_ROWS = 20
_TEXT = ("text", "review", "premise", "sentence")
_TEXT2 = ("text2", "hypothesis")
_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"PK": "a spreadsheet or a zip", b"%PDF": "a PDF"}


@dataclass(frozen=True)
class Sheet:
    """The rows of a file, without those that stood there twice (``repeated``)."""

    rows: tuple[Row, ...]
    repeated: int = 0


def read_sheet(content: bytes, task: Task, limits: CotuneLimits) -> Sheet:
    """The labelled rows of a CSV. Raises DataFileError that names the line.

    A header in capitals and blanks around names and labels do not matter; a label may also be its number.
    """
    check_size(len(content), limits)
    reader = _reader(_decode(content))
    try:
        header = _header(next(reader, []), task)
        found: dict[Example, tuple[int, int]] = {}
        repeated = 0
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            row = _row(cells, header, task, reader.line_num)
            label, line = found.setdefault(row.example, (row.label or 0, reader.line_num))
            if label != row.label:
                raise DataFileError(f"Lines {line} and {reader.line_num} hold the same text with different labels.")
            repeated += line != reader.line_num
            if len(found) > limits.rows:
                raise DataFileError(f"The file has more than {limits.rows:,} rows, the most allowed here. Take a part.")
    except csv.Error as error:
        raise DataFileError(
            f"Line {reader.line_num} is not CSV ({error}). Put a text that holds a comma, a quote or a line break "
            'between double quotes, and write a quote inside it twice: "".'
        ) from error
    rows = tuple(Row(example, label) for example, (label, _) in found.items())
    _check_rows(rows, task)
    return Sheet(rows, repeated)


def check_size(size: int, limits: CotuneLimits) -> None:
    """Raise DataFileError for an empty or a huge file, before it is read."""
    if size == 0:
        raise DataFileError("The file is empty. Expected a CSV with a header, text,label, and a row for each text.")
    if size > limits.bytes:
        raise DataFileError(f"The file has {size:,} bytes; at most {limits.bytes:,} are allowed. Take a part.")


def _decode(content: bytes) -> str:
    for mark, kind in _MARKS.items():
        if content.startswith(mark):
            raise DataFileError(f"The file looks like {kind}. Save it as CSV in UTF-8 and upload that.")
    try:
        decoded = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataFileError(
            f"Line {line} is not text in UTF-8; the file may be in Latin-1 or another encoding. Save it as UTF-8."
        ) from None
    if "\0" in decoded:
        raise DataFileError("The file holds NUL characters, so it is no plain text. Save it as CSV in UTF-8.")
    if not decoded.strip():
        raise DataFileError("The file is blank. Expected a header, text,label, and a row for each text.")
    return decoded


def _reader(decoded: str) -> Any:
    csv.field_size_limit(1 << 24)
    first = decoded.lstrip().partition("\n")[0]
    separator = max(",;\t", key=first.count)
    return csv.reader(io.StringIO(decoded.lstrip("\r\n"), newline=""), delimiter=separator, strict=True)


def _header(cells: Sequence[str], task: Task) -> tuple[int, ...]:
    """Where the texts and the label stand, label last."""
    names = [cell.strip().lower() for cell in cells]
    wanted = [_TEXT, _TEXT2, ("label",)] if task.is_pair else [_TEXT, ("label",)]
    places = [next((names.index(name) for name in group if name in names), None) for group in wanted]
    expected = ",".join(group[0] for group in wanted)
    shown = ", ".join(repr(cell[:30]) for cell in cells[:8]) or "nothing"
    if None in places:
        missing = wanted[places.index(None)][0]
        raise DataFileError(f"The header has no column {missing!r}. Expected {expected}, found {shown}.")
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice:
        raise DataFileError(f"The header names {twice[:30]!r} twice. Expected {expected}.")
    if not task.is_pair and any(name in names for name in _TEXT2):
        raise DataFileError(f"The file has a second text, but a {task.text_names[0]} has one. Choose pairs above, "
                            "or take the column out.")  # fmt: skip
    return tuple(place for place in places if place is not None)


def _row(cells: Sequence[str], header: Sequence[int], task: Task, line: int) -> Row:
    if len(cells) <= max(header):
        raise DataFileError(f"Line {line} has {len(cells)} cells, the header asks for {max(header) + 1} or more. Put a "
                            "text that holds a comma or a line break between double quotes.")  # fmt: skip
    *texts, label = [cells[place].strip() for place in header]
    for name, text in zip(("text", "text2"), texts, strict=False):
        if not text:
            raise DataFileError(f"Line {line}: the column {name!r} is empty.")
    return Row(Example(*texts), _label(label, task, line))


def _label(given: str, task: Task, line: int) -> int:
    name = given.lower()
    if name in task.labels:
        return task.labels.index(name)
    if name.isascii() and name.isdecimal() and int(name[:9]) < len(task.labels):
        return int(name)
    known = ", ".join(task.labels)
    quotes = "" if len(given) < 30 else " Is a comma in the text outside quotes?"
    raise DataFileError(f"Line {line}: unknown label {given[:40]!r}. Known: {known}, or 0 to {len(task.labels) - 1} in "
                        f"that order.{quotes}")  # fmt: skip


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

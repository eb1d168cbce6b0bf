"""A data file of any usual kind as a stream of records: csv, tsv, json, jsonl or parquet, from a path or from bytes.

The one reader of files that are not our own, for the command line and the page alike. It knows columns and rows, not
what they mean. A file of any size fits (only a ``.json`` list is read whole). Every error names the file and the line
or row.
"""

import io
import itertools
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, BinaryIO

from core.errors import DataFileError
from core.sheets import read_sheet

READABLE = (".csv", ".tsv", ".json", ".jsonl", ".parquet")
_READABLE = f"{', '.join(READABLE[:-1])} or {READABLE[-1]}"
_ALIENS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"PK": "a spreadsheet or a zip", b"%PDF": "a PDF",
           b"\x1f\x8b": "a compressed file"}  # fmt: skip
_BATCH_ROWS = 1024


@dataclass(frozen=True)
class Record:
    """A row of a file: ``cells`` by column, and ``where`` it stands, for errors."""

    where: str
    cells: Mapping[str, object]

    def cell(self, column: str) -> object:
        """The cell of a column. Raises DataFileError for a row that ends before it or does not name it."""
        if column not in self.cells:
            found = ", ".join(repr(str(name)[:30]) for name in list(self.cells)[:8]) or "nothing"
            raise DataFileError(f"{self.where} has no cell for the column '{column}'; found {found}.")
        return self.cells[column]


@dataclass(frozen=True)
class Table:
    """``records`` can be gone through once. ``total`` is how many there are, where the file says so beforehand."""

    name: str
    columns: tuple[str, ...]
    records: Iterator[Record]
    total: int | None = None


def is_readable(path: Path) -> bool:
    """Whether a file's name ends like one of a kind that can be read, in small letters or capitals."""
    return path.suffix.lower() in READABLE


def open_table(source: Path | bytes, name: str = "") -> Table:
    """The table of a file. ``name`` is what bytes are called and says their kind; a path has its own.

    The columns of JSON are those of the first record. Raises DataFileError for a file that is not there, is empty or of
    another kind, and while the records are read for what is damaged in it.
    """
    if isinstance(source, Path):
        name = name or source.name
        if source.is_dir():
            raise DataFileError(f"{source} is a folder. Give a file: {_READABLE}.")
        if not source.is_file():
            raise DataFileError(f"No file {source}. Give a {_READABLE} file.")
    kind = PurePath(name).suffix.lower()
    if kind not in READABLE:
        raise DataFileError(f"Cannot read {name}: expected one of {', '.join(READABLE)}.")
    if kind == ".parquet":
        return _parquet(source, name)
    with _binary(source) as file:
        start = file.read(4)
    alien = next((found for mark, found in _ALIENS.items() if start.startswith(mark)), None)
    if alien:
        raise DataFileError(f"{name} looks like {alien}. Save it as CSV in UTF-8 and give that.")
    lines = _lines(source, name)
    columns, records = _csv(lines, name, kind) if kind in (".csv", ".tsv") else _json(lines, name, kind)
    if not columns:
        raise DataFileError(f"{name} holds no rows. Expected a header, as in text,label, and a row for each text.")
    return Table(name, columns, records)


def _binary(source: Path | bytes) -> BinaryIO:
    return source.open("rb") if isinstance(source, Path) else io.BytesIO(source)


def _lines(source: Path | bytes, name: str) -> Iterator[str]:
    """The lines of a text with their ends, without a byte-order mark."""
    number = 0
    with io.TextIOWrapper(_binary(source), encoding="utf-8-sig", newline="") as file:
        try:
            for number, line in enumerate(file, start=1):
                if "\0" in line:
                    raise DataFileError(
                        f"{name}, line {number} holds a NUL character, so it is no plain text in UTF-8."
                    )
                yield line
        except UnicodeDecodeError as error:
            raise DataFileError(
                f"{name}, line {_undecodable(source)} is not text in UTF-8; the file may be in Latin-1 or another "
                "encoding. Save it as UTF-8."
            ) from error


def _undecodable(source: Path | bytes) -> int:
    """The first line that is not UTF-8. Looked for again, since a stream is decoded in blocks."""
    with _binary(source) as file:
        return next(n for n, line in enumerate(file, start=1) if line.decode("utf-8", "ignore").encode() != line)


def _csv(lines: Iterator[str], name: str, kind: str) -> tuple[tuple[str, ...], Iterator[Record]]:
    """The columns of the header, and the records below it."""
    rows = read_sheet(lines, name, quoted=kind != ".tsv")
    columns = tuple(cell.strip() for cell in next(rows, (0, []))[1])
    twice = next((column for column in columns if column and columns.count(column) > 1), None)
    if twice:
        raise DataFileError(f"{name}: the header names {twice[:40]!r} twice, so it is not known which is meant.")
    return columns, (Record(f"{name}, line {line}", dict(zip(columns, cells, strict=False))) for line, cells in rows)


def _json(lines: Iterator[str], name: str, kind: str) -> tuple[tuple[str, ...], Iterator[Record]]:
    """What the first record names, and all records."""
    records = _objects(lines, name, kind)
    first = next(records, None)
    return ((), records) if first is None else (tuple(first.cells), itertools.chain([first], records))


def _objects(lines: Iterator[str], name: str, kind: str) -> Iterator[Record]:
    """A JSON object a line; or, in a ``.json`` file, a list of them."""
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    first = next(numbered, None)
    if first and kind == ".json" and first[1].lstrip().startswith("["):
        whole = first[1] + "".join(lines)
        listed = _loads(whole, lambda line: f"{name}, line {first[0] - 1 + line}")
        yield from (_object(value, f"{name}, row {number}") for number, value in enumerate(listed, start=1))
        return
    for number, line in itertools.chain([first] if first else [], numbered):
        where = f"{name}, line {number}"
        yield _object(_loads(line, lambda _, where=where: where), where)  # type: ignore[misc]  # a default binds it


def _loads(text: str, where: Callable[[int], str]) -> Any:
    """The value of a JSON text; ``where`` names the line of the file from that of the text."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DataFileError(f"{where(error.lineno)} is not JSON: {error.msg}.") from error
    except (RecursionError, ValueError) as error:  # nested without end, or a number of thousands of digits
        raise DataFileError(f"{where(1)} cannot be read as JSON: {error}.") from error


def _object(value: object, where: str) -> Record:
    if not isinstance(value, dict):
        raise DataFileError(f"{where}: expected a JSON object with a text and a label, found {str(value)[:40]!r}.")
    return Record(where, value)


def _parquet(source: Path | bytes, name: str) -> Table:
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(source if isinstance(source, Path) else pyarrow.BufferReader(source))
    except (pyarrow.ArrowException, OSError) as error:
        raise DataFileError(f"{name} is not a parquet file: {error}.") from error

    def records() -> Iterator[Record]:
        number = 0
        try:
            for batch in file.iter_batches(batch_size=_BATCH_ROWS):
                for cells in batch.to_pylist():
                    number += 1
                    yield Record(f"{name}, row {number}", cells)
        except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
            raise DataFileError(f"{name} cannot be read after row {number}: {error}.") from error

    total = int(file.metadata.num_rows)
    if total == 0:
        raise DataFileError(f"{name} holds no rows.")
    return Table(name, tuple(file.schema_arrow.names), records(), total)

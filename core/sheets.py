"""A CSV sheet: text with a header line, read as any program may have written it and written as Excel wants to read it.

Read are commas, semicolons and tabs, Excel's ``sep=`` line, and tab-separated files without quoting (GLUE's). What
would lose or shift a cell without a word (a quote that is never closed, a row longer than its header) is an error that
names the line. Used by the reader of all data files and by every export.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from core.errors import DataFileError

BYTE_ORDER_MARK = "\ufeff"
# Spreadsheets run a cell that begins with one of these; the wide forms count for some.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_SEPARATORS = ",;\t"
_LONGEST_CELL = 1 << 24


def write_sheet(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A CSV with a byte-order mark, without which Excel garbles accents; to be encoded as UTF-8.

    A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers, None is empty.
    """
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([harmless(name) for name in columns])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue()


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet runs: a text that looks like a formula gets an apostrophe in front."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def unguarded(cell: str) -> str:
    """A cell as it was before :func:`write_sheet` kept a spreadsheet from running it."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def read_sheet(lines: Iterable[str], name: str, quoted: bool = True) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet with the line each begins on, the header first; blank lines are passed over.

    A row may have fewer cells than the header, never more. ``lines`` keep their line ends and hold no byte-order mark;
    ``quoted`` is False for tab-separated text in which a quote is a character like any other. Raises DataFileError for
    what is no sheet; ``name`` is the file's, for it.
    """
    csv.field_size_limit(_LONGEST_CELL)
    source = iter(lines)
    first, before, separator = _first_line(source, "\t" if not quoted else None)
    if not first:
        return
    lines = _chain(first, source)
    if quoted:
        reader = csv.reader(lines, delimiter=separator, strict=True)
    else:
        reader = csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)
    width = 0
    while True:
        began = before + reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise DataFileError(
                f"{name}, line {began} is not CSV ({error}): a quote is never closed, or stands inside a quoted cell. "
                "Put a text that holds a comma, a quote or a line break between double quotes, and write a quote "
                'inside it twice: "".'
            ) from error
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        width = width or len(cells)
        if len(cells) > width:
            cause = "a comma in the text outside double quotes" if quoted else "a tab or a line break in the text"
            raise DataFileError(
                f"{name}, line {began} has {len(cells)} cells, the header has {width}. The usual cause is {cause}."
            )
        yield began, cells


def _first_line(source: Iterator[str], separator: str | None) -> tuple[str, int, str]:
    """The header's line, how many lines stand before it, and what separates its cells."""
    before = 0
    for line in source:
        mark = line.strip(' \r\n"')
        if separator is None and mark.lower().startswith("sep=") and len(mark) == 5:
            separator = mark[-1]
        elif line.strip(' \t\r\n,;"'):
            return line, before, separator or max(_SEPARATORS, key=line.count)
        before += 1
    return "", before, separator or ","


def _chain(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest

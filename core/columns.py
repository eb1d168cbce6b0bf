"""Which columns of a file hold the texts and the label of a task, and what a cell says as a text.

Letter case and blanks around a column's name do not matter. A label column that is called otherwise but usual
(``sentiment``) is taken too; whoever reads the file says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import DataFileError
from core.tables import Record, Table
from core.tasks import Task

TEXT_A = ("text", "text_a", "review", "sentence", "premise", "sentence1")
TEXT_B = ("text2", "text_b", "hypothesis", "sentence2")
LABEL = "label"
LABELS = (LABEL, "gold_label", "labels", "sentiment", "class", "category", "target", "polarity")


@dataclass(frozen=True)
class Columns:
    """The columns as the file spells them; None for what it does not have."""

    text_a: str
    text_b: str | None
    label: str | None

    @property
    def is_plain(self) -> bool:
        """Whether the label stands under its own name, or nowhere."""
        return self.label is None or _key(self.label) == LABEL


def find_columns(table: Table, task: Task) -> Columns:
    """Where the texts and the label of ``task`` stand. Raises DataFileError, also for a second text too many."""
    first = ("premise", *TEXT_A) if task.is_pair else TEXT_A
    text_a = find_column(table, (task.text_names[0], *first), "texts")
    second = find_column(table, (*task.text_names[1:], *TEXT_B), "second texts", needed=task.is_pair)
    label = find_column(table, LABELS, "labels", needed=False)
    assert text_a is not None
    if second is not None and not task.is_pair:
        raise DataFileError(
            f"{table.name} has a second text in its column '{second}', task '{task.name}' has one text. Take the "
            "column out, or choose a task of pairs."
        )
    return Columns(text_a, second, label)


def find_column(table: Table, names: Sequence[str], what: str, needed: bool = True) -> str | None:
    """The first of ``names`` among the columns, as the file spells it; ``what`` it would hold.

    Raises DataFileError where two columns go by that name, and where there is none but one is ``needed``.
    """
    keys: dict[str, str] = {}
    for column in table.columns:
        if keys.setdefault(_key(column), column) != column and _key(column) in names:
            raise DataFileError(f"{table.name} has two columns {_key(column)!r}, so it is not known which is meant.")
    found = next((keys[name] for name in map(_key, names) if name in keys), None)
    if found is None and needed:
        raise no_column(table, names, what)
    return found


def no_column(table: Table, names: Sequence[str], what: str) -> DataFileError:
    """The error of a file without a column that is needed: what was looked for, what is there."""
    found = ", ".join(repr(column[:30]) for column in table.columns[:8])
    wanted = ", ".join(dict.fromkeys(names))
    return DataFileError(f"{table.name} has no column for its {what}: looked for {wanted}; found {found}.")


def cell_text(record: Record, column: str) -> str:
    """A cell as a text; bytes are read as UTF-8, an empty cell is an empty text.

    Raises DataFileError for anything else (a number, a list, NaN); the message names the row.
    """
    cell = record.cell(column)
    if isinstance(cell, bytes):
        try:
            return cell.decode("utf-8")
        except UnicodeDecodeError:
            raise DataFileError(f"{record.where}: the bytes in column '{column}' are not text in UTF-8.") from None
    if cell is None or isinstance(cell, str):
        return cell or ""
    raise DataFileError(f"{record.where}: expected a text in column '{column}', found {str(cell)[:40]!r}.")


def whole_text(text: str) -> str:
    """``text`` with every half of a surrogate pair replaced, which no file and no tokenizer could hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _key(column: str) -> str:
    return column.strip().casefold()

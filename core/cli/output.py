"""How results reach the reader: JSON lines or tables on stdout, progress on stderr."""

import codecs
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from core.ranges import as_text
from core.settings import Setting
from core.strict_json import to_json


def emit(record: Any) -> None:
    """One JSON line; escaped where the reader's encoding is not UTF-8, so that nothing is lost."""
    ascii = codecs.lookup(sys.stdout.encoding or "ascii").name != "utf-8"
    sys.stdout.write(to_json(record, ascii=ascii) + "\n")
    sys.stdout.flush()


def show(*renderables: Any, err: bool = False) -> None:
    """Tables and texts for a person, on stdout or stderr; no text in them is read as markup."""
    console = Console(stderr=err, highlight=False)
    for renderable in renderables:
        console.print(Text(renderable) if isinstance(renderable, str) else renderable)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A table of plain values; numbers are right-aligned, nothing in it is read as markup."""
    listed = [list(row) for row in rows]
    made = Table(title=Text(title), title_justify="left", box=None, pad_edge=False, header_style="bold")
    for place, column in enumerate(columns):
        numbers = all(isinstance(row[place], int | float) for row in listed)
        made.add_column(Text(column), justify="right" if numbers else "left", overflow="fold")
    for row in listed:
        made.add_row(*(_cell(value) for value in row))
    return made


def _cell(value: Any) -> Text:
    if isinstance(value, Text):
        return value
    return Text(f"{value:.4f}" if isinstance(value, float) else str(value))


def settings_table(title: str, settings: Sequence[Setting]) -> Table:
    """What ``--settings`` shows."""
    rows = [(s.path, _setting_value(s.value), s.expects) for s in settings]
    return table(title, ["setting", "value", "expects"], rows)


def _setting_value(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else as_text(value)


def note(message: str, bar: "Bar | None" = None) -> None:
    """A line on stderr; above the bar while one is shown."""
    console = bar.console if bar is not None else Console(stderr=True)
    console.print(Text(message), soft_wrap=True)


@contextmanager
def progress(description: str, total: float | None, visible: bool = True) -> Iterator["Bar"]:
    """A progress bar on stderr, gone when done; nothing where stderr is not a terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TimeRemainingColumn(), TextColumn("{task.fields[note]}", markup=False),
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True, disable=not (visible and console.is_terminal)) as shown:
        yield Bar(shown, shown.add_task(description, total=total, note=""))


class Bar:
    """A running progress bar."""

    def __init__(self, shown: Progress, task: Any) -> None:
        self._shown, self._task = shown, task
        self.console = shown.console

    def at(self, done: float, note: str = "", total: float | None = None) -> None:
        """``done`` of the total is done."""
        if total is not None:
            self._shown.update(self._task, total=total)
        self._shown.update(self._task, completed=done, note=note)

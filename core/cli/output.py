"""How results reach the reader: JSON lines or tables on stdout, progress on stderr."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from core.cli.settings import Setting
from core.events import json_line


def emit(record: Any) -> None:
    """One JSON line; dataclasses become objects."""
    plain = asdict(record) if is_dataclass(record) and not isinstance(record, type) else record
    sys.stdout.write(json_line(plain) + "\n")
    sys.stdout.flush()


def show(*renderables: Any) -> None:
    """Tables and texts for a person, on stdout."""
    console = Console(highlight=False)
    for renderable in renderables:
        console.print(Text(renderable) if isinstance(renderable, str) else renderable)


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """A table of plain values; numbers are right-aligned, nothing in it is read as markup."""
    listed = [list(row) for row in rows]
    made = Table(title=Text(title), title_justify="left", box=None, pad_edge=False, header_style="bold")
    for place, column in enumerate(columns):
        numbers = all(isinstance(row[place], int | float) for row in listed)
        made.add_column(column, justify="right" if numbers else "left", overflow="fold")
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
    if isinstance(value, bool):
        return "on" if value else "off"
    return "none" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)


def note(message: str, bar: "Bar | None" = None) -> None:
    """A line on stderr; above the bar while one is shown."""
    console = bar.console if bar is not None else Console(stderr=True)
    console.print(Text(message), soft_wrap=True)


@contextmanager
def progress(description: str, total: float | None, visible: bool = True) -> Iterator["Bar"]:
    """A progress bar on stderr, gone when done; nothing where stderr is not a terminal."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TimeRemainingColumn(), TextColumn("{task.fields[note]}"),
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

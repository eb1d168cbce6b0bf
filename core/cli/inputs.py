"""What a command is asked about: options, lines of stdin, or a file of any size, always as a stream of rows."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from core.cli.options import TextOptions
from core.datasets import Row, RowFile, distinct, read_rows
from core.errors import InputError
from core.tasks import Example, Task


@dataclass(frozen=True)
class Source:
    """Rows to answer; ``total`` is known for some files only. ``is_file`` asks for JSON lines and a progress bar."""

    rows: Iterator[Row]
    is_file: bool
    total: int | None


def read_source(task: Task, texts: TextOptions, file: Path | None, names: Mapping[str, str]) -> Source:
    """The rows that the options name; with none of them, the lines of stdin (a pair is two columns with a tab between).

    ``names`` are labels that a file calls otherwise. Raises InputError for options that do not fit the task, an empty
    text, or nothing given.
    """
    text, premise, hypothesis = texts.text, texts.premise, texts.hypothesis
    options = (("--text", text), ("--premise", premise), ("--hypothesis", hypothesis))
    given = [name for name, value in options if value and value.strip()]
    wanted = ["--premise", "--hypothesis"] if task.is_pair else ["--text"]
    if file is not None:
        if given:
            raise InputError(f"Give {given[0]} or --input, not both.")
        opened = read_rows(file, task, names)
        return Source(told(opened, iter(opened)), True, opened.total)
    if (text, premise, hypothesis) == (None, None, None):
        if sys.stdin is None or sys.stdin.isatty():
            raise InputError(f"Nothing to read. Give {' and '.join(wanted)}, --input FILE, or lines on stdin.")
        return Source(_lines(task), False, None)
    if given != wanted:
        found = " and ".join(given) or "none"
        raise InputError(f"Task '{task.name}' needs {' and '.join(wanted)} with some text, was given {found}.")
    example = Example(premise or "", hypothesis) if task.is_pair else Example(text or "")
    return Source(iter([Row(example, None)]), False, 1)


def _lines(task: Task) -> Iterator[Row]:
    number = 0
    for number, line in enumerate(sys.stdin, start=1):
        parts = line.rstrip("\r\n").split("\t") if task.is_pair else [line.rstrip("\r\n")]
        if len(parts) != len(task.text_names) or not all(part.strip() for part in parts):
            wanted = " and ".join(task.text_names)
            how = ", a tab between" if task.is_pair else ""
            raise InputError(f"stdin, line {number}: expected a {wanted}{how}, found {line.rstrip()[:40]!r}.")
        yield Row(Example(*parts), None)
    if number == 0:
        raise InputError("stdin is empty. Give one text a line.")


def learning_rows(path: Path, task: Task, names: Mapping[str, str]) -> list[Row]:
    """The labelled rows of a file to learn from or to test on, each example once; what is left out is told."""
    from core.cli.output import note

    opened = read_rows(path, task, names)
    found = distinct(told(opened, opened.labelled()))
    for line in found.notes(path.name):
        note(line)
    return list(found.rows)


def told(file: RowFile, rows: Iterator[Row]) -> Iterator[Row]:
    """``rows`` of ``file``, and at their end on stderr what was taken for what in it, and what was left out."""
    from core.cli.output import note

    yield from rows
    for line in file.notes():
        note(line)

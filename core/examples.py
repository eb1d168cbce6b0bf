"""Example texts to start from, written for this project: one JSON file a task in ``assets/examples``.

A file is ``{"source": ..., "examples": [...]}``; an example has a title for a menu, a label, a topic, a note that says
what makes it interesting, and the task's texts under their own names (``review``, or ``premise`` and ``hypothesis``).
Used by the page's menus, the command line and the tests.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import DataFileError
from core.resources import ASSETS, Resource
from core.strict_json import from_json
from core.tasks import BUILT_IN_TASKS, Example, Task, get_task

EXAMPLES_FOLDER = ASSETS / "examples"


@dataclass(frozen=True)
class ExampleText:
    """A text to try, and what the person who wrote it meant: ``label`` is the author's, not a model's."""

    text_a: str
    text_b: str | None
    label: str
    note: str
    topic: str
    title: str

    @property
    def example(self) -> Example:
        """What a classifier takes."""
        return Example(self.text_a, self.text_b)


@functools.lru_cache(maxsize=16)
def load_examples(task_name: str) -> tuple[ExampleText, ...]:
    """The example texts of a task, easy ones first; none for a task of your own without a file.

    Raises UnknownNameError for an unknown task, DataFileError for a file that does not fit it.
    """
    task = get_task(task_name)
    path = EXAMPLES_FOLDER / f"{task.name}.json"
    if task.name not in BUILT_IN_TASKS and not path.is_file():
        return ()
    Resource(path, f"example texts of task '{task.name}'", f"git checkout assets/examples/{path.name}").require()
    return parse_examples(path.read_text(encoding="utf-8"), task, path.name)


def parse_examples(content: str, task: Task, where: str) -> tuple[ExampleText, ...]:
    """The examples of a JSON document, each checked against the task. Raises DataFileError that names the example."""
    try:
        records = list(from_json(content)["examples"])
    except (ValueError, KeyError, TypeError) as error:
        raise DataFileError(f'{where}: expected {{"source": ..., "examples": [...]}}, found {error!r}.') from error
    examples = tuple(_example(record, task, f"{where}, example {n}") for n, record in enumerate(records, start=1))
    for field in ("title", "example"):
        values = [getattr(example, field) for example in examples]
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            raise DataFileError(f"{where}: two examples have the same {field}: {twice!r}.")
    return examples


def _example(record: Mapping[str, Any], task: Task, where: str) -> ExampleText:
    expected = {"title", "label", "topic", "note", *task.text_names}
    if not isinstance(record, Mapping) or set(record) != expected:
        given = str(sorted(record)) if isinstance(record, Mapping) else f"{record!r:.100}"
        raise DataFileError(f"{where}: expected the fields {sorted(expected)}, was given {given}.")
    for name, value in record.items():
        if not isinstance(value, str) or not value.strip() or value != value.strip():
            raise DataFileError(f"{where}: {name} must be a text without blanks around it, was given {value!r}.")
    if record["label"] not in task.labels:
        raise DataFileError(f"{where}: label must be one of {', '.join(task.labels)}, was given {record['label']!r}.")
    texts = [record[name] for name in task.text_names]
    return ExampleText(
        text_a=texts[0],
        text_b=texts[1] if task.is_pair else None,
        label=record["label"],
        note=record["note"],
        topic=record["topic"],
        title=record["title"],
    )

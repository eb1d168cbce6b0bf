"""A task as data: its labels, which text is perturbed, how long a text may be; and an example of it.

IMDB and MNLI are the paper's (METHODS, section 1). Register a third one with :func:`register`; nothing else in the
program needs to know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from core.errors import ConfigError, InputError, UnknownNameError


@dataclass(frozen=True)
class Example:
    """What is classified: one text, or a premise and a hypothesis."""

    text_a: str
    text_b: str | None = None


@dataclass(frozen=True)
class Task:
    """What a classifier is asked, and which of its texts an attack or a defence may change.

    ``labels`` are in the order shown to users; a checkpoint's own order is mapped onto it by name.
    ``perturb`` names the text that may change; the other one is never touched.
    """

    name: str
    title: str
    labels: tuple[str, ...]
    perturb: Literal["text_a", "text_b"]
    max_pieces: int
    text_names: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(set(self.labels)) != len(self.labels) or len(self.labels) < 2:
            raise ConfigError(f"Task '{self.name}' needs two or more distinct labels, was given {self.labels}.")
        if self.perturb not in ("text_a", "text_b") or (self.perturb == "text_b" and not self.is_pair):
            raise ConfigError(f"Task '{self.name}': perturb must name one of its texts, was given '{self.perturb}'.")
        if not 8 <= self.max_pieces <= 512:
            raise ConfigError(f"Task '{self.name}': max_pieces must be 8 to 512, was given {self.max_pieces}.")

    @property
    def is_pair(self) -> bool:
        """True for a premise and a hypothesis, False for a single text."""
        return len(self.text_names) == 2

    def text(self, example: Example) -> str:
        """The text of ``example`` that may be perturbed."""
        if self.perturb == "text_a":
            return example.text_a
        if example.text_b is None:
            raise InputError(f"Task '{self.name}' needs a {self.text_names[1]} beside the {self.text_names[0]}.")
        return example.text_b

    def with_text(self, example: Example, text: str) -> Example:
        """``example`` with its perturbed text replaced; the other text is the same object."""
        return replace(example, **{self.perturb: text})


_TASKS: dict[str, Task] = {}
BUILT_IN_TASKS = ("imdb", "mnli")
"""Tasks of the program itself; any other is somebody's own."""


def register(task: Task) -> Task:
    """Make ``task`` known by its name; a name can be taken once."""
    if task.name in _TASKS and _TASKS[task.name] != task:
        raise ConfigError(f"A different task is already registered as '{task.name}'.")
    _TASKS[task.name] = task
    return task


def register_record(record: Mapping[str, Any]) -> Task:
    """Register a task from its record (:func:`dataclasses.asdict`), as a model's card holds it."""
    texts = {name: tuple(record[name]) for name in ("labels", "text_names")}
    return register(Task(**{**record, **texts}))


def get_task(name: str) -> Task:
    """The task of that name."""
    if name not in _TASKS:
        raise UnknownNameError("task", name, _TASKS, "Register one with core.tasks.register(Task(...)).")
    return _TASKS[name]


def task_names() -> tuple[str, ...]:
    """All registered names, in order of registration."""
    return tuple(_TASKS)


IMDB = register(Task("imdb", "Review sentiment", ("negative", "positive"), "text_a", 256, ("review",)))
MNLI = register(
    Task("mnli", "Entailment", ("entailment", "neutral", "contradiction"), "text_b", 128, ("premise", "hypothesis"))
)

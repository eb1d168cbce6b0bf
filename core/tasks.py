"""A task as data: its labels, which text is perturbed, how long a text may be; and an example of it.

IMDB and MNLI are the paper's (METHODS, section 1); all that the program says of them or opens for them stands here, at
the end. Register a third one with :func:`register`; nothing else in the program needs to know. Only settings that were
tuned for a task stand with the component they belong to, under :attr:`Task.settings_of`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from core.errors import ConfigError, InputError, UnknownNameError
from core.labels import label_key


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
        if len(set(map(label_key, self.labels))) != len(self.labels) or len(self.labels) < 2:
            raise ConfigError(f"Task '{self.name}' needs two or more distinct labels, was given {self.labels}.")
        if self.perturb not in ("text_a", "text_b") or (self.perturb == "text_b" and not self.is_pair):
            raise ConfigError(f"Task '{self.name}': perturb must name one of its texts, was given '{self.perturb}'.")
        if not 8 <= self.max_pieces <= 512:
            raise ConfigError(f"Task '{self.name}': max_pieces must be 8 to 512, was given {self.max_pieces}.")

    @property
    def is_pair(self) -> bool:
        """True for a premise and a hypothesis, False for a single text."""
        return len(self.text_names) == 2

    @property
    def plain_model(self) -> str:
        """The name that the task's plain classifier has among the built-in models."""
        return f"{self.name}-plain"

    @property
    def settings_of(self) -> str:
        """The task whose tuned settings it takes: its own, or IMDB's for one text and MNLI's for a pair."""
        return self.name if self.name in BUILT_IN_TASKS else BUILT_IN_TASKS[self.is_pair]

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


@dataclass(frozen=True)
class Split:
    """A file of the data folder, and what it holds: said wherever a number was measured on it."""

    file: str
    note: str


@dataclass(frozen=True)
class About:
    """What is said of a task, and the data that is at hand for it.

    ``one`` and ``many`` of its texts are named in menus; ``licences`` and ``limits`` stand on the cards of its models,
    ``$pieces`` in them for how much of a text is read; ``hub_data`` are names of data sets on the Hub, and ``call`` are
    a tokenizer's arguments for a text to try.
    """

    one: str
    many: str
    call: str
    licences: str = "Data: see its own licence."
    limits: str = "At most $pieces pieces are read."
    hub_data: tuple[str, ...] = ()
    splits: Mapping[str, Split] = field(default_factory=dict)


_TASKS: dict[str, Task] = {}
_ABOUT: dict[str, About] = {}


def register(task: Task, about: About | None = None) -> Task:
    """Make ``task`` known by its name; a name can be taken once. Without ``about``, its title says what it is."""
    if task.name in _TASKS and _TASKS[task.name] != task:
        raise ConfigError(f"A different task is already registered as '{task.name}'.")
    _TASKS[task.name] = task
    if about is not None:
        _ABOUT[task.name] = about
    return task


def about(task: Task) -> About:
    """What there is to say of a task."""
    call = '"One text.", "Another text."' if task.is_pair else '"A text."'
    return _ABOUT.get(task.name) or About(task.title, task.title, call)


def register_record(record: Mapping[str, Any]) -> Task:
    """Register a task from its record (:func:`dataclasses.asdict`), as a model's card holds it.

    Raises ConfigError for names that are no texts.
    """
    texts = {name: tuple(record[name]) for name in ("labels", "text_names")}
    for name, given in [*texts.items(), ("name", [record["name"]]), ("title", [record["title"]])]:
        if not all(isinstance(one, str) for one in given):
            raise ConfigError(f"The {name} of a task must be text, was given {given!r:.80}.")
    return register(Task(**{**record, **texts}))


def get_task(name: str) -> Task:
    """The task of that name."""
    if name not in _TASKS:
        raise UnknownNameError("task", name, _TASKS, "Register one with core.tasks.register(Task(...)).")
    return _TASKS[name]


def task_names() -> tuple[str, ...]:
    """All registered names, in order of registration."""
    return tuple(_TASKS)


IMDB = register(
    Task("imdb", "Review sentiment", ("negative", "positive"), "text_a", 256, ("review",)),
    About(
        one="A film review",
        many="Film reviews",
        call='"A slow film, but the actors are wonderful."',
        licences="IMDB reviews: Maas et al. 2011, for research.",
        limits="Film reviews in English; the first $pieces pieces are read. Other texts get an answer that means "
        "little.",
        hub_data=("stanfordnlp/imdb",),
        splits={
            "train": Split("imdb/train.parquet", "IMDB train (Maas et al. 2011)"),
            "test": Split("imdb/test.parquet", "IMDB test, the part at hand, rows also in train dropped"),
        },
    ),
)
MNLI = register(
    Task("mnli", "Entailment", ("entailment", "neutral", "contradiction"), "text_b", 128, ("premise", "hypothesis")),
    About(
        one="A premise and a hypothesis",
        many="Premise and hypothesis",
        call='"A man walks his dog in the rain.", "A man is outside."',
        licences="MultiNLI: Williams et al. 2018, mostly OANC's licence; SNLI: Bowman et al. 2015, CC BY-SA 4.0.",
        limits="Written English; trained on the part of MultiNLI at hand (29,340 of 392,702 pairs) beside SNLI, so it "
        "is well below published models trained on all of it. At most $pieces pieces are read.",
        hub_data=("nyu-mll/multi_nli", "stanfordnlp/snli"),
        splits={
            "train": Split("nli/mnli_train.parquet", "MultiNLI train, the part at hand"),
            "extra": Split("nli/snli.parquet", "SNLI, extra training pairs for MNLI"),
            # MultiNLI's test labels were never published: the paper's dev set, dev_matched, is what is tested on.
            "test": Split(
                "nli/mnli_dev_matched.parquet", "MultiNLI dev_matched (the paper's dev set), the part at hand"
            ),
        },
    ),
)
BUILT_IN_TASKS = (IMDB.name, MNLI.name)
"""Tasks of the program itself, of one text and of a pair; any other is somebody's own."""

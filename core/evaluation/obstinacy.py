"""Obstinacy: does a classifier miss a change that turns the meaning round?

The question is that of Balanced Adversarial Training (Chen et al. 2022): a defence teaches that a swapped word changes
nothing. Twins are two texts that differ in an antonym, a negation, a number or in who does what, and that have opposite
labels: to answer both alike is to have learned too much of it. Who always gives one answer tells no twins apart. The
twins that ship were written for this project (``assets/twins``), so accuracy on them estimates none on a data set.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.datasets import Row
from core.errors import DataFileError
from core.evaluation.statistics import Estimate, PairedTest, mcnemar, share
from core.models.classifier import Classifier
from core.resources import ASSETS, Resource
from core.strict_json import from_json
from core.tasks import Example, Task

ALL = "all"


@dataclass(frozen=True)
class Twin:
    """Two texts with opposite labels, and what makes them differ."""

    kind: str
    first: Row
    second: Row


@dataclass(frozen=True)
class Answered:
    """A classifier's answers to twins, in order: both right, and both the same (then one of them is wrong)."""

    kinds: tuple[str, ...]
    told_apart: tuple[bool, ...]
    same_answer: tuple[bool, ...]


@dataclass(frozen=True)
class Obstinacy:
    """Of one kind of twins (or all): the shares told apart and given the same answer; n counts twins."""

    kind: str
    told_apart: Estimate
    same_answer: Estimate


def load_twins(task: Task) -> tuple[Twin, ...]:
    """The twins that ship for a task. Raises MissingResourceError for a task without, DataFileError for a bad file."""
    path = ASSETS / "twins" / f"{task.name}.json"
    Resource(path, f"twins of task '{task.name}'", f"git checkout assets/twins/{path.name}").require()
    return parse_twins(path.read_text(encoding="utf-8"), task, path.name)


def some_twins(task: Task, n: int) -> list[Row]:
    """``n`` labelled texts of the twins, or as many as there are: spread over all kinds, firsts and seconds in turn."""
    twins = load_twins(task)
    step = max(1, len(twins) // max(1, n))
    return [twin.second if place % 2 else twin.first for place, twin in enumerate(twins[::step][:n])]


def parse_twins(content: str, task: Task, where: str) -> tuple[Twin, ...]:
    """The twins of a JSON document. Raises DataFileError that names the twin."""
    try:
        document = from_json(content)
        labels = [task.labels.index(name) for name in document["labels"]]
        records = list(document["twins"])
    except (ValueError, KeyError, TypeError) as error:
        raise DataFileError(f'{where}: expected {{"labels": [two of the task], "twins": [...]}}: {error!r}.') from error
    if len(set(labels)) != 2:
        raise DataFileError(f"{where}: twins have two different labels, was given {document['labels']}.")
    return tuple(_twin(record, task, labels, f"{where}, twin {n}") for n, record in enumerate(records, start=1))


def _twin(record: object, task: Task, labels: Sequence[int], where: str) -> Twin:
    names = task.text_names
    expected = {"kind", *names, "twin"}
    if not isinstance(record, dict) or set(record) != expected:
        raise DataFileError(f"{where}: expected the fields {sorted(expected)}.")
    if not all(isinstance(value, str) and value.strip() for value in record.values()):
        raise DataFileError(f"{where}: every field is a text.")
    if record["kind"] == ALL:
        raise DataFileError(f"{where}: '{ALL}' is the name of all kinds together.")
    example = Example(record[names[0]], record[names[1]] if task.is_pair else None)
    twin = task.with_text(example, record["twin"])
    if twin == example:
        raise DataFileError(f"{where}: the twins are the same.")
    return Twin(record["kind"], Row(example, labels[0]), Row(twin, labels[1]))


def ask_twins(classifier: Classifier, twins: Sequence[Twin]) -> Answered:
    """Both texts of every twin, in one call. A randomised classifier is asked for one draw."""
    rows = [row for twin in twins for row in (twin.first, twin.second)]
    answers = [answer.label for answer in classifier.predict([row.example for row in rows])]
    right = [answer == row.label for answer, row in zip(answers, rows, strict=True)]
    return Answered(
        tuple(twin.kind for twin in twins),
        tuple(a and b for a, b in zip(right[::2], right[1::2], strict=True)),
        tuple(a == b for a, b in zip(answers[::2], answers[1::2], strict=True)),
    )


def obstinacy(answered: Answered) -> tuple[Obstinacy, ...]:
    """The shares by kind, in order of their first twin, and over all; Wilson's intervals."""
    found = []
    for kind in (*dict.fromkeys(answered.kinds), ALL):
        places = [i for i, one in enumerate(answered.kinds) if kind in (one, ALL)]
        found.append(
            Obstinacy(
                kind,
                share(sum(answered.told_apart[i] for i in places), len(places)),
                share(sum(answered.same_answer[i] for i in places), len(places)),
            )
        )
    return tuple(found)


def compare(first: Answered, second: Answered) -> PairedTest:
    """McNemar's exact test over the same twins: who tells more of them apart."""
    return mcnemar(first.told_apart, second.told_apart)

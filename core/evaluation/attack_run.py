"""An attack over many rows, kept in a JSON-lines file that grows as results come and survives a kill at any moment.

One line a row, in order, each with everything that made it. Rows run in fixed groups (see :func:`attack_many`), and a
resumed run takes up at the start of the group it was killed in: rows already in the file are not written again, and the
file ends the same, byte for byte, as one of an uninterrupted run on the same machine. Lines hold no times; those go
with the summary.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from core.attacks.attack import Attack
from core.attacks.driver import TOGETHER
from core.datasets import Row
from core.errors import ConfigError, DataFileError
from core.evaluation.attack_lines import EDITION, Prepared, as_record, attack_lines, provenance, row_of
from core.models.classifier import Classifier
from core.strict_json import from_json, to_json
from core.tasks import Task
from core.work.engine import HERE, Engine, in_order

Record = dict[str, Any]


@dataclass(frozen=True)
class Progress:
    """``record`` is the row just finished; ``done`` counts the rows in the file or stream so far."""

    done: int
    record: Record


def refuse_written(path: Path, resume: bool) -> None:
    """Raises ConfigError if the file holds something already and is not to be gone on with."""
    if path.exists() and path.stat().st_size and not resume:
        raise ConfigError(f"{path} is there already. Give --resume to go on with it, or another name.")


def run_attack(
    attack: Attack,
    classifier: Classifier,
    rows: Iterable[Row],
    together: int = TOGETHER,
    path: Path | None = None,
    resume: bool = False,
    searched: Classifier | None = None,
    engine: Engine = HERE,
    elsewhere: Callable[[], Prepared] | None = None,
) -> Iterator[Progress]:
    """Attack the rows, in order; with ``path``, each record is appended and flushed before it is yielded.

    An ``engine`` of several processes needs ``elsewhere``, which prepares attack and classifier anew in each of them
    (:meth:`core.evaluation.attack_recipe.AttackRecipe.prepare`).
    ``resume`` goes on with the file. Raises ConfigError if the file is there and ``resume`` is not given, or if it was
    made by other settings, and DataFileError if it does not belong to these rows.
    """
    task = classifier.task
    made_by = provenance(attack, searched or classifier, classifier, together)
    stream = iter(rows)
    begin = done = 0
    if path is not None:
        refuse_written(path, resume)
        path.parent.mkdir(parents=True, exist_ok=True)
        group: list[Row] = []
        for record in read_records(path, mend=True) if path.exists() else ():
            group.append(_belongs(record, next(stream, None), task, made_by, path))
            done += 1
            if done % together == 0:
                group.clear()
        begin = done - len(group)
        stream = chain(group, stream)
    file = path.open("a", encoding="utf-8", newline="\n") if path is not None else None
    try:
        work = AttackWork(elsewhere or (lambda: (attack, classifier, searched)), made_by)
        for record in in_order(engine.run(work, groups(stream, together, begin))):
            if record["i"] >= done:
                _append(file, record)
                yield Progress(record["i"] + 1, record)
    finally:
        if file is not None:
            file.close()


@dataclass(frozen=True)
class Group:
    """Rows that are attacked together; ``begin`` is the index of the first."""

    begin: int
    rows: tuple[Row, ...]


def groups(rows: Iterable[Row], together: int, begin: int = 0) -> Iterator[Group]:
    """The rows in fixed groups of ``together``, the first of them row ``begin``."""
    stream = iter(rows)
    while rows_of_one := tuple(islice(stream, together)):
        yield Group(begin, rows_of_one)
        begin += len(rows_of_one)


@dataclass(frozen=True)
class AttackWork:
    """Attacking a group: ``open`` prepares attack, classifier and what the attacker looks at, where that runs.

    Guarantees: the records of a group are a function of the group and of what ``open`` prepares.
    """

    open: Callable[[], Prepared]
    made_by: Record

    def __call__(self) -> Callable[[Group], Iterator[Record]]:
        """Opened: answers a group's records in order, each as soon as all before it are there."""
        prepared = self.open()

        def records(group: Group) -> Iterator[Record]:
            for place, line in enumerate(attack_lines(prepared, group.rows)):
                yield as_record(group.begin + place, line, self.made_by)

        return records


def read_records(path: Path, mend: bool = False) -> Iterator[Record]:
    """The records of a results file, in order. A torn last line is passed over, and cut off with ``mend``.

    Raises DataFileError for a line in the middle that is not a record.
    """
    whole = 0
    with path.open("rb") as file:
        for number, line in enumerate(file):
            record = _parsed(line)
            if record is None or record.get("i") != number:
                if line.endswith(b"\n") and record is not None:
                    raise DataFileError(f"{path.name}, line {number + 1} is not the result of row {number}.")
                if file.read(1):
                    raise DataFileError(f"{path.name}, line {number + 1} is damaged.")
                break
            whole += len(line)
            yield record
    if mend and path.stat().st_size > whole:
        with path.open("r+b") as file:
            file.truncate(whole)


def _parsed(line: bytes) -> Record | None:
    if not line.endswith(b"\n"):
        return None
    try:
        record = from_json(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) else None


def _append(file: IO[str] | None, record: Record) -> None:
    if file is not None:
        file.write(to_json(record) + "\n")
        file.flush()


def _belongs(record: Record, row: Row | None, task: Task, made_by: Record, path: Path) -> Row:
    """``row``, if the record in the file is of it and was made by the same settings."""
    expected = json.loads(json.dumps(made_by))
    found = record.get("made_by") or {}
    if (edition := found.get("edition", 1)) != EDITION:
        raise ConfigError(
            f"{path.name} was made by edition {edition} of the attacks, this is edition {EDITION}: from the same "
            "settings and seed they draw and judge otherwise. Give another name for this run."
        )
    if found != expected:
        differ = ", ".join(sorted(k for k in {*found, *expected} if found.get(k) != expected.get(k)))
        raise ConfigError(f"{path.name} was made by other settings ({differ}). Give another name for this run.")
    another = "Give another name for this run."
    if row is None:
        raise DataFileError(f"{path.name} holds row {record.get('i')}, the rows given end before it. {another}")
    changed = [name for name, value in row_of(row, task).items() if record.get(name) != value]
    if changed == ["given"]:
        raise DataFileError(
            f"{path.name}: row {record.get('i')} had the label {_label_name(record.get('given'), task)}, now it is "
            f"{_label_name(row.label, task)}. {another}"
        )
    if changed:
        raise DataFileError(f"{path.name}: row {record.get('i')} is of another text. {another}")
    return row


def _label_name(label: Any, task: Task) -> str:
    return f"'{task.labels[label]}'" if label in range(len(task.labels)) else "none"

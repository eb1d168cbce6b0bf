"""An attack over many rows, kept in a JSON-lines file that grows as results come and survives a kill at any moment.

One line a row, in order, each with everything that made it. Rows run in fixed groups (see :func:`attack_many`), and a
resumed run takes up at the start of the group it was killed in: rows already in the file are not written again, and the
file ends the same, byte for byte, as one of an uninterrupted run on the same machine. Lines hold no times; those go
with the summary.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from core.attacks.attack import Attack
from core.attacks.driver import TOGETHER, attack_many
from core.attacks.events import AttackFinished, AttackStarted
from core.datasets import Row
from core.defenses.described import described
from core.errors import ConfigError, DataFileError
from core.models.classifier import Classifier, is_randomised
from core.strict_json import to_json
from core.tasks import Task
from core.work.engine import HERE, Engine, in_order

Record = dict[str, Any]
EDITION = 2
"""Raised whenever the same settings and seed come to give other results, so that no run goes on with another's file.

2: FIVE's normals are 16-bit quantiles of one Philox stream, ``bench2021`` compares with the previous text.
"""


@dataclass(frozen=True)
class Progress:
    """``record`` is the row just finished; ``done`` counts the rows in the file or stream so far."""

    done: int
    record: Record


def run_attack(
    attack: Attack,
    classifier: Classifier,
    rows: Iterable[Row],
    together: int = TOGETHER,
    path: Path | None = None,
    resume: bool = False,
    searched: Classifier | None = None,
    engine: Engine = HERE,
    elsewhere: Callable[[], "Prepared"] | None = None,
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
        if path.exists() and path.stat().st_size and not resume:
            raise ConfigError(f"{path} is there already. Give --resume to go on with it, or another name.")
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


def provenance(attack: Attack, searched: Classifier, deployed: Classifier, together: int) -> Record:
    """What every record carries: attack, preset, overrides, word sources, seed, classifier and defence, grouping."""
    config, lexicon = attack.config, attack.lexicon
    made_by: Record = {
        "edition": EDITION,
        "method": config.method,
        "preset": config.preset,
        "overrides": dict(config.overrides),
        "seed": config.seed,
        "encoder": lexicon.encoder.name,
        "tagger": lexicon.tagger.name,
        "neighbors": lexicon.neighbors.name,
        "classifier": deployed.name,
        **described(deployed),
        "task": deployed.task.name,
        "together": together,
    }
    if is_randomised(deployed):
        made_by["verdict_draws"] = config.verdict_draws
    if searched is not deployed:
        made_by["searched"] = searched.name
    return made_by


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

    open: Callable[[], "Prepared"]
    made_by: Record

    def __call__(self) -> Callable[[Group], Iterator[Record]]:
        """Opened: answers a group's records in order, each as soon as all before it are there."""
        attack, classifier, searched = self.open()

        def records(group: Group) -> Iterator[Record]:
            ready: dict[int, Record] = {}
            started: dict[int, AttackStarted] = {}
            at = 0
            for place, event in attack_many(attack, classifier, group.rows, len(group.rows), searched):
                if isinstance(event, AttackStarted):
                    started[place] = event
                elif isinstance(event, AttackFinished):
                    row, index = group.rows[place], group.begin + place
                    ready[place] = to_result(index, row, event, started.get(place), classifier.task, self.made_by)
                while at in ready:
                    yield ready.pop(at)
                    at += 1

        return records


Prepared = tuple[Attack, Classifier, Classifier | None]
"""An attack, the classifier, and what the attacker looks at instead (None: the classifier)."""


def to_result(
    index: int, row: Row, end: AttackFinished, start: AttackStarted | None, task: Task, made_by: Record
) -> Record:
    """The line of one row. Probabilities have six digits; ``adversarial`` is the last text, whatever the status."""
    fields = asdict(end)
    adversarial = fields.pop("text")
    for name in ("probability", "probability_before"):
        fields[name] = round(fields[name], 6)
    return {
        "i": index,
        **_row_of(row, task),
        "adversarial": adversarial,
        **fields,
        "changed": len(end.swaps),
        "calibration": start.calibration if start else "",
        "note": start.note if start else "",
        "made_by": made_by,
    }


def _row_of(row: Row, task: Task) -> Record:
    """What tells a row from another: both texts of a pair and the label. The hash is for files without the texts."""
    text = getattr(row.example, task.perturb) or ""
    other = row.example.text_b if task.perturb == "text_a" else row.example.text_a
    beside = {} if other is None else {"other_text": other}
    return {"text_sha": text_sha(text), "given": row.label, **beside, "text": text}


def text_sha(text: str) -> str:
    """The first 16 hexadecimal digits of the text's sha256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


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
        record = json.loads(line)
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
    changed = [name for name, value in _row_of(row, task).items() if record.get(name) != value]
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

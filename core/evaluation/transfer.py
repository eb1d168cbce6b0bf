"""Transfer: texts that were made against one classifier, answered by others (METHODS, section 10).

From stored runs of ``attack``; the classifiers answer the originals as well, since a text that one was wrong about
before was not turned by anybody. A defence that draws answers by the majority of its draws.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.datasets import Row
from core.errors import DataFileError
from core.evaluation.answer_jobs import AnswerPlan, answered
from core.evaluation.attack_run import read_records
from core.evaluation.results import Result, ResultTable
from core.evaluation.statistics import Estimate, share
from core.tasks import Example, Task
from core.work.job import Job
from core.work.log import Log


@dataclass(frozen=True)
class Made:
    """Texts that fooled ``against``: original and adversarial row of each, of so many rows attacked in ``file``."""

    file: str
    against: str
    pairs: tuple[tuple[Row, Row], ...]
    attacked: int


@dataclass(frozen=True)
class Cell:
    """``right``: of all texts made against one, how many the other answers rightly; ``before``: of their originals.

    ``turned``: of those it was right about before, the share that it is wrong about now; None if there are none.
    """

    against: str
    by: str
    right: Estimate
    before: Estimate
    turned: Estimate | None


def texts_made(path: Path, task: Task) -> Made:
    """The successes of a file of ``attack --out``. Raises DataFileError if it holds none, or is of another task."""
    pairs, attacked, against = [], 0, ""
    for record in read_records(path):
        made_by = record.get("made_by", {})
        if made_by.get("task") != task.name:
            raise DataFileError(f"{path.name} is of task {made_by.get('task')}, not of {task.name}.")
        against = str(made_by.get("classifier", path.stem))
        attacked += record["status"] != "skipped"
        if record["status"] == "success":
            texts = (record["text"], record["adversarial"])
            first, second = (Row(_example(task, text, record.get("other_text")), record["label"]) for text in texts)
            pairs.append((first, second))
    if not pairs:
        raise DataFileError(f"{path.name} holds no text that fooled its classifier.")
    return Made(path.name, against, tuple(pairs), attacked)


def _example(task: Task, text: str, other: str | None) -> Example:
    if other is None:
        return Example(text)
    return Example(text, other) if task.perturb == "text_a" else Example(other, text)


def transfer_jobs(made: Sequence[Made], plans: Mapping[str, AnswerPlan]) -> Iterator[Job]:
    """Everybody is asked for everything, originals before texts."""
    for one in made:
        for plan in plans.values():
            for rows in zip(*one.pairs, strict=True):
                yield from plan.jobs(rows)


def fold_transfer(made: Iterable[Made], plans: Mapping[str, AnswerPlan], log: Log, classes: int) -> list[Cell]:
    """The matrix, as far as the log holds it; a cell needs all its answers."""
    cells = []
    for one in made:
        originals, texts = zip(*one.pairs, strict=True)
        for by, plan in plans.items():
            (before, _), (after, _) = (answered(plan.jobs(rows), log, classes) for rows in (originals, texts))
            if not len(before.right) == len(after.right) == len(one.pairs):
                continue
            held = [bool(now) for then, now in zip(before.right, after.right, strict=True) if then]
            turned = share(held.count(False), len(held)) if held else None
            cells.append(Cell(one.against, by, after.accuracy, before.accuracy, turned))
    return cells


def matrix_table(
    cells: Iterable[Cell], name: str, task: Task, command: str, preset: str, draws: int, seed: int
) -> ResultTable:
    """The shares turned, as the results page keeps them: a row for whom texts were made against, a column a reader."""
    found = [
        Result(
            f"made against {one.against}", f"fool {one.by}", task.name,
            "texts answered wrongly, of those whose originals were answered rightly", round(one.turned.value, 6),
            command, one.turned.n, min(round(one.turned.low, 6), round(one.turned.value, 6)),
            max(round(one.turned.high, 6), round(one.turned.value, 6)), attack=preset, draws=draws, seed=seed,
        )
        for one in cells if one.turned is not None
    ]  # fmt: skip
    return ResultTable(name, f"Transfer, {task.name}: texts made against one classifier, read by another", tuple(found))

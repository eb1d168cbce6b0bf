"""Answers as jobs of the work log: a group of labelled rows asked of one classifier, by one draw or by several."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.datasets import Row
from core.defenses.described import described
from core.defenses.recipe import Recipe
from core.defenses.registry import PLAIN
from core.evaluation.attack_jobs import config_of, plain, row_from, same_weights
from core.evaluation.attack_lines import EDITION
from core.evaluation.shelf import Shelf
from core.evaluation.tally import Tally, answer_lines
from core.models.classifier import is_randomised
from core.work.job import Job, Line, jobs_of
from core.work.log import Log
from core.work.run import at_hand

ANSWERS = "answers"
ROWS_A_JOB = 256


@dataclass(frozen=True)
class AnswerPlan:
    """Asks a classifier for whatever rows it is given; ``config`` is all that decides the answers."""

    config: Mapping[str, Any]
    where: Mapping[str, Any]
    together: int

    def jobs(self, rows: Iterable[Row]) -> list[Job]:
        """The jobs that ask for labelled rows."""
        return list(jobs_of(ANSWERS, self.config, map(plain, rows), self.together, self.where))


def plan_answers(recipe: Recipe, shelf: Shelf, seeds: Sequence[int] = (), together: int = ROWS_A_JOB) -> AnswerPlan:
    """A classifier that draws is asked once for each of the ``seeds``, any other once. Loads the model.

    The draws of a group are made together, so a group has fewer rows for more of them.
    """
    built = shelf.classifier(recipe)
    drawn = list(seeds) if is_randomised(built) else []
    made_by = {"edition": EDITION, "seeds": drawn, **described(built)}
    if recipe.defense != PLAIN:
        words = shelf.words(recipe)
        made_by |= {"encoder": words.encoder.name, "tagger": words.tagger.name, "neighbors": words.neighbors.name}
    config = config_of(made_by, recipe.task.labels, recipe.device, task=recipe.task.name)
    where = {"recipe": recipe, "weights": shelf.weights(recipe)}
    return AnswerPlan(config, where, max(1, together // max(1, len(drawn))))


@dataclass(frozen=True)
class Answers:
    """Opens doers of answer jobs; ``shelf`` has what this process has loaded. Can be pickled."""

    shelf: Shelf

    def __call__(self) -> Callable[[Job], Iterable[Line]]:
        """Opened. Raises ModelError if a folder holds other weights by now than when the job was made."""

        def do(job: Job) -> Iterable[Line]:
            recipe: Recipe = job.where["recipe"]
            same_weights(self.shelf, recipe, job)
            rows = [row_from(row) for row in job.rows]
            return answer_lines(self.shelf.classifier(recipe), rows, job.config["seeds"])

        return do


def answered(jobs: Iterable[Job], log: Log, classes: int) -> tuple[Tally, dict[tuple[Any, ...], bool]]:
    """What the answers that are there come to, and for each row (as plain data) whether it is right."""
    found = Tally(classes)
    right: dict[tuple[Any, ...], bool] = {}
    for job, lines in at_hand(jobs, log):
        begin = len(found.right)
        found.add(lines)
        right |= dict(zip(job.rows, map(bool, found.right[begin:]), strict=True))
    return found, right

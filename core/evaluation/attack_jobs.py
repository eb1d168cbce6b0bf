"""Attacks as jobs of the work log: the same groups, lines and records as a file of ``attack``, done by anybody.

A job's configuration is what every record carries (:func:`core.evaluation.attack_lines.provenance`) without names that
decide nothing; how to build what is attacked travels beside it and is no part of its key.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.attacks.driver import TOGETHER
from core.datasets import Row
from core.defenses.described import described
from core.defenses.recipe import Recipe
from core.errors import ModelError
from core.evaluation.attack_lines import Record, as_record, attack_lines, provenance
from core.evaluation.attack_recipe import AttackRecipe
from core.evaluation.shelf import Shelf
from core.tasks import Example
from core.work.job import Job, Line, jobs_of
from core.work.log import Log

ATTACK = "attack"
NAMES = ("classifier", "searched")
"""Of a record's provenance, what is only a name."""


@dataclass(frozen=True)
class AttackPlan:
    """An attack on rows as jobs, and ``made_by``, which its records carry."""

    jobs: tuple[Job, ...]
    made_by: Mapping[str, Any]

    def records(self, log: Log) -> Iterator[Record]:
        """The records of the groups that are done, as a file of ``attack`` holds them."""
        begin = 0
        for job in self.jobs:
            for place, line in enumerate(log.lines(job) if job in log else ()):
                yield as_record(begin + place, line, dict(self.made_by))
            begin += len(job.rows)


def plan_attack(recipe: AttackRecipe, rows: Iterable[Row], shelf: Shelf, together: int = TOGETHER) -> AttackPlan:
    """The jobs of an attack on labelled rows. Loads the model, to know its weights."""
    setup = set_up(recipe, shelf, together)
    return AttackPlan(tuple(setup.jobs(rows)), setup.made_by)


@dataclass(frozen=True)
class Setup:
    """An attack that is ready to be given rows: ``config`` is all that decides their lines."""

    made_by: Mapping[str, Any]
    config: Mapping[str, Any]
    where: Mapping[str, Any]
    together: int

    def jobs(self, rows: Iterable[Row]) -> list[Job]:
        """The attack on labelled rows, a job for every ``together`` of them."""
        return list(jobs_of(ATTACK, self.config, map(plain, rows), self.together, self.where))


def set_up(recipe: AttackRecipe, shelf: Shelf, together: int = TOGETHER) -> Setup:
    """Loads the model, to know its weights."""
    attack, deployed, searched = shelf.attack(recipe)
    made_by = provenance(attack, searched or deployed, deployed, together)
    if recipe.temperature != 1.0:
        made_by |= {"temperature": recipe.temperature, **described(shelf.classifier(recipe.target))}
    view = {"average": recipe.average, **({"fixed": True} if recipe.fixed else {})}
    config = config_of(made_by, deployed.task.labels, recipe.target.device, **view)
    return Setup(made_by, config, {"recipe": recipe, "weights": shelf.weights(recipe.target)}, together)


def config_of(made_by: Mapping[str, Any], labels: Sequence[str], device: str, **more: Any) -> dict[str, Any]:
    """What decides the lines: provenance without names, the labels, the kind of device, and what else does."""
    known = {name: value for name, value in made_by.items() if name not in NAMES}
    return {**known, "labels": list(labels), "device": device.partition(":")[0], **more}


@dataclass(frozen=True)
class Attacks:
    """Opens doers of attack jobs; ``shelf`` has what this process has loaded. Can be pickled."""

    shelf: Shelf

    def __call__(self) -> Callable[[Job], Iterator[Line]]:
        """Opened. Raises ModelError if a folder holds other weights by now than when the job was made."""

        def do(job: Job) -> Iterator[Line]:
            recipe: AttackRecipe = job.where["recipe"]
            same_weights(self.shelf, recipe.target, job)
            return attack_lines(self.shelf.attack(recipe), [row_from(row) for row in job.rows])

        return do


def same_weights(shelf: Shelf, recipe: Recipe, job: Job) -> None:
    """Raise ModelError unless the model that the recipe opens is the one that the job was made for."""
    if shelf.weights(recipe) != job.where["weights"]:
        raise ModelError(f"The weights of '{recipe.model}' are others than when the run began. Start it again.")


def plain(row: Row) -> tuple[str, str | None, int | None]:
    """A row as plain data."""
    return row.example.text_a, row.example.text_b, row.label


def row_from(given: Sequence[Any]) -> Row:
    """The row in plain data."""
    text_a, text_b, label = given
    return Row(Example(text_a, text_b), label)

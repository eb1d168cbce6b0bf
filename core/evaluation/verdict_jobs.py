"""Verdicts as jobs of the work log: is a classifier wrong about texts found elsewhere (METHODS, section 10)?

``judged`` names the draws: a text that one set of draws has chosen is judged again by another (``CONFIRMED``).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.attacks.verdict import verdict_of, verdict_seeds
from core.datasets import Row
from core.defenses.described import described
from core.defenses.recipe import Recipe
from core.defenses.registry import PLAIN
from core.evaluation.attack_jobs import config_of, plain, row_from, same_weights
from core.evaluation.attack_lines import EDITION
from core.evaluation.shelf import Shelf
from core.models.classifier import Classifier, draw_each, is_randomised
from core.work.job import Job, Line

VERDICT = "verdict"
CONFIRMED = "confirmed"


@dataclass(frozen=True)
class Bench:
    """Judges whatever rows it is given; ``config`` is all that decides, ``draws`` is 1 where nothing is drawn."""

    config: Mapping[str, Any]
    where: Mapping[str, Any]
    draws: int

    def job(self, rows: Iterable[Row], judged: str) -> Job:
        """One job: the rows, judged by the draws of that name. Where nothing is drawn, they all have one name."""
        named = judged if self.draws > 1 else ""
        return Job(VERDICT, {**self.config, "judged": named}, tuple(map(plain, rows)), self.where)


def bench_of(recipe: Recipe, shelf: Shelf, draws: int, seed: int) -> Bench:
    """The judge that a recipe builds. Loads the model."""
    built = shelf.classifier(recipe)
    drawn = draws if is_randomised(built) else 1
    made_by = {"edition": EDITION, "draws": drawn, **({"seed": seed} if drawn > 1 else {}), **described(built)}
    if recipe.defense != PLAIN:
        words = shelf.words(recipe)
        made_by |= {"encoder": words.encoder.name, "tagger": words.tagger.name, "neighbors": words.neighbors.name}
    config = config_of(made_by, recipe.task.labels, recipe.device, task=recipe.task.name)
    return Bench(config, {"recipe": recipe, "weights": shelf.weights(recipe)}, drawn)


@dataclass(frozen=True)
class Verdicts:
    """Opens doers of verdict jobs; ``shelf`` has what this process has loaded. Can be pickled."""

    shelf: Shelf

    def __call__(self) -> Callable[[Job], Iterator[Line]]:
        """Opened. Raises ModelError if a folder holds other weights by now than when the job was made."""

        def do(job: Job) -> Iterator[Line]:
            recipe: Recipe = job.where["recipe"]
            same_weights(self.shelf, recipe, job)
            config = job.config
            seeds = verdict_seeds(config.get("seed", 0), config["judged"], config["draws"])
            return verdict_lines(self.shelf.classifier(recipe), [row_from(row) for row in job.rows], seeds)

        return do


def verdict_lines(classifier: Classifier, rows: Sequence[Row], seeds: Sequence[int]) -> Iterator[Line]:
    """A line a row: ``wrong`` of ``draws``, the ``answer`` that stands for them, model ``rows``.

    A row that fails has no draws and an ``error``; it never costs the others theirs.
    """
    try:
        yield from _judged(classifier, rows, seeds)
    except Exception:
        for row in rows:
            try:
                yield from _judged(classifier, [row], seeds)
            except Exception as error:
                yield {"wrong": 0, "draws": 0, "answer": -1, "rows": 0, "error": f"{type(error).__name__}: {error}"}


def _judged(classifier: Classifier, rows: Sequence[Row], seeds: Sequence[int]) -> list[Line]:
    found = draw_each(classifier, [row.example for row in rows], seeds)
    lines = []
    for row, drawn in zip(rows, zip(*found, strict=True), strict=True):
        verdict = verdict_of(drawn, row.label)
        cost = sum({id(answer): answer.rows for answer in drawn}.values())
        lines.append({"wrong": verdict.wrong, "draws": verdict.draws, "answer": verdict.answer, "rows": cost})
    return lines

"""A small attack ladder, live: thirty labelled texts of our own, TextFooler, then Bayes on those that it left.

Deterministic for a request; ends when its visitor stops it or leaves. The texts are the twins (``assets/twins``): the
shares estimate no accuracy on any data set, and n is small. It shows how a ladder is climbed.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.catalog import Catalog
from app.entrants import line_up
from app.presence import absence
from core.evaluation.ladder_fold import BREAKS, ORIGINALS, QUERIES, STANDING
from core.evaluation.results import Result
from core.resources import ASSETS
from core.tasks import Task, get_task

if TYPE_CHECKING:
    from core.attacks.events import AttackFinished
    from core.datasets import Row

ROWS = 30
METHODS = {"textfooler": "TextFooler", "bayes": "Bayes"}
DRAWS = {"confirm_draws": 3, "verdict_draws": 11}
"""Of a defence that draws: fewer than in a measurement, so that it ends while somebody watches."""
COMMAND = "python -m core ladder"
LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Climbed:
    """How far it is: rungs as the stored ladders have them, a sentence, and whether nothing more will come."""

    rungs: dict[str, dict[str, Result]]
    status: str
    over: bool = False


def small_tasks(names: Iterable[str]) -> list[str]:
    """Those of the tasks that have labelled texts of our own."""
    return [name for name in names if (ASSETS / "twins" / f"{name}.json").is_file()]


def small_rows(task: Task, n: int = ROWS) -> "list[Row]":
    """``n`` of the task's twins, spread over all kinds, first ones and second ones in turn."""
    from core.evaluation.obstinacy import load_twins

    twins = load_twins(task)
    step = max(1, len(twins) // n)
    return [twin.second if place % 2 else twin.first for place, twin in enumerate(twins[::step][:n])]


def climb_small(
    catalog: Catalog, task: str, against: str, stop: Callable[[], bool], visitor: str = "", n: int = ROWS
) -> Iterator[Climbed]:
    """After every text how far it is. Raises UnknownNameError for a classifier that is not there."""
    gone, shelf = absence(), catalog.shelf
    if not shelf.is_loaded(task):
        shelf.start_warming()
        while not (shelf.is_loaded(task) or shelf.warmth().done or stop() or gone()):
            yield Climbed({}, "Loading the models; the first time takes some seconds.")
            time.sleep(LOOK_SECONDS)
    from core.attacks.attack import Attack
    from core.attacks.driver import step_attack
    from core.attacks.events import AttackFinished
    from core.attacks.presets import attack_config

    (entrant,) = line_up(catalog, task, [against], 0, visitor)
    lexicon, rows = catalog.models(task, "plain", visitor)[1], small_rows(get_task(task), n)
    rungs: dict[str, dict[str, Result]] = {}
    standing, told_of = rows, 0
    for method, title in METHODS.items():
        attack = Attack(attack_config("paper", task, method=method, **DRAWS), lexicon)
        ends: list[AttackFinished] = []
        fallen: list[Row] = []
        before = len(standing)
        for done, row in enumerate(standing, start=1):
            for event in step_attack(attack, entrant.classifier, row.example, row.label, stop=lambda: stop() or gone()):
                if isinstance(event, AttackFinished) and event.status not in ("error", "stopped"):
                    ends.append(event)
                    fallen += [row] if event.status in ("success", "skipped") else []
            if stop() or gone():
                yield Climbed(rungs, "Stopped. What is shown is as far as it came.", over=True)
                return
            first = method == "textfooler"
            told_of = len(ends) if first else told_of
            rungs = rungs | _told(title, ends, task, len(ends) if first else before, told_of, first)
            yield Climbed(rungs, f"{title} has attacked {done} of {before} texts.")
        standing = [row for row in standing if row not in fallen]
    yield Climbed(rungs, f"Done: {len(standing)} of {n} texts held.", over=True)


def _told(
    title: str, ends: "list[AttackFinished]", task: str, before: int, n: int, first: bool
) -> dict[str, dict[str, Result]]:
    """The rung so far, of ``before`` rows that stood and ``n`` in all; the first one says what was right before."""
    from core.evaluation.statistics import share

    def result(row: str, column: str, right: int, of: int) -> Result:
        told = share(right, of)
        return Result(row, column, task, column, told.value, COMMAND, of, min(told.low, told.value),
                      max(told.high, told.value))  # fmt: skip

    attacked = [end for end in ends if end.status != "skipped"]
    won = sum(end.status == "success" for end in attacked)
    if not n:
        return {}
    if first:
        before = len(attacked)
    originals = {ORIGINALS: {STANDING: result(ORIGINALS, STANDING, before, n)}} if first else {}
    if not attacked:
        return originals
    asked = sum(end.queries for end in attacked) / len(attacked)
    return {**originals, title: {
        STANDING: result(title, STANDING, before - won, n),
        BREAKS: result(title, BREAKS, won, len(attacked)),
        QUERIES: Result(title, QUERIES, task, QUERIES, asked, COMMAND, len(attacked)),
    }}  # fmt: skip

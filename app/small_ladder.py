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
from core.tasks import get_task

if TYPE_CHECKING:
    from core.attacks.events import AttackFinished
    from core.datasets import Row

ROWS = 30
METHODS = {"textfooler": "TextFooler", "bayes": "Bayes"}
DRAWS = {"confirm_draws": 3, "verdict_draws": 11}
"""Of a defence that draws: fewer than in a measurement, so that it ends while somebody watches."""
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


def climb_small(
    catalog: Catalog, task: str, against: str, stop: Callable[[], bool], visitor: str = "", n: int = ROWS,
    command: str = "",
) -> Iterator[Climbed]:  # fmt: skip
    """After every text how far it is: the numbers of the ``command`` (:func:`app.as_code.ladder_command`), or its own.

    Raises UnknownNameError for a classifier that is not there.
    """
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
    from core.attacks.verdict import judge
    from core.evaluation.obstinacy import some_twins
    from core.evaluation.verdict_jobs import CONFIRMED
    from core.models.classifier import is_randomised

    def holds(row: "Row", end: "AttackFinished") -> bool:
        """Whether a break is none: a second verdict, which chose nothing, answers rightly."""
        if end.status != "success" or not is_randomised(entrant.classifier):
            return end.status != "success"
        text = entrant.classifier.task.with_text(row.example, end.text)
        (verdict,) = judge(entrant.classifier, [text], [end.label], DRAWS["verdict_draws"], judged=CONFIRMED)
        return not verdict.broken

    (entrant,) = line_up(catalog, task, [against], 0, visitor)
    lexicon, rows = catalog.models(task, "plain", visitor)[1], some_twins(get_task(task), n)
    rungs: dict[str, dict[str, Result]] = {}
    standing, told_of = rows, 0
    for method, title in METHODS.items():
        attack = Attack(attack_config("paper", task, method=method, **DRAWS), lexicon)
        ends: list[AttackFinished] = []
        held = 0
        fallen: list[Row] = []
        before = len(standing)
        for done, row in enumerate(standing, start=1):
            for event in step_attack(attack, entrant.classifier, row.example, row.label, stop=lambda: stop() or gone()):
                if isinstance(event, AttackFinished) and event.status not in ("error", "stopped"):
                    ends.append(event)
                    lost = event.status != "skipped" and not holds(row, event)
                    held += event.status != "skipped" and not lost
                    fallen += [row] if lost or event.status == "skipped" else []
            if stop() or gone():
                yield Climbed(rungs, "Stopped. What is shown is as far as it came.", over=True)
                return
            first = method == "textfooler"
            told_of = len(ends) if first else told_of
            rungs = rungs | _told(title, ends, held, task, len(ends) if first else before, told_of, first, command)
            yield Climbed(rungs, f"{title} has attacked {done} of {before} texts.")
        standing = [row for row in standing if row not in fallen]
    yield Climbed(rungs, f"Done: {len(standing)} of {n} texts held.", over=True)


def _told(
    title: str, ends: "list[AttackFinished]", held: int, task: str, before: int, n: int, first: bool, command: str
) -> dict[str, dict[str, Result]]:
    """The rung so far: ``held`` of ``before`` rows that stood, ``n`` in all; the first says what was right before."""
    from core.evaluation.statistics import share

    command = command or "this page"

    def result(row: str, column: str, right: int, of: int) -> Result:
        told = share(right, of)
        return Result(row, column, task, column, told.value, command, of, min(told.low, told.value),
                      max(told.high, told.value))  # fmt: skip

    attacked = [end for end in ends if end.status != "skipped"]
    won = len(attacked) - held
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
        QUERIES: Result(title, QUERIES, task, QUERIES, asked, command, len(attacked)),
    }}  # fmt: skip

"""The other chair: choose a defence for what it may cost, and stored attacks answer how long it would have held. Pure.

Figures are those of the attack ladders that ship (:func:`app.benchmark.ladders`), and of the table of defended
classifiers (``defended-TASK``) where a defence has climbed no ladder; nothing is computed. A task has whatever is
stored for it, which may be nothing.
"""

import functools
from dataclasses import dataclass, replace

from app.benchmark import DEFENDED, LADDERS, ladders, tables
from app.present.bars import plainly
from core.defenses.registry import PLAIN_TITLE, preset_settings
from core.evaluation.results import Result
from core.tasks import get_task

STANDING, AS_THEY_ARE, TEXTFOOLER = "still right", "the texts as they are", "TextFooler"
_COLUMNS = {AS_THEY_ARE: "clean, the attacked rows", TEXTFOOLER: "after attack"}


@dataclass(frozen=True)
class Chair:
    """A defence: ``rows`` that its model reads for an answer at most, and what was still right after each attacker.

    The first step is without any attacker; each figure's row names its step.
    """

    title: str
    rows: int
    steps: tuple[Result, ...]

    @property
    def last(self) -> Result:
        """After all of them."""
        return self.steps[-1]

    @property
    def half(self) -> str:
        """The first attacker after whom less than half of the right answers were left; empty if none managed."""
        return next((step.row for step in self.steps if step.value < self.steps[0].value / 2), "")


@functools.cache
def chairs(task: str) -> tuple[Chair, ...]:
    """The defences of which anything is stored for a task, cheapest first, the plain one before its equals."""
    mark = f", {task.upper()}"
    climbed = {
        known.removesuffix(mark): tuple(
            replace(columns[STANDING], row=rung) for rung, columns in rungs.items() if STANDING in columns
        )
        for known, rungs in ladders().items()
        if known.endswith(mark) and known.count(",") == 1  # a defence, and no other temperature of one
    }
    for name, steps in _measured(task).items():
        climbed.setdefault(name, steps)
    listed = (Chair(name, _rows(task, name), steps) for name, steps in climbed.items() if steps)
    return tuple(sorted(listed, key=lambda chair: (chair.rows, chair.title != PLAIN_TITLE)))


def within(task: str, rows: int) -> tuple[Chair, ...]:
    """The defences that read at most so many rows for an answer."""
    return tuple(chair for chair in chairs(task) if chair.rows <= rows)


def budgets(task: str) -> tuple[int, ...]:
    """The numbers of rows at which there is one more defence to choose from; none where nothing is stored."""
    return tuple(sorted({chair.rows for chair in chairs(task)}))


def command(task: str) -> str:
    """What climbs a ladder for a task, and stores it."""
    return f"python -m core ladder --task {task} --results assets/results/{LADDERS}{task}.json"


def _measured(task: str) -> dict[str, tuple[Result, ...]]:
    """The steps of defences that met TextFooler alone."""
    found: dict[str, dict[str, Result]] = {}
    name = f"{DEFENDED}{task}"
    for result in tables()[name].results if name in tables() else ():
        found.setdefault(plainly(result.row).replace("plain", "Plain"), {})[result.column] = result
    return {
        title: tuple(replace(columns[column], row=rung) for rung, column in _COLUMNS.items())
        for title, columns in found.items()
        if columns.keys() >= set(_COLUMNS.values())
    }


def _rows(task: str, title: str) -> int:
    """By our settings: the text itself, and FuSE's re-worded texts or FIVE's noised copies."""
    settings = preset_settings(get_task(task), "shipped", 1.0)
    if title.startswith("FuSE"):
        return 1 + settings.switch.total_alternatives
    return 1 + settings.five.samples if title.startswith("FIVE") else 1

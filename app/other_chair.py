"""The other chair: choose a defence for what it may cost, and stored attacks answer how long it would have held. Pure.

Figures are those of the attack ladders that ship (:func:`app.benchmark.ladders`), and of the table of defended
classifiers where a defence has climbed no ladder; nothing is computed.
"""

import functools
from dataclasses import dataclass, replace

from app.benchmark import FIRST, ladders, table_of
from app.present.bars import plainly
from core.defenses.registry import preset_settings
from core.evaluation.results import Result
from core.tasks import get_task

TASK = "mnli"
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
def chairs() -> tuple[Chair, ...]:
    """The defences, cheapest first."""
    climbed = {
        known.removesuffix(f", {TASK.upper()}"): tuple(
            replace(columns[STANDING], row=rung) for rung, columns in rungs.items() if STANDING in columns
        )
        for known, rungs in ladders().items()
        if known.endswith(f", {TASK.upper()}") and known.count(",") == 1  # a defence, and no other temperature of one
    }
    measured: dict[str, dict[str, Result]] = {}
    for result in table_of(FIRST).results:
        measured.setdefault(plainly(result.row).replace("plain", "Plain"), {})[result.column] = result
    for name, columns in measured.items():
        steps = tuple(replace(columns[column], row=rung) for rung, column in _COLUMNS.items() if column in columns)
        if name not in climbed and len(steps) == len(_COLUMNS):
            climbed[name] = steps
    return tuple(sorted((Chair(n, _rows(n), steps) for n, steps in climbed.items() if steps), key=lambda c: c.rows))


def within(rows: int) -> tuple[Chair, ...]:
    """The defences that read at most so many rows for an answer."""
    return tuple(chair for chair in chairs() if chair.rows <= rows)


def budgets() -> tuple[int, ...]:
    """The numbers of rows at which there is one more defence to choose from."""
    return tuple(sorted({chair.rows for chair in chairs()}))


def _rows(title: str) -> int:
    """By our settings: the text itself, and FuSE's re-worded texts or FIVE's noised copies."""
    settings = preset_settings(get_task(TASK), "shipped", 1.0)
    if title.startswith("FuSE"):
        return 1 + settings.switch.total_alternatives
    return 1 + settings.five.samples if title.startswith("FIVE") else 1

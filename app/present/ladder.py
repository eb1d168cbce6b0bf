"""The attack ladder as falling bars: what each attacker left, and what it took from the one before."""

from collections.abc import Mapping

from app.present.bars import figure, said
from app.present.html import panel, text
from core.evaluation.ladder_fold import BREAKS, QUERIES, STANDING
from core.evaluation.results import Result

Rungs = Mapping[str, Mapping[str, Result]]
"""Rung -> column -> figure, from the texts as they are to the last attacker."""
LEAD = (
    "One attacker after another, from cheap to dear, each on the texts that none before it has broken. The full part "
    "of a bar is what still gets the right answer, the striped part what this attacker took; the line is the 95 % "
    "interval. Where a defence draws lots, a break counts only if new draws confirm it."
)


def head() -> str:
    """What the panel shows."""
    return panel("Which defence holds when everything is tried?", LEAD, "")


def stairs(rungs: Rungs, file: str = "ladder") -> str:
    """A bar a rung, all on the scale from 0 to 1; each begins to fall where the one before it ended."""
    before = 0.0
    bars = []
    for name, cells in rungs.items():
        standing = cells[STANDING]
        bars.append(_bar(name, standing, max(before, standing.value), _took(cells)))
        before = standing.value
    return figure("".join(bars), file, "fb-stairs")


def climbed(rungs: Rungs, command: str) -> str:
    """A ladder that is being climbed, and the command that climbs it elsewhere; a visitor's own model has none."""
    told = f'<pre class="fb-commands" role="region" aria-label="Command" tabindex="0">{text(command)}</pre>'
    return stairs(rungs, "small-ladder") + (f"<h3>The same by command</h3>{told}" if command else "")


def _bar(name: str, standing: Result, before: float, note: str) -> str:
    left, lost = 100 * standing.value, 100 * (before - standing.value)
    took = f'<b style="left:{left:.1f}%;width:{lost:.1f}%"></b>' if lost else ""
    whisker = ""
    if standing.low is not None and standing.high is not None:
        whisker = f'<i style="left:{100 * standing.low:.1f}%;width:{100 * (standing.high - standing.low):.1f}%"></i>'
    return (
        f'<div class="fb-measure"><span>{text(name)}</span><span class="fb-measure-track" aria-hidden="true">'
        f'<span style="width:{left:.1f}%"></span>{took}{whisker}</span><span>{text(said(standing))}{note}</span></div>'
    )


def _took(cells: Mapping[str, Result]) -> str:
    """What the attacker broke and asked; nothing beside the texts as they are."""
    if BREAKS not in cells:
        return ""
    broke, asked = cells[BREAKS], cells[QUERIES]
    return f"<small>broke {broke.value * broke.n:.0f} of {broke.n:,}, {asked.value:,.0f} questions each</small>"


def side_by_side(ladders: Mapping[str, Rungs]) -> str:
    """A bar for each classifier: what is left after its last attacker, and what all of them took together."""
    bars = []
    for name, rungs in ladders.items():
        steps = list(rungs.values())
        first, last = steps[0][STANDING], steps[-1][STANDING]
        note = f"<small>of {first.value:.3f} before, {_count(len(steps) - 1)}, n = {last.n:,}</small>"
        bars.append(_bar(name, last, max(first.value, last.value), note))
    return figure("".join(bars), "ladders", "fb-stairs")


def sentence(name: str, rungs: Rungs) -> str:
    """The same in words: before the first attacker, after the last."""
    steps = list(rungs.values())
    first, last = steps[0][STANDING], steps[-1][STANDING]
    size = f"{first.n:,}" if first.n == last.n else f"{first.n:,} before and {last.n:,} after"
    return (
        f'<p class="fb-reading" role="status"><strong>{text(name)}</strong> answers {text(said(first))} of the texts '
        f"rightly, and <strong>{text(said(last))}</strong> after {_count(len(steps) - 1)}, n = {size}.</p>"
    )


def about_all(ladders: Mapping[str, Rungs]) -> str:
    """What the bars side by side are."""
    sizes = {cells[STANDING].n for rungs in ladders.values() for cells in rungs.values()}
    warned = " Sizes differ: read the intervals." if len(sizes) > 1 else ""
    return (
        f'<p class="fb-reading" role="status">{len(ladders)} ladders side by side: what was right before the first '
        f"attacker, and what is left after the last.{warned}</p>"
    )


def _count(attackers: int) -> str:
    return "one attacker" if attackers == 1 else f"{attackers} attackers"


def live(status: str) -> str:
    """Where a ladder that is being climbed stands."""
    return f'<p class="fb-reading" role="status">{text(status)}</p>'

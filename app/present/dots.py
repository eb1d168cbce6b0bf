"""A dot for each stored attack: how many questions it asked, what share of the words it changed, whether it broke.

Dots of data sets carry no text. Larger marks are recorded attacks on our own examples: each is a link that plays it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from app.present.attack import replays
from app.present.html import panel, text
from core.attacks.recording import read_recording
from core.evaluation.outcomes import Outcome, Run

LEAD = (
    "Each dot is one attack: to the right the questions it asked, upwards the share of the words it changed. Full dots "
    "broke the answer, rings are attacks that the answer withstood. No text of a data set is kept. The diamonds are "
    "attacks on our own examples: choose one, and it plays."
)
MOST, TICKS = 2000, (5, 20, 100, 500, 2000)


@dataclass(frozen=True)
class Own:
    """A recorded attack on an example of ours, by one of its classifiers."""

    title: str
    classifier: str
    outcome: Outcome


def own_attacks() -> list[Own]:
    """The recorded attacks that ship, whose answers were right before; of those on one spot the first."""
    found: dict[Outcome, Own] = {}
    for title, content in replays().items():
        recording = read_recording(content)
        for lane, name in enumerate(recording.lined_up.classifiers):
            end = recording.outcome(lane)
            if end is not None and end.status not in ("skipped", "error"):
                outcome = Outcome(end.status == "success", end.words, len(end.swaps), end.queries)
                found.setdefault(outcome, Own(title, name, outcome))
    return list(found.values())


def head() -> str:
    """What the panel shows."""
    return panel("Attack by attack", LEAD, "")


def said(name: str, run: Run) -> str:
    """What is drawn, in words, and the command."""
    broken = run.broken
    return (
        f'<p class="fb-reading" role="status"><strong>{text(name)}</strong>: {len(run.outcomes):,} of {run.n:,} texts '
        f"were answered rightly; {broken:,} of these attacks broke the answer, {len(run.outcomes) - broken:,} did not."
        "</p>"
    )


def dots(run: Run, own: Sequence[Own]) -> str:
    """The field of dots, with the examples' diamonds; positions are shares, so it fits any width."""
    marks = "".join(_dot(outcome) for outcome in run.outcomes) + "".join(map(_diamond, own))
    across = "".join(f'<span style="left:{_across(tick):.1f}%">{tick:,}</span>' for tick in TICKS)
    upwards = "".join(f'<span style="bottom:{share}%">{share} %</span>' for share in (0, 25, 50, 75, 100))
    return (
        f'<div class="fb-field"><div class="fb-up" aria-hidden="true">{upwards}</div>'
        f'<div class="fb-dots">{marks}</div><div class="fb-across" aria-hidden="true">{across}</div>'
        '<p class="fb-quiet">questions asked</p></div>'
    )


def _across(queries: int) -> float:
    return 100 * min(1.0, math.log(max(1, queries)) / math.log(MOST))


def _place(outcome: Outcome) -> str:
    return f"left:{_across(outcome.queries):.1f}%;bottom:{100 * outcome.share:.1f}%"


def _dot(outcome: Outcome) -> str:
    return f'<i class="{"broke" if outcome.broken else "held"}" style="{_place(outcome)}"></i>'


def _diamond(own: Own) -> str:
    done, one = "broken" if own.outcome.broken else "held", own.outcome
    about = f"{own.title}, {own.classifier}: {done} after {one.queries} questions, {one.changed} of {one.words} words"
    query = urlencode({"tab": "attack", "replay": own.title})
    kind = "broke" if one.broken else "held"
    return (
        f'<a class="{kind}" style="{_place(one)}" href="?{text(query)}" title="{text(about)}" '
        f'aria-label="{text(about)}. Play it."></a>'
    )

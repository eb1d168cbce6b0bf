"""Words around the dice panel."""

from app.present.html import bar, panel, percent, take_away, text
from app.present.noise import first_analyse, trouble
from app.theme import looks_of
from core.analysis.redraws import Redraws
from core.evaluation.statistics import wilson

LEAD = (
    "FuSE and FIVE answer by chance: each request draws anew. Here one of them is asked a hundred times about the same "
    "text, each time with another seed. A visitor sees one of these draws; an attacker may wait for a lucky one."
)
__all__ = ["first_analyse", "heading", "said", "trouble"]


def heading() -> str:
    """Title and lead of the panel."""
    return panel("Roll the dice", LEAD, "")


def said(name: str, draws: Redraws) -> str:
    """The draws so far: a bar a class with count and interval."""
    n = len(draws.winners)
    rows = []
    for label, look, count in zip(draws.labels, looks_of(draws.labels), draws.counts, strict=True):
        low, high = wilson(count, n)
        rows.append(bar(label, look, count / n, f"{count} of {n} ({percent(low)} to {percent(high)})"))
    done = "" if n == draws.wanted else f" so far, {draws.wanted} wanted"
    spread = f"{min(draws.probabilities):.0%} to {max(draws.probabilities):.0%}"
    return (
        f'<div class="fb-bars fb-wide">{"".join(rows)}</div><p class="fb-quiet">{text(name)}, n = {n} draws{done}; in '
        f"brackets the 95 % interval. Probability of “{text(draws.labels[draws.reference])}” ranged over {spread}. "
        f"{take_away('#dice-plot', 'dice')}</p>"
    )

"""Words around the noise panel: what it shows, where the dial stands, what came out."""

from collections.abc import Sequence

from app.present.answer import waiting
from app.present.html import class_name, notice, panel, percent, text
from app.theme import looks_of
from core.analysis.cloud import Cloud, SigmaPoint
from core.analysis.request import AnalysisRequest

LEAD = (
    "FIVE adds random noise to the vectors of important words and asks again. Each point is one noised copy, in the "
    "colour and shape of the class it leads to; the star is the text itself, the named points are real near-synonyms."
)
__all__ = ["curve_said", "drawing", "first_analyse", "heading", "measuring", "reading", "said", "trouble", "waiting"]


def heading() -> str:
    """Title and lead of the panel."""
    return panel("The noise cloud of FIVE", LEAD, "")


def reading(request: AnalysisRequest | None, sigma: float, absolute: float) -> str:
    """Where the dial stands, in both units."""
    if request is None:
        return '<p class="fb-quiet">The dial&rsquo;s σ comes with the cloud.</p>'
    return (
        f'<p class="fb-reading">σ = <strong>{sigma:.3g}</strong> × the embedding table&rsquo;s coordinate std '
        f"(absolute, the paper&rsquo;s unit: <strong>{absolute:.3g}</strong>)</p>"
    )


def drawing() -> str:
    """What stands where the counts will be, so that the page does not grow when they come."""
    return waiting("Drawing the cloud …")


def said(cloud: Cloud, voted: int) -> str:
    """The counts, in words."""
    if not cloud.points:
        return '<p class="fb-quiet">No word could be noised, so there is no cloud.</p>'
    n = sum(cloud.counts)
    shares = " ".join(
        f'<span class="fb-share">{class_name(label, look)} {count} of {n} ({percent(count / n if n else 0)})</span>'
        for label, look, count in zip(cloud.labels, looks_of(cloud.labels), cloud.counts, strict=True)
    )
    words = ", ".join(f"<bdi>{text(word.text)}</bdi>" for word in cloud.words)
    rings = f" Ringed: the {voted} copies that voted above." if voted else ""
    return (
        f'<p class="fb-said">{shares}</p><p class="fb-quiet">Noise on: {words}. A projection keeps only part of the '
        f"distances; read groups, not millimetres.{rings}</p>"
    )


def measuring(done: int, n: int) -> str:
    """Progress of the curve."""
    return waiting(f"{done} of 10 sigmas, {n} copies each …")


def curve_said(points: Sequence[SigmaPoint]) -> str:
    """What the curve's whiskers are."""
    n = points[0].n if points else 0
    return f'<p class="fb-quiet">n = {n} noised copies a point; whiskers are 95 % Wilson intervals.</p>'


def first_analyse() -> str:
    """Nothing to work on yet."""
    return notice("Analyse a text first; this panel works on the last analysed text.")


def trouble(message: str) -> str:
    """An error, where the result would stand."""
    return notice(message)

"""Words around the noise panel: what it shows, where the dial stands, what came out."""

from collections.abc import Sequence

from app.present.answer import waiting as waiting
from app.present.html import class_name, notice, panel, percent, take_away, text
from app.theme import looks_of
from core.analysis.beside import Beside, SlicePoint
from core.analysis.cloud import Cloud, SigmaPoint
from core.analysis.request import AnalysisRequest

LEAD = (
    "FIVE adds random noise to the vectors of important words and asks again. Each point is one noised copy, in the "
    "colour and shape of the class it leads to; a star is a word itself: filled the one in the text, open the one "
    "beside it, whose copies are open too; other neighbours are ringed. The dial moves all the figures."
)


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
    words = ", ".join(f"<bdi>{text(word.text)}</bdi>" for word in cloud.words)
    rings = f" Ringed: the {voted} copies that voted above." if voted else ""
    return (
        f'<p class="fb-said">{_shares(cloud.labels, cloud.counts)}</p>'
        f'<p class="fb-quiet">Noise on: {words}. A projection keeps only part of the '
        f"distances; read groups, not millimetres.{rings} {take_away('#cloud', 'cloud')}</p>"
    )


def drawing_line() -> str:
    """The same for the slice."""
    return waiting("Drawing the line between two words …")


def beside_said(found: Beside) -> str:
    """The counts of both words, in words."""
    rows = "".join(
        f'<p class="fb-said"><span>“<bdi>{text(word)}</bdi>”:</span>{_shares(found.labels, found.counts(kind))}</p>'
        for word, kind in ((found.word.text, "noised"), (found.other, "noised_other"))
    )
    told = "A projection keeps only part of the distances; read groups, not millimetres."
    return f'{rows}<p class="fb-quiet">{told} {take_away("#cloud", "cloud")}</p>'


def no_neighbor(word: str) -> str:
    """A word that nothing can stand beside."""
    return f'<p class="fb-quiet">“<bdi>{text(word)}</bdi>” has no neighbours in the table: choose another word.</p>'


def line_head(word: str, other: str) -> str:
    """Title of the slice."""
    return f'<h3 class="fb-curve-title">On the way from “<bdi>{text(word)}</bdi>” to “<bdi>{text(other)}</bdi>”</h3>'


def line_said(points: Sequence[SlicePoint], word: str, other: str) -> str:
    """What the slice shows, and its n."""
    return (
        f'{line_head(word, other)}<p class="fb-quiet">The word&rsquo;s vector moves on a straight line to that of its '
        f"neighbour. Dotted: the answer there without noise. Lines: n = {points[0].n} copies a place with the "
        "dial&rsquo;s noise, the same at every place; bands are 95 % Wilson intervals. "
        f"{take_away('#slice', 'slice')}</p>"
    )


def _shares(labels: Sequence[str], counts: Sequence[int]) -> str:
    n = sum(counts)
    return " ".join(
        f'<span class="fb-share">{class_name(label, look)} {count} of {n} ({percent(count / n if n else 0)})</span>'
        for label, look, count in zip(labels, looks_of(tuple(labels)), counts, strict=True)
    )


def measuring(done: int, of: int, n: int) -> str:
    """Progress of the curve."""
    return waiting(f"{done} of {of} sigmas, {n} copies each …")


def curve_said(points: Sequence[SigmaPoint]) -> str:
    """What the curve's whiskers are."""
    n = points[0].n if points else 0
    return (
        f'<p class="fb-quiet">n = {n} noised copies a point; bands are 95 % Wilson intervals. '
        f"{take_away('#curve', 'sigma')}</p>"
    )


def first_analyse() -> str:
    """Nothing to work on yet."""
    return notice("Analyse a text first; this panel works on the last analysed text.")


def trouble(message: str) -> str:
    """An error, where the result would stand."""
    return notice(message)

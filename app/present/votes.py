"""A classifier, FuSE and FIVE around it, side by side: outcome, probabilities, and one mark for every voter."""

from app.present.html import bar, chips, class_name, panel, percent, text
from app.theme import Look, looks_of
from core.analysis.stages import Analysis
from core.defenses.ballot import Ballot
from core.defenses.registry import PLAIN_TITLE, composed_title
from core.models.classifier import Prediction

_MARKS = 120
_RULES = {
    "mean_logits": "the votes' logits are averaged",
    "mean_probabilities": "the votes' probabilities are averaged",
    "majority": "every voter counts once",
}
LEAD = (
    "FuSE asks about re-worded texts, FIVE about noised word vectors, and both let the answers vote. "
    "If one changed word fools the classifier, the others may still outvote it."
)


def votes_panel(analysis: Analysis, title: str = PLAIN_TITLE) -> str:
    """The three columns over the model of that title; a column that is not there yet says so."""
    settings = analysis.request.settings
    columns = (
        _alone(analysis, title),
        _ensemble(analysis, composed_title("fuse", title), "re-worded texts", analysis.fuse, settings.fuse.vote.rule),
        _ensemble(analysis, composed_title("five", title), "noised copies", analysis.five, settings.five.vote.rule),
    )
    return panel("How everybody votes", LEAD, f'<div class="fb-columns">{"".join(columns)}</div>')


def tally(ballot: Ballot, labels: tuple[str, ...]) -> tuple[int, ...]:
    """How many members voted for each class, the original included."""
    won = [member.label for member in ballot.members]
    return tuple(won.count(label) for label in range(len(labels)))


def _alone(analysis: Analysis, title: str) -> str:
    body = '<p class="fb-quiet">One voter: the text itself.</p>'
    return _column(title, analysis.sources.labels, analysis.plain, body)


def _ensemble(analysis: Analysis, name: str, voters: str, ballot: Ballot | None, rule: str) -> str:
    labels = analysis.sources.labels
    if ballot is None:
        return f'<article class="fb-column fb-pending"><h3>{text(name)}</h3><p class="fb-quiet">voting …</p></article>'
    if len(ballot.members) == 1:
        return _column(
            name, labels, ballot.prediction, '<p class="fb-quiet">Nothing to vote on: no word could be perturbed.</p>'
        )
    looks, counts = looks_of(labels), tally(ballot, labels)
    said = " · ".join(f"{count} {text(label)}" for label, count in zip(labels, counts, strict=True))
    words = ", ".join(f"<bdi>{text(word.text)}</bdi>" for word in ballot.words)
    body = (
        f'<div class="fb-marks" role="img" aria-label="{said}">{_marks(ballot, looks)}</div>'
        f'<p class="fb-tally"><strong>{said}</strong> <span class="fb-quiet">of {len(ballot.members)}: '
        f"the text itself and {len(ballot.members) - 1} {voters}</span></p>"
        f'<p class="fb-quiet">Changed: {words}. Rule: {_RULES[rule]}.</p>'
        f"{chips(['randomised: another seed may answer differently'])}"
    )
    return _column(name, labels, ballot.prediction, body)


def _column(name: str, labels: tuple[str, ...], prediction: Prediction, body: str) -> str:
    looks = looks_of(labels)
    pairs = zip(labels, looks, prediction.probabilities, strict=True)
    bars = "".join(bar(label, look, p, percent(p)) for label, look, p in pairs)
    winner = class_name(labels[prediction.label], looks[prediction.label])
    head = f'<h3>{text(name)} <span class="fb-says">{winner}</span></h3>'
    return f'<article class="fb-column">{head}{bars}{body}</article>'


def _marks(ballot: Ballot, looks: tuple[Look, ...]) -> str:
    shown = ballot.members[:_MARKS]
    marks = [
        f'<span class="fb-mark fb-{looks[m.label].key}{" fb-first" if i == 0 else ""}">{looks[m.label].symbol}</span>'
        for i, m in enumerate(shown)
    ]
    more = f'<span class="fb-quiet">+{len(ballot.members) - _MARKS}</span>' if len(ballot.members) > _MARKS else ""
    return "".join(marks) + more

"""A classifier, FuSE and FIVE around it, side by side: outcome, probabilities, and one mark for every voter."""

from app.present.html import bar, chips, class_name, panel, percent, text
from app.theme import Look, looks_of
from core.analysis.stages import Analysis
from core.defenses.ballot import RANDOMISED, Ballot
from core.defenses.registry import PLAIN_TITLE, composed_title
from core.models.classifier import Prediction

_MARKS = 120
LEAD = (
    "FuSE asks about re-worded texts, FIVE about noised word vectors, and both let the answers vote. "
    "If one changed word fools the classifier, the others may still outvote it."
)


def votes_panel(analysis: Analysis, title: str = PLAIN_TITLE) -> str:
    """The three columns over the model of that title; a column that is not there yet says so."""
    columns = (
        _alone(analysis, title),
        _ensemble(analysis, composed_title("fuse", title), "re-worded texts", analysis.fuse),
        _ensemble(analysis, composed_title("five", title), "noised copies", analysis.five),
    )
    return panel("How everybody votes", LEAD, f'<div class="fb-columns">{"".join(columns)}</div>')


def tally(ballot: Ballot, labels: tuple[str, ...]) -> str:
    """The votes for each class as a sentence; the unchanged text has as many as the settings give it."""
    votes = ballot.votes(len(labels))
    return " · ".join(f"{_number(won)} {text(label)}" for won, label in zip(votes, labels, strict=True))


def decision(ballot: Ballot, labels: tuple[str, ...]) -> str:
    """How the votes became the outcome; names the class that a count would choose where that is another."""
    if ballot.counted == ballot.prediction.label:
        return f"Rule: {ballot.decided_by}."
    return f"Counted, {text(labels[ballot.counted])} would win. Rule: {ballot.decided_by}."


def _alone(analysis: Analysis, title: str) -> str:
    body = '<p class="fb-quiet">One voter: the text itself.</p>'
    return _column(title, analysis.sources.labels, analysis.plain, body)


def _ensemble(analysis: Analysis, name: str, voters: str, ballot: Ballot | None) -> str:
    labels = analysis.sources.labels
    if ballot is None:
        return f'<article class="fb-column fb-pending"><h3>{text(name)}</h3><p class="fb-quiet">voting …</p></article>'
    if ballot.alone:
        return _column(name, labels, ballot.prediction, f'<p class="fb-quiet">Nothing to vote on. {ballot.alone}</p>')
    said = tally(ballot, labels)
    words = ", ".join(f"<bdi>{text(word.text)}</bdi>" for word in ballot.words)
    others, total = len(ballot.members) - 1, sum(member.weight for member in ballot.members)
    body = (
        f'<div class="fb-marks" role="img" aria-label="{said}">{_marks(ballot, looks_of(labels))}</div>'
        f'<p class="fb-tally"><strong>{said}</strong> <span class="fb-quiet">of {_number(total)} votes: '
        f"{_own_votes(ballot.members[0].weight)} and {others} {voters}</span></p>"
        f'<p class="fb-quiet">Changed: {words}. {decision(ballot, labels)}</p>'
        f"{chips(['randomised: another seed may answer differently'] if RANDOMISED in ballot.prediction.flags else [])}"
    )
    return _column(name, labels, ballot.prediction, body)


def _number(votes: float) -> str:
    return f"{votes:.4g}"


def _own_votes(weight: float) -> str:
    """What the unchanged text brings to the count."""
    return "the text itself" if weight == 1 else f"the text itself ({_number(weight)} votes)"


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
    if (weight := shown[0].weight) != 1:
        marks[0] += f'<span class="fb-quiet">×{_number(weight)}</span>'
    more = f'<span class="fb-quiet">+{len(ballot.members) - _MARKS}</span>' if len(ballot.members) > _MARKS else ""
    return "".join(marks) + more

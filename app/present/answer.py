"""The answer of the classifier alone, and who gave it."""

from pathlib import PurePath

from app.present.html import bar, chips, class_name, notice, panel, percent, text
from app.theme import looks_of
from core.analysis.stages import Analysis
from core.defenses.registry import PLAIN_TITLE


def answer_panel(analysis: Analysis, built_in: bool, title: str = PLAIN_TITLE) -> str:
    """Label, a bar a class, which model, remarks."""
    labels, plain = analysis.sources.labels, analysis.plain
    looks = looks_of(labels)
    shares = plain.probabilities
    bars = "".join(bar(n, look, p, percent(p)) for n, look, p in zip(labels, looks, shares, strict=True))
    verdict = f'<p class="fb-verdict">{class_name(labels[plain.label], looks[plain.label])}</p>'
    lead = "What the classifier says about the text as it stands, with nothing changed and nobody voting."
    body = f'<div class="fb-answer">{verdict}<div class="fb-bars">{bars}</div></div>'
    return panel("The answer", lead, body + model_line(analysis, built_in, title) + chips(plain.flags))


def model_line(analysis: Analysis, built_in: bool, title: str = PLAIN_TITLE) -> str:
    """Which model answered, by its title unless it is the plain one; a small one says so."""
    kind = " <span>Small built-in model (6-layer MiniLM), not BERT-base.</span>" if built_in else ""
    name = analysis.sources.classifier
    shown = PurePath(name).name if PurePath(name).is_absolute() else name
    who = f"<code>{text(shown)}</code>" if title == PLAIN_TITLE else f"{text(title)}: <code>{text(shown)}</code>"
    return f'<p class="fb-quiet">Answered by {who}.{kind}</p>'


def refusal(message: str) -> str:
    """A message in the place of an answer."""
    return notice(message)


def waiting(message: str) -> str:
    """What is going on, while nothing can be shown yet."""
    return f'<p class="fb-waiting" role="status"><span class="fb-spin" aria-hidden="true"></span>{text(message)}</p>'

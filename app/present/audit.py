"""Audit cards on the page: a verdict a check, of all classifiers side by side, and one card by itself."""

from collections.abc import Mapping

from app.present.html import panel, text
from core.evaluation.audit.card import Card
from core.evaluation.audit.finding import Finding

LEAD = (
    "Fourteen questions to a classifier before its number under attack is believed: does it answer alone as in a "
    "batch, are its draws drawn anew, do its scores hide anything? Asked on our own example texts, which are few and "
    "short: a card says whether a number can be trusted, not how high it is."
)
SIGNS = {"pass": ("\u2713", "green"), "fail": ("\u2717", "vermilion"), "cannot say": ("?", "grey")}


def head() -> str:
    """What the panel shows."""
    return panel("Does the number mean anything?", LEAD, "")


def side_by_side(cards: Mapping[str, Card]) -> str:
    """A row a check, a column a classifier."""
    titles = dict.fromkeys(one.title for card in cards.values() for one in card.findings)
    heads = "".join(f'<th scope="col">{text(name)}</th>' for name in cards)
    verdicts = [{one.title: one.verdict for one in card.findings} for card in cards.values()]
    body = "".join(
        f'<tr><th scope="row">{text(title)}</th>'
        + "".join(f"<td>{_sign(own[title]) if title in own else 'not asked'}</td>" for own in verdicts)
        + "</tr>"
        for title in titles
    )
    table = f'<thead><tr><th scope="col">check</th>{heads}</tr></thead><tbody>{body}</tbody>'
    return f'<div class="fb-scroll" role="region" aria-label="Audit cards" tabindex="0"><table>{table}</table></div>'


def one(name: str, card: Card) -> str:
    """A card: each check with what was measured, what a failure would mean one click away, and the command."""
    lines = "".join(map(_line, card.findings))
    command = f'<pre class="fb-commands" role="region" aria-label="Command" tabindex="0">{text(card.command)}</pre>'
    return (
        f'<p class="fb-reading" role="status"><strong>{text(name)}</strong>: {text(card.summary)}. Texts: '
        f'{text(card.rows)}.</p><div class="fb-audit">{lines}</div><h3>The same by command</h3>{command}'
    )


def _line(finding: Finding) -> str:
    return (
        f"<details><summary>{_sign(finding.verdict)} <b>{text(finding.title)}</b> <span>{text(finding.said)}</span>"
        f"<small>n = {finding.n:,}</small></summary><p>What a failure would mean: {text(finding.means)}</p></details>"
    )


def _sign(verdict: str) -> str:
    """By symbol, colour and word."""
    symbol, colour = SIGNS[verdict]
    return f'<span class="fb-class fb-{colour}"><span aria-hidden="true">{symbol}</span> {text(verdict)}</span>'

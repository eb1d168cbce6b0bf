"""Word importance on the text itself, and as a sorted list. Strength is shade and underline; the number is in both."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.present.html import panel, text
from core.models.importance import ImportanceConfig, Importances

SIGNED = ("gradient_x_input", "integrated_gradients")
_LISTED = 10
_LISTED_MORE = 150
_FOCUSABLE = 20
_UNREAD_SHOWN = 240
METHODS = {
    "Gradient": "gradient",
    "Gradient × input": "gradient_x_input",
    "Leave one out": "leave_one_out",
    "Integrated gradients": "integrated_gradients",
    "Nothing (a control)": "reading_order",
}
METHOD_SAYS = {
    "gradient": "How strongly the answer reacts when the word's vector is nudged (the paper's measure).",
    "gradient_x_input": "Gradient times the word's own vector: + speaks for the answer, − against it.",
    "leave_one_out": "What the answer loses when the word becomes unknown (TextFooler's measure).",
    "integrated_gradients": "Gradients summed on the way from an empty text: + speaks for the answer, − against it.",
    "reading_order": "No measure at all: words in reading order, so that SWITCH and FIVE take the first ones.",
}


@dataclass(frozen=True)
class Segment:
    """A stretch of the raw text: a scored word (``rank`` from 1), or what stands between two of them (0)."""

    text: str
    score: float = 0.0
    rank: int = 0


def segments(raw: str, found: Importances) -> Iterator[Segment]:
    """``raw`` in pieces, in order; put together they are ``raw`` again, bit for bit."""
    done = 0
    rank = {index: place for place, index in enumerate(found.order, start=1)}
    for index, word in enumerate(found.words):
        if index in rank:
            if word.start > done:
                yield Segment(raw[done : word.start])
            yield Segment(raw[word.start : word.end], found.scores[index], rank[index])
            done = word.end
    if done < len(raw):
        yield Segment(raw[done:])


def heading() -> str:
    """Title and lead of the panel; the choice of the measure stands between it and the text."""
    lead = (
        "The deeper the shade and the thicker the line, the more the answer leans on the word. "
        "Point at a word for its number."
    )
    return panel("Which words matter", lead, "")


def importance_body(raw: str, found: Importances, config: ImportanceConfig, cut: bool) -> str:
    """What is measured, the text, the legend, the list."""
    says = f'<p class="fb-quiet fb-says">{METHOD_SAYS[config.method]}</p>'
    if not found.order:
        shown = f'<p class="fb-text" dir="auto">{text(raw[:2000])}</p>'
        return f'{says}{shown}<p class="fb-quiet">There is no word to weigh here.</p>'
    body = f'<p class="fb-text" dir="auto">{_highlighted(raw, found, cut)}</p>{_legend(config)}'
    return f'{says}<div class="fb-split"><div>{body}</div>{_ranking(found)}</div>'


def strength(score: float, top: float) -> float:
    """A score as a share of the strongest one, 0 to 1."""
    return abs(score) / top if top > 0 else 0.0


def number(score: float) -> str:
    """A score in three digits, with a real minus sign."""
    return f"{score:.3g}".replace("-", "\N{MINUS SIGN}")


def _top(found: Importances) -> float:
    return max((abs(found.scores[i]) for i in found.order), default=0.0)


def _highlighted(raw: str, found: Importances, cut: bool) -> str:
    top, parts = _top(found), []
    pieces = list(segments(raw, found))
    last = pieces.pop() if pieces and not pieces[-1].rank else None
    for piece in pieces:
        parts.append(_word(piece.text, piece.score, piece.rank, top) if piece.rank else text(piece.text))
    if last is not None and not cut:
        parts.append(text(last.text))
    elif last is not None:
        shown, hidden = last.text[:_UNREAD_SHOWN], len(last.text) - _UNREAD_SHOWN
        more = f" … {hidden:,} more characters" if hidden > 0 else ""
        parts.append(f'<span class="fb-unread" title="Not read by the model">{text(shown)}{more}</span>')
    return "".join(parts)


def _word(word: str, score: float, rank: int, top: float) -> str:
    share, sign = strength(score, top), "fb-against" if score < 0 else "fb-for"
    focus = ' tabindex="0"' if rank <= _FOCUSABLE else ""
    tip = f"{number(score)} · number {rank}"
    return f'<span class="fb-word {sign}" style="--s:{share:.2f}" data-tip="{tip}"{focus}>{text(word)}</span>'


def _legend(config: ImportanceConfig) -> str:
    scale = "".join(f'<span class="fb-word fb-for" style="--s:{s}">{100 * s:.0f}%</span>' for s in (0.1, 0.4, 0.7, 1.0))
    against = '<span class="fb-word fb-against" style="--s:0.7">− against the answer</span>'
    signed = f" <span>+ for the answer</span> {against}" if config.method in SIGNED else ""
    return f'<p class="fb-legend"><span>of the strongest word:</span> {scale}{signed}</p>'


def _ranking(found: Importances) -> str:
    top = _top(found)
    rows = [_ranked(found, index, top) for index in found.order[:_LISTED_MORE]]
    first, rest = "".join(rows[:_LISTED]), "".join(rows[_LISTED:])
    more = ""
    if rest:
        beyond = f" of {len(found.order)}" if len(found.order) > _LISTED_MORE else ""
        listed = f'<ol class="fb-ranking" start="{_LISTED + 1}">{rest}</ol>'
        more = f"<details><summary>All {len(rows)}{beyond} words, sorted</summary>{listed}</details>"
    return f'<div class="fb-side"><h3>Most important words</h3><ol class="fb-ranking">{first}</ol>{more}</div>'


def _ranked(found: Importances, index: int, top: float) -> str:
    score, word = found.scores[index], found.words[index].text
    sign = "fb-against" if score < 0 else "fb-for"
    fill = f'<span class="fb-fill {sign}" style="width:{100 * strength(score, top):.1f}%"></span>'
    value = f'<span class="fb-bar-value">{number(score)}</span>'
    return f'<li><bdi>{text(word)}</bdi><span class="fb-track">{fill}</span>{value}</li>'

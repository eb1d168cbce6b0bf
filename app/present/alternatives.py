"""SWITCH's alternatives as a table: what was swapped, how alike the sentence stayed, how each one votes."""

from app.present.html import class_name, panel, percent, text
from app.theme import looks_of
from core.analysis.stages import Analysis
from core.defenses.ballot import Member
from core.language.text import match_case
from core.models.classifier import Prediction
from core.perturbation.plan import ChosenWord
from core.perturbation.switch import ENDINGS, Swap, SwitchResult

HEADS = ("#", "Text, swaps marked", "Word cosines", "Sentence similarity", "Vote")
_SHOWN = 6
_CONTEXT = 70
_WHOLE = 420
_LISTED_REASONS = 8
LEAD = (
    "SWITCH replaces important words by near-synonyms of the same part of speech. Each line is one re-worded text; "
    "it is also one voter of FuSE."
)
POLARITY = (
    "The Universal Sentence Encoder does not see polarity: terrific and terrible count as 0.88 alike, "
    "so a similar text may mean the opposite."
)


def alternatives_panel(analysis: Analysis) -> str:
    """The table, the remark on similarity, and what SWITCH looked at on the way."""
    found, ballot = analysis.switch, analysis.fuse
    if found is None or ballot is None:
        return ""
    looked = _looked_at(found)
    why = "" if found.ended == "enough" else f'<p class="fb-quiet">{_why_no_more(found)}</p>'
    if not found.alternatives:
        return panel("Re-worded texts", LEAD, f"{why}{looked}")
    seen = analysis.request.settings.switch.gate != "off" and "Universal" in analysis.sources.encoder
    note = f'<p class="fb-quiet">{POLARITY}</p>' if seen else ""
    rows = [_row(analysis, found.text, number, member) for number, member in enumerate(ballot.members[1:], start=1)]
    table = _table(rows[:_SHOWN])
    if rows[_SHOWN:]:
        summary = f"<summary>The other {len(rows) - _SHOWN} re-worded texts</summary>"
        table += f"<details>{summary}{_table(rows[_SHOWN:])}</details>"
    return panel("Re-worded texts", LEAD, f"{table}{why}{note}{looked}")


def _table(rows: list[str]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in HEADS)
    return f'<table class="fb-table"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def excerpt(raw: str, swaps: tuple[Swap, ...]) -> str:
    """The alternative text as HTML, old and new word marked; in a long text, what is far from any swap is left out."""
    parts, done = [], 0
    for swap in sorted(swaps, key=lambda s: s.word):
        parts.append(_shortened(raw[done : swap.word.start], before=done > 0, after=True, whole=len(raw) <= _WHOLE))
        new = match_case(swap.word.text, swap.replacement)
        parts.append(f"<del>{text(swap.word.text)}</del> <mark>{text(new)}</mark>")
        done = swap.word.end
    parts.append(_shortened(raw[done:], before=True, after=False, whole=len(raw) <= _WHOLE))
    return "".join(parts)


def _shortened(gap: str, before: bool, after: bool, whole: bool) -> str:
    """``gap`` cut down to the words next to the swap ``before`` and the swap ``after`` it."""
    room = _CONTEXT * (before + after)
    if whole or len(gap) <= room + 3:
        return text(gap)
    head = gap[:_CONTEXT].rpartition(" ")[0] + " " if before else ""
    tail = " " + gap[-_CONTEXT:].partition(" ")[2] if after else ""
    return f"{text(head)}…{text(tail)}"


def _row(analysis: Analysis, raw: str, number: int, member: Member) -> str:
    labels = analysis.sources.labels
    look = looks_of(labels)[member.label]
    share = Prediction(member.logits, member.label).probabilities[member.label]
    flips = ' <span class="fb-flip">flips</span>' if member.label != analysis.plain.label else ""
    cells = (
        ("#", str(number)),
        ("Text", f'<span dir="auto">{excerpt(raw, member.swaps)}</span>'),
        ("Word cosines", ", ".join(f"{swap.cosine:.2f}" for swap in sorted(member.swaps, key=lambda s: s.word))),
        ("Similarity", "not measured" if member.similarity is None else f"{member.similarity:.3f}"),
        ("Vote", f"{class_name(labels[member.label], look)} {percent(share)}{flips}"),
    )
    return "<tr>" + "".join(f'<td data-label="{name}">{cell}</td>' for name, cell in cells) + "</tr>"


def _why_no_more(found: SwitchResult) -> str:
    refused = len(found.refused)
    gate = f" The sentence gate refused {refused} of them; a lower similarity lets more through." if refused else ""
    return f"{ENDINGS[found.ended]}{gate}"


def _looked_at(found: SwitchResult) -> str:
    words = "".join(_chosen(chosen) for chosen in found.chosen)
    passed = [f"<bdi>{text(word.text)}</bdi> ({text(reason)})" for word, reason in found.skipped[:30]]
    skipped = f"<p><strong>Passed over:</strong> {', '.join(passed)}</p>" if passed else ""
    gate = (
        f"<p><strong>Refused by the sentence gate:</strong> {len(found.refused)} re-worded texts.</p>"
        if found.refused
        else ""
    )
    summary = f"What SWITCH looked at: words chosen: {len(found.chosen)}, passed over: {len(found.skipped)}"
    return f'<details class="fb-looked"><summary>{summary}</summary>{words}{skipped}{gate}</details>'


def _chosen(chosen: ChosenWord) -> str:
    near = ", ".join(f"<bdi>{text(c.word)}</bdi> {c.cosine:.2f}" for c in chosen.candidates) or "nothing fits"
    refused = [f"<bdi>{text(r.word)}</bdi> ({text(r.reason)})" for r in chosen.refused[:_LISTED_REASONS]]
    more = len(chosen.refused) - len(refused)
    said = (
        f'<span class="fb-quiet">Refused: {", ".join(refused)}{f" and {more} more" if more > 0 else ""}.</span>'
        if refused
        else ""
    )
    return f"<p><strong><bdi>{text(chosen.word.text)}</bdi></strong> may become {near}. {said}</p>"

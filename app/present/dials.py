"""The two dials of an attack as HTML: success and meaning over the rules, and what sharp scores hide."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.present.bars import bars
from app.present.html import class_name, panel, percent, take_away, text
from app.say import plural
from app.theme import looks_of
from core.attacks.presets import PRESETS
from core.evaluation.dials import Fall
from core.evaluation.gate_dial import FOOLED, SIMILARITY
from core.evaluation.results import Result
from core.language.text import match_case
from core.tasks import about, get_task

GATE_LEAD = (
    "The same attack by every set of rules, from strict to none, on the text in the form: the looser they are, the "
    "easier the plain classifier falls, and the less of the meaning is left."
)
ILLUSION_LEAD = (
    "Scores of logits divided by a small temperature leave every answer as it is, but the attacker no longer sees "
    "which swap helps: the classifier looks robust. Whoever fits a temperature first sees again."
)


def gate_heading() -> str:
    """Title and lead of the gate dial."""
    return panel("Gate dial", GATE_LEAD, "")


def illusion_heading() -> str:
    """Title and lead of the illusion."""
    return panel("The illusion of sharp scores", ILLUSION_LEAD, "")


def gates(task: str, falls: Sequence[Fall]) -> str:
    """A row for each set of rules, as far as they have been tried."""
    rows = "".join(_gate(task, one) for one in falls)
    rest = "" if len(falls) == len(PRESETS) else f"{len(falls)} of {len(PRESETS)} tried. "
    heads = ("Rules", "Fooled?", "Words changed", "Questions", "Sentence similarity", "Swaps")
    note = (
        f'<p class="fb-quiet">{rest}One text, TextFooler, the plain classifier; similarity is the cosine of sentence '
        "vectors, which do not see polarity: good for bad can pass as the same. "
        f"{take_away('#gate-shown', 'gate-dial', ('csv',))}</p>"
    )
    return _table(heads, rows) + note


def stored(dials: Mapping[str, Mapping[str, tuple[Result, ...]]]) -> str:
    """The same for our own example texts, as it was measured once: what fell, and how much of its meaning was left."""
    if not dials:
        return '<p class="fb-quiet">No stored run over many texts yet: python -m core gates makes one.</p>'
    return f'<div class="fd-stored">{"".join(_stored(name, columns) for name, columns in dials.items())}</div>'


def _stored(model: str, columns: Mapping[str, tuple[Result, ...]]) -> str:
    fell, left = (tuple(replace(one, row=PRESETS[one.attack].title) for one in columns[name])
                  for name in (FOOLED, SIMILARITY))  # fmt: skip
    first = fell[0]
    return (
        f"<section><h3>{text(about(get_task(first.task)).many)}</h3><h4>Share that fell</h4>"
        f'<div class="fb-measures">{bars(fell, 2)}</div><h4>Sentence similarity of those that fell</h4>'
        f'<div class="fb-measures">{bars(left, 2)}</div><p class="fb-quiet">Stored, {text(model)}, n = {first.n} texts '
        f"of our own, seed {first.seed}, 95 % intervals: <code>{text(first.command)}</code></p></section>"
    )


def illusion(task: str, falls: Sequence[tuple[str, Fall]]) -> str:
    """A row for each attack; each with what the attacker sees, in words."""
    rows = "".join(
        _row([("Attacker sees", text(seen)), ("Score before", f"{one.end.probability_before:.6g}"),
              ("Fooled?", _fooled(task, one)), ("Words changed", str(len(one.end.swaps))),
              ("Questions", f"{one.end.queries:,}")])
        for seen, one in falls
    )  # fmt: skip
    heads = ("Attacker sees", "Score before", "Fooled?", "Words changed", "Questions")
    return _table(heads, rows) + (
        '<p class="fb-quiet">One text by the rules “Anything goes”; the answers are the same at every temperature. '
        f"{take_away('#illusion-shown', 'illusion', ('csv',))}</p>"
    )


def fitted(temperature: float, seen: float, n: int) -> str:
    """What the calibrating attacker looks at."""
    return f"calibrated: ÷ {seen:.3g}, then ÷ {temperature:.3g} (fitted to {plural(n, 'text')} of ours)"


def _gate(task: str, one: Fall) -> str:
    swaps = ", ".join(f"{text(old)} → {text(match_case(old, new))}" for _, old, new in one.end.swaps)
    bar = (
        f'<span class="fb-track" aria-hidden="true"><span class="fb-fill fb-bg-grey" '
        f'style="width:{100 * max(one.similarity, 0.0):.1f}%"></span></span>{one.similarity:.3f}'
    )
    cells = [("Rules", text(PRESETS[one.rules].title)), ("Fooled?", _fooled(task, one)),
             ("Words changed", f"{len(one.end.swaps)} of {one.end.words}"), ("Questions", f"{one.end.queries:,}"),
             ("Similarity", bar), ("Swaps", swaps)]  # fmt: skip
    return _row(cells)


def _fooled(task: str, one: Fall) -> str:
    labels, end = get_task(task).labels, one.end
    answer = class_name(labels[end.predicted], looks_of(labels)[end.predicted])
    said = {"success": "✗ fooled", "exhausted": "✓ not within the questions"}.get(end.status, "✓ holds")
    return f"{said}: {answer}; {text(labels[end.label])} at {percent(end.probability)}"


def _row(cells: Sequence[tuple[str, str]]) -> str:
    shown = "".join(f'<td data-label="{name}">{cell}</td>' for name, cell in cells)
    return f"<tr>{shown}</tr>"


def _table(heads: Sequence[str], rows: str) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    return f'<table class="fb-table fd-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'

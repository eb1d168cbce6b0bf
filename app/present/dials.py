"""The two dials of an attack as HTML: success and meaning over the rules, and what sharp scores hide."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.present.bars import bars
from app.present.html import class_name, panel, percent, take_away, text
from app.say import plural, say
from app.theme import looks_of
from core.attacks.presets import PRESETS
from core.evaluation.dials import Fall
from core.evaluation.gate_dial import FOOLED, SIMILARITY
from core.evaluation.results import Result
from core.language.text import match_case
from core.tasks import about, get_task

GATE_LEAD = say(
    "The same attack by every set of rules, from strict to none, on the text in the form: the looser they are, the "
    "easier the plain classifier falls, and the less of the meaning is left."
)
ILLUSION_LEAD = say(
    "Scores of logits divided by a small temperature leave every answer as it is, but the attacker no longer sees "
    "which swap helps: the classifier looks robust. Whoever fits a temperature first sees again."
)


HEADS = {
    "rules": say("Rules"), "seen": say("Attacker sees"), "score": say("Score before"), "fooled": say("Fooled?"),
    "words": say("Words changed"), "questions": say("Questions"), "similarity": say("Sentence similarity"),
    "swaps": say("Swaps"),
}  # fmt: skip
"""Of the columns, by the kind that the stylesheet knows them by."""


def gate_heading() -> str:
    """Title and lead of the gate dial."""
    return panel(say("Gate dial"), GATE_LEAD, "")


def illusion_heading() -> str:
    """Title and lead of the illusion."""
    return panel(say("The illusion of sharp scores"), ILLUSION_LEAD, "")


def gates(task: str, falls: Sequence[Fall]) -> str:
    """A row for each set of rules, as far as they have been tried."""
    rows = "".join(_gate(task, one) for one in falls)
    rest = ""
    if len(falls) < len(PRESETS):
        rest = say("{done} of {all} tried.", done=len(falls), all=len(PRESETS))
    about = say(
        "One text, TextFooler, the plain classifier; similarity is the cosine of sentence vectors, which do not see "
        "polarity: good for bad can pass as the same."
    )
    note = f'<p class="fb-quiet">{rest} {about} {take_away("#gate-shown", "gate-dial", ("csv",))}</p>'
    return _table(("rules", "fooled", "words", "questions", "similarity", "swaps"), rows) + note


def stored(dials: Mapping[str, Mapping[str, tuple[Result, ...]]]) -> str:
    """The same for our own example texts, as it was measured once: what fell, and how much of its meaning was left."""
    if not dials:
        none = say("No run over many texts is stored yet. This makes one:")
        return f'<p class="fb-quiet">{none} <code>python -m core gates</code></p>'
    return f'<div class="fd-stored">{"".join(_stored(name, columns) for name, columns in dials.items())}</div>'


def _stored(model: str, columns: Mapping[str, tuple[Result, ...]]) -> str:
    fell, left = (tuple(replace(one, row=PRESETS[one.attack].title) for one in columns[name])
                  for name in (FOOLED, SIMILARITY))  # fmt: skip
    first = fell[0]
    made = say("Stored: {model}, n = {n} texts of our own, seed {seed}, 95 % intervals.", model=text(model), n=first.n,
               seed=first.seed)  # fmt: skip
    return (
        f'<section id="gates-{first.task}">'
        f"<h3>{text(about(get_task(first.task)).many)}</h3><h4>{say('Share that fell')}</h4>"
        f'<div class="fb-measures">{bars(fell, 2)}</div><h4>{say("Sentence similarity of those that fell")}</h4>'
        f'<div class="fb-measures">{bars(left, 2, True)}</div>'
        f'<p class="fb-quiet">{made} <code>{text(first.command)}</code>'
        f"{take_away(f'#gates-{first.task}', f'gates-{first.task}')}</p></section>"
    )


def illusion(task: str, falls: Sequence[tuple[str, Fall]]) -> str:
    """A row for each attack; each with what the attacker sees, in words."""
    rows = "".join(
        _row([("seen", text(seen)), ("score", f"{one.end.probability_before:.6g}"),
              ("fooled", _fooled(task, one)), ("words", str(len(one.end.swaps))),
              ("questions", f"{one.end.queries:,}")])
        for seen, one in falls
    )  # fmt: skip
    about = say("One text by the rules “Anything goes”; the answers are the same at every temperature.")
    note = f'<p class="fb-quiet">{about} {take_away("#illusion-shown", "illusion", ("csv",))}</p>'
    return _table(("seen", "score", "fooled", "words", "questions"), rows) + note


def fitted(temperature: float, seen: float, n: int) -> str:
    """What the calibrating attacker looks at."""
    return say("calibrated: ÷ {seen}, then ÷ {own} (fitted to {texts} of ours)", seen=f"{seen:.3g}",
               own=f"{temperature:.3g}", texts=plural(n, "text"))  # fmt: skip


def _gate(task: str, one: Fall) -> str:
    swaps = ", ".join(f"{text(old)} → {text(match_case(old, new))}" for _, old, new in one.end.swaps)
    bar = (
        f'<span class="fb-track" aria-hidden="true"><span class="fb-fill fb-bg-grey" '
        f'style="width:{100 * max(one.similarity, 0.0):.1f}%"></span></span>{one.similarity:.3f}'
    )
    changed = say("{n} of {all}", n=len(one.end.swaps), all=one.end.words)
    cells = [("rules", text(PRESETS[one.rules].title)), ("fooled", _fooled(task, one)), ("words", changed),
             ("questions", f"{one.end.queries:,}"), ("similarity", bar), ("swaps", swaps)]  # fmt: skip
    return _row(cells)


def _fooled(task: str, one: Fall) -> str:
    labels, end = get_task(task).labels, one.end
    answer = class_name(labels[end.predicted], looks_of(labels)[end.predicted])
    known = {"success": say("✗ fooled"), "exhausted": say("✓ not within the questions")}
    return say("{said}: {answer}; {label} at {share}", said=known.get(end.status, say("✓ holds")), answer=answer,
               label=text(labels[end.label]), share=percent(end.probability))  # fmt: skip


def _row(cells: Sequence[tuple[str, str]]) -> str:
    shown = "".join(f'<td data-kind="{kind}" data-label="{HEADS[kind]}">{cell}</td>' for kind, cell in cells)
    return f"<tr>{shown}</tr>"


def _table(kinds: Sequence[str], rows: str) -> str:
    head = "".join(f'<th scope="col">{HEADS[kind]}</th>' for kind in kinds)
    return f'<table class="fb-table fd-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'

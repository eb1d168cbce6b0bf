"""The sentences of the Words tab: who was fooled, what the rules say of it, what TextFooler came to."""

from app.play import Play
from app.present.html import text
from app.say import plural
from app.words_seen import Seen
from core.attacks.presets import PRESETS
from core.defenses.ballot import RANDOMISED
from core.defenses.registry import PLAIN
from core.language.text import match_case


def listed(names: list[str]) -> str:
    """``Plain``, ``Plain and FuSE``, ``Plain, FuSE and FIVE``."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def fooled_words(found: Seen) -> str:
    """The score: who changed their mind, with how many words."""
    if not found.begun:
        return "Nobody has been asked yet. Click any word of the text."
    if not found.play.swaps:
        return "The text stands as it was. Choose a neighbour to put in the word's place."
    count = plural(len(found.play.swaps), "word")
    answered = [name for name in found.titles if name in found.now]
    fallen = [text(found.titles[name]) for name in found.fooled]
    held = [text(found.titles[name]) for name in answered if name not in found.fooled]
    if not answered:
        return f"{count} changed."
    if not fallen:
        return f"{count} changed, and nobody has changed their mind: {_holding(held)}."
    return f"<strong>Fooled {listed(fallen)} with {count}.</strong>{f' {_holding(held)}.' if held else ''}"


def _holding(held: list[str]) -> str:
    return f"{listed(held)} {'hold' if len(held) > 1 else 'holds'}"


def rules_words(found: Seen) -> str:
    """What the rules say of the swaps that were made; empty where they have nothing against them."""
    against = [judged for judged in found.judged or () if judged.refusal]
    if not against:
        return ""
    items = "".join(
        f"<li><bdi>{text(one.word.text)}</bdi> → <bdi>{text(one.replacement)}</bdi>: {text(one.refusal.reason)}</li>"
        for one in against
        if one.refusal
    )
    rules = PRESETS[found.play.rules].title
    lead = f"{len(against)} of {plural(len(found.play.swaps), 'swap')} would not pass the rules “{text(rules)}”:"
    return f'<div class="fw-against"><p>{lead}</p><ul>{items}</ul></div>'


def chance_words(found: Seen) -> str:
    """Who of those asked answers by chance; empty where nobody does."""
    lucky = [text(found.titles[name]) for name, answer in found.now.items() if RANDOMISED in answer.flags]
    if not lucky:
        return ""
    verb, whose = ("answer", "their draw") if len(lucky) > 1 else ("answers", "its draw")
    said = f"{listed(lucky)} {verb} by chance: this is {whose} with seed {found.play.seed}."
    return f'<p class="fb-quiet fw-chance">{said}</p>'


def questions_words(play: Play) -> str:
    """The counter."""
    return f"{plural(len(play.tried), 'question')} so far: wordings of the text that were put to the classifiers."


def par_words(found: Seen) -> str:
    """How TextFooler did on the plain classifier, beside the visitor."""
    end, rules = found.par, text(PRESETS[found.play.rules].title)
    if end is None and not found.play.par:
        return ""
    if end is None:
        return f'<p class="fw-par">TextFooler is at it: {plural(found.asking, "question")} so far.</p>'
    asked = plural(end.queries, "question")
    if end.status != "success":
        return f'<p class="fw-par"><strong>TextFooler did not fool Plain</strong> by the rules “{rules}” ({asked}).</p>'
    swaps = ", ".join(f"<bdi>{text(old)}</bdi> → <bdi>{text(match_case(old, new))}</bdi>" for _, old, new in end.swaps)
    score = f"<strong>TextFooler fooled Plain with {plural(len(end.swaps), 'word')}</strong>"
    return f'<p class="fw-par">{score}, {asked}, rules “{rules}”: {swaps}. {_compared(found, len(end.swaps))}</p>'


def _compared(found: Seen, par: int) -> str:
    if PLAIN not in found.fooled:
        return ""
    own = len(found.play.swaps)
    if any(judged.refusal for judged in found.judged or ()):
        return "Yours is not by the rules, so it does not compare."
    word = "one fewer" if par - own == 1 else f"{par - own} fewer" if own < par else "as few" if own == par else ""
    return f"You needed {word}." if word else f"You needed {own - par} more."

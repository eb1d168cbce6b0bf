"""The sentences of the Words tab: who was fooled, what the rules say of it, what TextFooler came to."""

from app.play import Play
from app.present.html import text
from app.say import plural, say
from app.words_seen import Seen
from core.attacks.presets import PRESETS
from core.defenses.ballot import RANDOMISED
from core.defenses.registry import PLAIN
from core.language.text import match_case


def listed(names: list[str]) -> str:
    """``Plain``, ``Plain and FuSE``, ``Plain, FuSE and FIVE``."""
    first = ", ".join(names[:-1])
    return say("{names} and {last}", names=first, last=names[-1]) if first else "".join(names)


def fooled_words(found: Seen) -> str:
    """The score: who changed their mind, with how many words."""
    if not found.begun:
        return say("Nobody has been asked yet. Click any word of the text.")
    if not found.play.swaps:
        return say("The text stands as it was. Choose a neighbour to put in the word's place.")
    count = plural(len(found.play.swaps), "word")
    answered = [name for name in found.titles if name in found.now]
    fallen = [text(found.titles[name]) for name in found.fooled]
    held = [text(found.titles[name]) for name in answered if name not in found.fooled]
    if not answered:
        return say("{words} changed.", words=count)
    if not fallen:
        return say("{words} changed, and nobody has changed their mind: {who}.", words=count, who=_holding(held))
    told = say("Fooled {who} with {words}.", who=listed(fallen), words=count)
    return f"<strong>{told}</strong>{f' {_holding(held)}.' if held else ''}"


def _holding(held: list[str]) -> str:
    return say("{who} hold", who=listed(held)) if len(held) > 1 else say("{who} holds", who=listed(held))


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
    lead = say("{n} of {swaps} would not pass the rules “{rules}”:", n=len(against),
               swaps=plural(len(found.play.swaps), "swap"), rules=text(rules))  # fmt: skip
    return f'<div class="fw-against"><p>{lead}</p><ul>{items}</ul></div>'


def chance_words(found: Seen) -> str:
    """Who of those asked answers by chance; empty where nobody does."""
    lucky = [text(found.titles[name]) for name, answer in found.now.items() if RANDOMISED in answer.flags]
    if not lucky:
        return ""
    who, seed = listed(lucky), found.play.seed
    said = say("{who} answers by chance: this is its draw with seed {seed}.", who=who, seed=seed)
    if len(lucky) > 1:
        said = say("{who} answer by chance: this is their draw with seed {seed}.", who=who, seed=seed)
    return f'<p class="fb-quiet fw-chance">{said}</p>'


def questions_words(play: Play) -> str:
    """The counter."""
    return say("{questions} so far: wordings of the text that were put to the classifiers.",
               questions=plural(len(play.tried), "question"))  # fmt: skip


def par_words(found: Seen) -> str:
    """How TextFooler did on the plain classifier, beside the visitor."""
    end, rules = found.par, text(PRESETS[found.play.rules].title)
    if end is None and not found.play.par:
        return ""
    if end is None:
        told = say("TextFooler is at it: {questions} so far.", questions=plural(found.asking, "question"))
        return f'<p class="fw-par">{told}</p>'
    asked = plural(end.queries, "question")
    if end.status != "success":
        told = say("<strong>TextFooler did not fool Plain</strong> by the rules “{rules}” ({questions}).", rules=rules,
                   questions=asked)  # fmt: skip
        return f'<p class="fw-par">{told}</p>'
    swaps = ", ".join(f"<bdi>{text(old)}</bdi> → <bdi>{text(match_case(old, new))}</bdi>" for _, old, new in end.swaps)
    told = say("<strong>TextFooler fooled Plain with {words}</strong>, {questions}, rules “{rules}”: {swaps}.",
               words=plural(len(end.swaps), "word"), questions=asked, rules=rules, swaps=swaps)  # fmt: skip
    return f'<p class="fw-par">{told} {_compared(found, len(end.swaps))}</p>'


def _compared(found: Seen, par: int) -> str:
    if PLAIN not in found.fooled:
        return ""
    own = len(found.play.swaps)
    if any(judged.refusal for judged in found.judged or ()):
        return say("Yours is not by the rules, so it does not compare.")
    if par - own == 1:
        return say("You needed one fewer.")
    if own == par:
        return say("You needed as few.")
    return say("You needed {n} fewer.", n=par - own) if own < par else say("You needed {n} more.", n=own - par)

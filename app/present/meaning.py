"""Same meaning? as HTML: a pair to judge, what the encoder says, the tally with its file."""

from app.meaning import FLOOR, Judgement, Pair, pairs, record
from app.present.footer import download
from app.present.html import panel, percent, text
from app.say import plural, say
from core.evaluation.statistics import wilson
from core.strict_json import to_json

LEAD = say(
    "An attack only counts if the meaning stays. Judge before the sentence encoder is heard: do these two say the "
    "same? Some were made by an attack, some were written to mean the opposite."
)
_MADE = {"attack": say("TextFooler made it"), "opposite": say("It was written to mean the opposite")}


def meaning(judged: tuple[Judgement, ...]) -> str:
    """The pair that is next, after the answer to the last one."""
    done = len(judged)
    last = _answer(judged[-1]) if judged else ""
    listed = pairs()
    end = f"<p><strong>{say('That was all.')}</strong></p>"
    shown = _pair(listed[done], done, len(listed)) if done < len(listed) else end
    return panel(say("Same meaning?"), LEAD, f"{last}{shown}{_tally(judged)}")


def _pair(pair: Pair, done: int, of: int) -> str:
    buttons = "".join(
        f'<button type="button" class="fb-ghost" data-act="{act}">{name}</button>'
        for act, name in (("same", say("The same")), ("other", say("Something else")))
    )
    return (
        f'<p class="fb-quiet">{say("Pair {n} of {of}", n=done + 1, of=of)}</p><blockquote class="fv-pair" dir="auto">'
        f'<p>{text(pair.first)}</p><p>{text(pair.second)}</p></blockquote><div class="fw-tools">{buttons}</div>'
    )


def _answer(last: Judgement) -> str:
    told = say(
        "You said {mine}. The encoder: cosine <strong>{cosine}</strong>, {alike} (from {floor}); {agrees}. {made}.",
        mine=say("the same") if last.same else say("something else"), cosine=f"{last.cosine:.2f}", floor=FLOOR,
        alike=say("alike") if last.cosine >= FLOOR else say("not alike"), made=_MADE[last.pair.made_by],
        agrees=say("✓ it agrees with you") if last.agrees else say("✗ it does not agree with you"),
    )  # fmt: skip
    return f'<p role="status" class="fv-end">{told}</p>'


def _tally(judged: tuple[Judgement, ...]) -> str:
    if not judged:
        return ""
    agreeing, n = sum(one.agrees for one in judged), len(judged)
    low, high = wilson(agreeing, n)
    file = download("JSON", "application/json", "firebert-judgements.json", to_json(record(judged), indent=1))
    told = say(
        "The encoder agreed with you on {agreeing} of {pairs} ({low} to {high}). It does not see polarity: an opposite "
        "can score as high as the same in other words.",
        agreeing=agreeing, pairs=plural(n, "pair"), low=percent(low), high=percent(high),
    )  # fmt: skip
    return f'<p class="fb-quiet">{told} {file}</p>'

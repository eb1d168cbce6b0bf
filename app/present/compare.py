"""Before and after as HTML: both texts word under word, which swap decided, and how faithful each importance is."""

from collections.abc import Iterator

from app.present.html import class_name, panel, percent, take_away, text
from app.present.importance import METHODS, number, strength
from app.say import say
from app.theme import looks_of
from core.analysis.before_after import Comparison, Faithfulness
from core.models.importance import Importances
from core.tasks import get_task

LEAD = say(
    "How much the plain classifier leans on each word, before the swaps and after: the text as it was above, as it is "
    "below. Without swaps of your own, TextFooler's are taken."
)
LISTED = 8
TITLES = {name: title for title, name in METHODS.items()}


def heading() -> str:
    """Title and lead."""
    return panel(say("Before and after"), LEAD, "")


def compared(task: str, raw: str, found: Comparison, whose: str) -> str:
    """Who swapped, both answers, the texts one under the other, the list."""
    labels = get_task(task).labels
    looks = looks_of(labels)
    first, now = found.answer_before, found.answer_after
    answers = " → ".join(
        f"{class_name(labels[a.label], looks[a.label])} {percent(a.probabilities[a.label])}" for a in (first, now)
    )
    against = any(score < 0 for score in (*found.before.scores, *found.after.scores))
    about = say(
        "The deeper the shade, the more the answer leans on the word, as a share of the strongest one in its row."
    )
    if against:
        about += f" {say('Dotted underline: against the answer.')}"
    return (
        f'<p class="fc-answers">{text(whose)}: {answers}. {_decided(found, labels[first.label])}</p>'
        f'<p class="fc-words fb-text" dir="auto">{"".join(_pairs(raw, found))}</p>'
        f'<p class="fb-quiet">{about} {take_away("#compare-shown", "before-and-after", ("csv",))}</p>'
        f"{_list(found, labels[first.label])}"
    )


def _decided(found: Comparison, label: str) -> str:
    decisive = found.decisive
    if decisive is None:
        return say("The answer has not changed, so no swap decided.")
    place = [index for index, _ in found.swaps].index(decisive)
    back = percent(found.undone[place].probabilities[found.answer_before.label])
    was, now = found.before.words[decisive].text, found.after.words[decisive].text
    return say(
        "<strong>Decisive: <bdi>{was}</bdi> → <bdi>{now}</bdi></strong>; that word alone put back, {label} is at "
        "{back}.",
        was=text(was), now=text(now), label=text(label), back=back,
    )  # fmt: skip


def _pairs(raw: str, found: Comparison) -> Iterator[str]:
    swapped, decisive = {index for index, _ in found.swaps}, found.decisive
    tops = [max((abs(s) for s in one.scores), default=0.0) for one in (found.before, found.after)]
    words = found.before.words
    for index, word in enumerate(words):
        end = words[index + 1].start if index + 1 < len(words) else len(raw)
        tail = raw[word.end : end].strip()
        kind = " fc-swap" if index in swapped else ""
        kind += " fc-decisive" if index == decisive else ""
        title = f' title="{say("the decisive swap")}"' if index == decisive else ""
        rows = "".join(_word(one, index, top, tail) for one, top in zip((found.before, found.after), tops, strict=True))
        yield f'<span class="fc-pair{kind}"{title}>{rows}</span> '


def _word(found: Importances, index: int, top: float, tail: str) -> str:
    score = found.scores[index]
    sign = "fb-against" if score < 0 else "fb-for"
    shown = (
        f'<span class="fb-word {sign}" style="--s:{strength(score, top):.2f}">{text(found.words[index].text)}</span>'
    )
    return f"<span>{shown}{text(tail)}</span>"


def _list(found: Comparison, label: str) -> str:
    ranks = [{index: rank for rank, index in enumerate(one.order, 1)} for one in (found.before, found.after)]
    swapped = dict(zip((index for index, _ in found.swaps), found.undone, strict=True))
    wanted = sorted({*found.before.order[:LISTED], *swapped}, key=lambda i: ranks[0].get(i, 10**6))
    rows = []
    for index in wanted:
        was, now = found.before.words[index].text, found.after.words[index].text
        places = [f"{place[index]} ({number(one.scores[index])})" if index in place else say("not read")
                  for place, one in zip(ranks, (found.before, found.after), strict=True)]  # fmt: skip
        back = percent(swapped[index].probabilities[found.answer_before.label]) if index in swapped else ""
        mark = " fc-decided" if index == found.decisive else ""
        shown = f"<del>{text(was)}</del> <mark>{text(now)}</mark>" if index in swapped else text(was)
        cells = [("word", "", shown), ("before", say("rank before"), places[0]),
                 ("after", say("rank after"), places[1]), ("back", say("put back"), back)]  # fmt: skip
        row = "".join(f'<td data-kind="{kind}" data-label="{name}">{cell}</td>' for kind, name, cell in cells)
        rows.append(f'<tr class="fc-row{mark}">{row}</tr>')
    heads = (say("Word"), say("Rank before (score)"), say("Rank after (score)"),
             say("{label}, word put back", label=label))  # fmt: skip
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in heads)
    return f'<table class="fb-table fc-list"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def faithful(found: Faithfulness, label: str) -> str:
    """What the curves show, and the area under each."""
    areas = sorted((found.area(curve.left), TITLES[curve.method]) for curve in found.curves)
    listed = ", ".join(f"{text(title)} <strong>{area:.2f}</strong>" for area, title in areas)
    low, high = found.area(found.lowest), found.area(found.highest)
    told = say(
        "Words are taken out of the original text, the most important first; a faithful measure makes the answer fall "
        "fast. Mean probability of “{label}” on the way: {listed}; random orders <strong>{chance}</strong> (n = {n}; "
        "the band is from the lowest to the highest at each place, {low} to {high} on the mean). One text: another can "
        "rank the measures otherwise.",
        label=text(label), listed=listed, chance=f"{found.area(found.chance):.2f}", n=found.orders, low=f"{low:.2f}",
        high=f"{high:.2f}",
    )  # fmt: skip
    return (
        f'<h3 class="fb-curve-title">{say("Is the importance faithful?")}</h3>'
        f'<p class="fb-quiet">{told} {take_away("#deletion", "deletion")}</p>'
    )


def unplayed() -> str:
    """Nothing to compare yet."""
    return f'<p class="fb-quiet">{say("Choose a text first.")}</p>'


def unfooled(reason: str) -> str:
    """TextFooler found nothing, and the visitor has swapped nothing."""
    told = say("TextFooler found no swaps for this text ({reason}). Swap a word yourself.", reason=text(reason))
    return f'<p class="fb-quiet">{told}</p>'

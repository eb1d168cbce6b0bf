"""The word that is looked at among its neighbours: a map for each classifier, and the list with numbers and reasons."""

from app.present.html import class_name, panel, percent, take_away, text
from app.present.words_layout import HEIGHT, WIDTH, Box, apart
from app.say import say
from app.theme import Look, looks_of
from app.words_seen import Seen
from core.analysis.words import Around, Option
from core.attacks.presets import PRESETS
from core.language.text import match_case
from core.tasks import get_task

LEAD = say(
    "Every neighbour was put in the word's place and the text asked about: shape and colour are the class it leads to. "
    "The nearer to the middle, the nearer in meaning; neighbours that resemble each other stand side by side."
)
NONE = say("It has no neighbours in the table, so nothing can take its place. Try another word.")

HEADS = {
    "word": say("Neighbour"),
    "cosine": say("Word cosine"),
    "tag": say("Part of speech"),
    "rules": say("The rules"),
}
"""Of the list's columns, by the kind that the stylesheet knows them by."""


def around_panel(found: Seen) -> str:
    """Maps and list; what to do where no word is looked at."""
    if found.play.word is None:
        return ""
    if found.around is None:
        return panel(say("Its neighbours"), LEAD, f'<p class="fb-quiet">{say("asking …")}</p>')
    around = found.around
    word = f"“{around.word.text}”"
    title = say("The neighbours of {word}", word=word)
    if not around.options:
        return panel(title, f"{word}: {NONE}", "")
    now = dict(found.play.swaps).get(around.index)
    now = None if now is None else match_case(around.word.text, now)
    maps = "".join(_map(found, around, now, place) for place in range(len(found.compared)))
    return panel(title, LEAD, f'<div class="fw-maps">{maps}</div>{_legend(found)}{_files()}{_list(found, around, now)}')


def _map(found: Seen, around: Around, now: str | None, place: int) -> str:
    """One classifier's map. Positions are shares of its box, so that it may be wider; heights are pixels."""
    labels = get_task(found.play.task).labels
    looks = looks_of(labels)
    boxes = apart([Box.of(around.word.text, 0.0, 0.0), *(Box.of(o.word, o.x, o.y) for o in around.options)])
    own = around.answers[place]
    middle = _mark(looks[own.label], around.word.text, boxes[0], around.index, "", "", "fw-own", now is None)
    marks = [
        _mark(looks[option.answers[place].label], option.word, box, around.index, option.word,
              _tip(option, labels, place), _kind(option, own.label, place), option.word == now)
        for option, box in zip(around.options, boxes[1:], strict=True)
    ]  # fmt: skip
    flips = sum(option.answers[place].label != own.label for option in around.options)
    said = say("{n} of {all} lead to another class", n=flips, all=len(around.options))
    named = say("{who}: map of the neighbours", who=text(found.compared[place]))
    return (
        f'<figure class="fw-map"><figcaption><strong>{text(found.compared[place])}</strong> '
        f'<span class="fb-quiet">{said}</span></figcaption><div class="fw-field" role="group" '
        f'aria-label="{named}" style="height:{HEIGHT}px">'
        f"{_rings()}{middle}{''.join(marks)}</div></figure>"
    )


def _rings() -> str:
    rings = "".join(f'<ellipse cx="50" cy="50" rx="{r}" ry="{r}"/>' for r in (16, 30, 44))
    return f'<svg class="fw-rings" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">{rings}</svg>'


def _mark(look: Look, shown: str, box: Box, index: int, to: str, tip: str, kind: str, pressed: bool) -> str:
    return (
        f'<button type="button" class="fw-mark fb-{look.key} {kind}" data-act="swap" data-word="{index}" '
        f'data-to="{text(to)}" tabindex="-1" aria-pressed="{str(pressed).lower()}" title="{text(tip)}" '
        f'style="left:{100 * box.x / WIDTH:.2f}%;top:{box.y:.0f}px"><span aria-hidden="true">{look.symbol}</span> '
        f'<bdi class="fw-name">{text(shown)}</bdi></button>'
    )


def _kind(option: Option, own: int, place: int) -> str:
    kinds = ["fw-flips"] if option.answers[place].label != own else []
    return " ".join([*kinds, "fw-no"] if option.refusal else kinds)


def _tip(option: Option, labels: tuple[str, ...], place: int) -> str:
    answer = option.answers[place]
    said = f"{labels[answer.label]} {percent(answer.probabilities[answer.label])}"
    cosine = "" if option.cosine is None else f" · {say('cosine')} {option.cosine:.2f}"
    return f"{said}{cosine}{f' · {option.refusal.reason}' if option.refusal else ''}"


def _files() -> str:
    maps = take_away("#words-around", "neighbours", ("svg", "png"))
    listed = take_away("#words-around", "neighbours", ("csv",))
    return f'<p class="fb-quiet">{say("The maps: {maps} The list: {listed}", maps=maps, listed=listed)}</p>'


def _legend(found: Seen) -> str:
    labels = get_task(found.play.task).labels
    classes = " ".join(class_name(label, look) for label, look in zip(labels, looks_of(labels), strict=True))
    rules = text(PRESETS[found.play.rules].title)
    struck = say("struck out: not by the rules “{rules}”", rules=rules)
    return (
        f'<p class="fb-legend">{classes} <span class="fw-key fw-flips">{say("ringed: another class than now")}</span> '
        f'<span class="fw-key fw-no">{struck}</span></p>'
    )


def _list(found: Seen, around: Around, now: str | None) -> str:
    heads = ["#", *(HEADS[kind] for kind in ("word", "cosine", "tag")), *found.compared, HEADS["rules"]]
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in heads)
    rows = [_own_row(found, around, now)]
    rows += [_row(found, around, option, rank, now) for rank, option in enumerate(around.options, start=1)]
    note = f'<p class="fb-quiet">{text(around.note.capitalize())}.</p>' if around.note else ""
    return f'<table class="fb-table fw-list"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>{note}'


def _own_row(found: Seen, around: Around, now: str | None) -> str:
    button = _choose(around.index, around.word.text, "", now is None)
    answers = [_answer(found, place, around, None) for place in range(len(found.compared))]
    return _cells(found, "", button, "1", around.tag, answers, say("the word as it was"))


def _row(found: Seen, around: Around, option: Option, rank: int, now: str | None) -> str:
    button = _choose(around.index, option.word, option.word, option.word == now)
    answers = [_answer(found, place, around, option) for place in range(len(found.compared))]
    cosine = "" if option.cosine is None else f"{option.cosine:.2f}"
    said = say("refused: {why}", why=text(option.refusal.reason)) if option.refusal else say("allowed")
    return _cells(found, str(rank), button, cosine, option.tag, answers, said, bool(option.refusal))


def _cells(
    found: Seen, rank: str, button: str, cosine: str, tag: str, answers: list[str], said: str, refused: bool = False
) -> str:
    named = [("rank", "#", rank), ("word", HEADS["word"], button), ("cosine", HEADS["cosine"], cosine),
             ("tag", HEADS["tag"], text(tag.lower()))]  # fmt: skip
    named += [("answer", text(who), answer) for who, answer in zip(found.compared, answers, strict=True)]
    named.append(("rules", HEADS["rules"], said))
    cells = "".join(f'<td data-kind="{kind}" data-label="{name}">{cell}</td>' for kind, name, cell in named)
    return f"<tr{' class=fw-greyed' if refused else ''}>{cells}</tr>"


def _choose(index: int, shown: str, to: str, pressed: bool) -> str:
    return (
        f'<button type="button" class="fw-choose" data-act="swap" data-word="{index}" data-to="{text(to)}" '
        f'aria-pressed="{str(pressed).lower()}"><bdi>{text(shown)}</bdi></button>'
    )


def _answer(found: Seen, place: int, around: Around, option: Option | None) -> str:
    labels = get_task(found.play.task).labels
    answer = (around if option is None else option).answers[place]
    flips = f' <span class="fb-flip">{say("flips")}</span>' if answer.label != around.answers[place].label else ""
    name = class_name(labels[answer.label], looks_of(labels)[answer.label])
    return f"{name} {percent(answer.probabilities[answer.label])}{flips}"

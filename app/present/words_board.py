"""The board of the Words tab: the text to click on, what everybody answers, the score, and TextFooler's beside it."""

from collections.abc import Iterator

from app.as_code import play_code
from app.play import to_query
from app.present.footer import download
from app.present.html import class_name, copy_code, copy_link, notice, panel, percent, text
from app.present.words_said import chance_words, fooled_words, par_words, questions_words, rules_words
from app.say import say
from app.theme import Look, looks_of
from app.words_record import play_record
from app.words_seen import Seen
from core.language.text import find_words, match_case
from core.models.classifier import Prediction
from core.strict_json import to_json
from core.tasks import get_task

MOST_WORDS = 320
"""Words of a text that can be clicked: more than any model here reads."""
UNSHOWN = 600
"""Characters shown of what comes after them."""
TITLE = say("Be the attacker")
LEAD = say(
    "Click a word, then one of its neighbours: it takes the word's place and everybody answers anew. "
    "Who changes their mind, and after how few words?"
)


def board(found: Seen, busy: str = "") -> str:
    """The whole board; ``busy`` says what is going on."""
    score = f'<p class="fw-score" role="status">{fooled_words(found)}</p>'
    if busy:
        score += f'<p class="fb-waiting"><span class="fb-spin" aria-hidden="true"></span>{text(busy)}</p>'
    body = f"{_premise(found)}{_text(found)}{score}{rules_words(found)}{_answers(found)}{_tools(found)}"
    return panel(TITLE, LEAD, body)


def blank(message: str = "") -> str:
    """The board without a text that can be played with; ``message`` says what is wrong with it."""
    return panel(TITLE, LEAD, notice(message) if message else "")


def _premise(found: Seen) -> str:
    task, example = get_task(found.play.task), found.play.example
    if not task.is_pair:
        return ""
    place = int(task.perturb == "text_a")
    other = (example.text_a, example.text_b)[place]
    told = say("{text}, never touched:", text=text(task.text_names[place].capitalize()))
    named = f'<span class="fb-quiet">{told}</span>'
    return f'<p class="fw-premise" dir="auto">{named} {text(other)}</p>'


def _text(found: Seen) -> str:
    words = "".join(_pieces(found, found.play.text))
    return f'<p class="fw-text fb-text" dir="auto" role="group" aria-label="{say("Words to click")}">{words}</p>'


def _pieces(found: Seen, raw: str) -> Iterator[str]:
    words, done = find_words(raw)[:MOST_WORDS], 0
    swaps, chosen = dict(found.play.swaps), found.play.word
    refused = {judged.word for judged in found.judged or () if judged.refusal}
    for index, word in enumerate(words):
        yield text(raw[done : word.start])
        yield _word(index, word.text, swaps.get(index), index == chosen, index == (chosen or 0), word in refused)
        done = word.end
    rest = raw[done:]
    yield (
        text(rest)
        if len(rest) <= UNSHOWN
        else f'{text(rest[:UNSHOWN])}<span class="fb-unread"> … {say("and more")}</span>'
    )


def _word(index: int, word: str, to: str | None, chosen: bool, stop: bool, refused: bool) -> str:
    shown, said = text(word), ""
    if to is not None:
        shown = f"<del>{text(word)}</del> <ins>{text(match_case(word, to))}</ins>"
        said = f' title="{say("against the rules")}"' if refused else ""
    marks = f"{' fw-swapped' if to is not None else ''}{' fw-refused' if refused else ''}"
    return (
        f'<button type="button" class="fw-word{marks}" data-act="word" data-word="{index}" '
        f'aria-pressed="{str(chosen).lower()}" tabindex="{0 if stop else -1}"{said}>{shown}</button>'
    )


def _answers(found: Seen) -> str:
    cards = "".join(_card(found, name, title) for name, title in found.titles.items())
    return f'<ul class="fw-cards" aria-label="{say("What everybody answers")}">{cards}</ul>{chance_words(found)}'


def _card(found: Seen, name: str, title: str) -> str:
    labels = get_task(found.play.task).labels
    before, now = found.before.get(name), found.now.get(name)
    if before is None or now is None:
        said = say("asking …") if found.begun else say("not asked yet")
        return f'<li class="fw-card"><h3>{text(title)}</h3><p class="fb-quiet">{said}</p></li>'
    looks, changed = looks_of(labels), before.label != now.label
    verdict = say("✗ changed its mind") if changed else say("✓ holds") if found.play.swaps else say("at first")
    mark = ' data-changed="true"' if changed else ""
    return (
        f'<li class="fw-card"{mark}><h3>{text(title)}</h3>'
        f'<p class="fw-now">{_answer(labels, looks, now, now.label)}</p>'
        f"{_meter(looks[before.label], now.probabilities[before.label], labels[before.label])}"
        f'<p class="fb-quiet">{verdict}{_was(labels, looks, before) if found.play.swaps else ""}</p></li>'
    )


def _answer(labels: tuple[str, ...], looks: tuple[Look, ...], answer: Prediction, label: int) -> str:
    return f"{class_name(labels[label], looks[label])} {percent(answer.probabilities[label])}"


def _was(labels: tuple[str, ...], looks: tuple[Look, ...], before: Prediction) -> str:
    return say("; at first {answer}", answer=_answer(labels, looks, before, before.label))


def _meter(look: Look, share: float, label: str) -> str:
    named = say("{label}, the first answer: {share}", label=text(label), share=percent(share))
    return (
        f'<span class="fb-track" role="img" aria-label="{named}">'
        f'<span class="fb-fill fb-bg-{look.key}" style="width:{100 * share:.1f}%"></span></span>'
    )


def _record(found: Seen) -> str:
    """The play as a file, once anybody has answered."""
    return download("JSON", "application/json", "firebert-words.json", to_json(play_record(found), indent=1)) if (
        found.now
    ) else ""  # fmt: skip


def _tools(found: Seen) -> str:
    play = found.play
    off = "" if play.past else " disabled"
    link = copy_link(to_query(play), "words")
    buttons = (
        f'<button type="button" class="fb-ghost" data-act="undo"{off}>{say("Undo")}</button>'
        f'<button type="button" class="fb-ghost" data-act="reset"{"" if play.swaps else " disabled"}>'
        f"{say('Reset')}</button>"
        f'<button type="button" class="fb-ghost" data-act="par"{" disabled" if play.par else ""}>'
        f"{say('Let TextFooler try')}</button>{link}{copy_code(play_code(play, found.plain))}{_record(found)}"
    )
    return f'<div class="fw-tools">{buttons}<p class="fb-quiet">{questions_words(play)}</p></div>{par_words(found)}'

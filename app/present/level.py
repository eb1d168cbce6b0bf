"""The Levels tab as HTML: the ladder, the level that is played, and the score card."""

from collections.abc import Iterator, Mapping, Sequence

from app.levels import Attempt, Game, Level, Score, card_query, levels
from app.present.html import class_name, notice, panel, percent, text
from app.say import plural, say
from app.theme import looks_of
from core.attacks.presets import PRESETS
from core.defenses.ballot import RANDOMISED
from core.language.text import find_words, match_case
from core.models.classifier import Prediction
from core.perturbation.constraints import Refusal
from core.tasks import get_task

LEAD = say(
    "Fool a classifier by the rules, in few attempts. Swap words as you like; when you ask, say first whether it will "
    "change its mind: only an answer that you predicted teaches you something. Par is what TextFooler needed."
)


def ladder(scores: Mapping[int, Score], titles: Mapping[str, str], chosen: int = 0) -> str:
    """All levels with what was scored, and the card's link."""
    items = "".join(_rung(level, scores.get(level.number), titles, level.number == chosen) for level in levels())
    card = ""
    if scores:
        won = sum(bool(one.words) for one in scores.values())
        hits, asked = sum(s.hits for s in scores.values()), sum(s.attempts for s in scores.values())
        told = say("{levels} won of {played} played; {hits} of {predictions} right.", levels=plural(won, "level"),
                   played=len(scores), hits=hits, predictions=plural(asked, "prediction"))  # fmt: skip
        card = (
            f'<p class="fv-card" role="status"><strong>{told}</strong> <button type="button" class="fb-ghost" '
            f'data-fb="copy-link" data-query="?{text(card_query(scores))}">{say("Copy score card")}</button></p>'
        )
    return panel(say("Levels"), LEAD, f'<ol class="fv-levels">{items}</ol>{card}')


def _rung(level: Level, scored: Score | None, titles: Mapping[str, str], chosen: bool) -> str:
    who = titles.get(level.against, level.against)
    done = ""
    if scored is not None:
        result = plural(scored.words, "word") if scored.words else say("not won")
        done = f' <span class="fv-score">{"✓" if scored.words else "✗"} {result}</span>'
    told = say("{who}, rules “{rules}”, {attempts}, par {par}", who=text(who), par=_par(level),
               rules=text(PRESETS[level.rules].title), attempts=plural(level.attempts, "attempt"))  # fmt: skip
    return (
        f'<li><button type="button" class="fv-level" data-act="level" data-word="{level.number}" '
        f'aria-pressed="{str(chosen).lower()}"><strong>{level.number}. {text(level.title)}</strong>{done}'
        f'<span class="fb-quiet">{told}</span></button></li>'
    )


def _par(level: Level) -> str:
    return plural(len(level.par.swaps), "word") if level.par.fooled else say("none: TextFooler gave up")


def board(
    game: Game, first: Prediction, last: Prediction | None, who: str,
    options: Sequence[tuple[str, Refusal | None]] | None, message: str = "",
) -> str:  # fmt: skip
    """The level that is played: the text, the neighbours without their answers, the two predictions, what came out."""
    level = game.level
    labels = get_task(level.task).labels
    looks = looks_of(labels)
    answer = f"{class_name(labels[first.label], looks[first.label])} {percent(first.probabilities[first.label])}"
    goal = say("{who} answers {answer}. Make it answer anything else.", who=text(who), answer=answer)
    if RANDOMISED in first.flags:
        chance = say("It answers by chance; here it is always the draw with seed 0.")
        goal += f' <span class="fb-quiet">{chance}</span>'
    body = (
        f"{_premise(level)}<p>{goal}</p>"
        f'<p class="fw-text fb-text" dir="auto" role="group" aria-label="{say("Words to click")}">'
        f"{''.join(_pieces(game))}</p>"
        f"{_options(game, options)}{notice(message) if message else ''}{_ask(game)}{_history(game, labels, last)}"
    )
    return panel(say("Level {number}: {title}", number=level.number, title=level.title), "", body)


def _premise(level: Level) -> str:
    if not get_task(level.task).is_pair:
        return ""
    named = f'<span class="fb-quiet">{say("Premise, never touched:")}</span>'
    return f'<p class="fw-premise" dir="auto">{named} {text(level.example.text_a)}</p>'


def _pieces(game: Game) -> Iterator[str]:
    raw = get_task(game.level.task).text(game.level.example)
    swaps, done = dict(game.swaps), 0
    for index, word in enumerate(find_words(raw)):
        shown = text(word.text)
        if index in swaps:
            shown = f"<del>{shown}</del> <ins>{text(match_case(word.text, swaps[index]))}</ins>"
        yield text(raw[done : word.start])
        yield (
            f'<button type="button" class="fw-word" data-act="word" data-word="{index}" aria-pressed="'
            f'{str(index == game.word).lower()}" tabindex="{0 if index == (game.word or 0) else -1}">{shown}</button>'
        )
        done = word.end
    yield text(raw[done:])


def _options(game: Game, options: Sequence[tuple[str, Refusal | None]] | None) -> str:
    if options is None or game.over:
        return ""
    if not options:
        return f'<p class="fb-quiet">{say("It has no neighbours in the table. Try another word.")}</p>'
    index, now = game.word, dict(game.swaps).get(game.word or 0)
    allowed = [word for word, refusal in options if refusal is None]
    refused = [(word, refusal) for word, refusal in options if refusal is not None]
    buttons = "".join(
        f'<button type="button" class="fw-choose" data-act="swap" data-word="{index}" data-to="{text(word)}" '
        f'aria-pressed="{str(word == now).lower()}"><bdi>{text(word)}</bdi></button> '
        for word in allowed
    )
    back = (
        f'<button type="button" class="fw-choose" data-act="swap" data-word="{index}" data-to="">'
        f"{say('as it was')}</button>"
        if now is not None
        else ""
    )
    shut = "".join(
        f"<li><s>{text(word)}</s>: {text(refusal.reason)}</li>" for word, refusal in refused if refusal is not None
    )
    counted = say("{n} refused by the rules", n=len(refused))
    closed = f"<details><summary>{counted}</summary><ul>{shut}</ul></details>" if shut else ""
    refuse = say("The rules refuse every neighbour of this word.")
    none = "" if allowed else f'<span class="fb-quiet">{refuse}</span>'
    named = say("Neighbours")
    return f'<div class="fv-options" role="group" aria-label="{named}">{buttons}{back}{none}{closed}</div>'


def _ask(game: Game) -> str:
    if game.over:
        return ""
    off = "" if game.swaps else " disabled"
    left = say("{attempts} left; asking takes one.",
               attempts=plural(game.level.attempts - len(game.attempts), "attempt"))  # fmt: skip
    buttons = "".join(
        f'<button type="button" class="fb-ghost" data-act="{act}"{off}>{name}</button>'
        for act, name in (("falls", say("It falls")), ("holds", say("It holds")), ("reset", say("Start over")))
    )
    return (
        f'<div class="fw-tools"><strong>{say("Your prediction:")}</strong> {buttons}'
        f'<span class="fb-quiet">{left}</span></div>'
    )


def _history(game: Game, labels: tuple[str, ...], last: Prediction | None) -> str:
    rows = "".join(f"<li>{_attempt(one)}</li>" for one in game.attempts)
    shown = f'<ol class="fv-history">{rows}</ol>' if rows else ""
    if last is not None:
        answer = class_name(labels[last.label], looks_of(labels)[last.label])
        now = say("Its answer now: {answer}.", answer=f"{answer} {percent(last.probabilities[last.label])}")
        shown += f'<p role="status">{now}</p>'
    return shown + (_end(game) if game.over else "")


def _attempt(one: Attempt) -> str:
    words, outcome = plural(len(one.swaps), "word"), say("fell") if one.fell else say("held")
    told = (
        say("{words}: you said it falls; it <strong>{outcome}</strong>", words=words, outcome=outcome)
        if one.predicted
        else say("{words}: you said it holds; it <strong>{outcome}</strong>", words=words, outcome=outcome)
    )
    return f"{told} {say('✓ predicted') if one.predicted == one.fell else '✗'}"


def _end(game: Game) -> str:
    par = game.level.par
    theirs = ", ".join(f"{text(old)} → {text(match_case(old, new))}" for _, old, new in par.swaps)
    questions = plural(par.questions, "question")
    needed = say("TextFooler gave up after {questions}.", questions=questions)
    if par.fooled:
        needed = say("TextFooler needed {words} and {questions}: {swaps}.", words=plural(len(par.swaps), "word"),
                     questions=questions, swaps=theirs)  # fmt: skip
    mine = say("No attempt is left, and it holds.")
    if game.won:
        mine = say("Fooled with {words} in {attempts}.", words=plural(len(game.swaps), "word"),
                   attempts=plural(len(game.attempts), "attempt"))  # fmt: skip
    return f'<p class="fv-end"><strong>{mine}</strong> {needed}</p>'


def trouble(message: str) -> str:
    """What cannot be done, in the board's place."""
    return notice(message)

"""The Levels tab as HTML: the ladder, the level that is played, and the score card."""

from collections.abc import Iterator, Mapping, Sequence

from app.levels import Game, Level, Score, card_query, levels
from app.present.html import class_name, notice, panel, percent, text
from app.present.words_said import plural
from app.theme import looks_of
from core.attacks.presets import PRESETS
from core.defenses.ballot import RANDOMISED
from core.language.text import find_words, match_case
from core.models.classifier import Prediction
from core.perturbation.constraints import Refusal
from core.tasks import get_task

LEAD = (
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
        card = (
            f'<p class="fv-card" role="status"><strong>{plural(won, "level")} won of {len(scores)} played; {hits} of '
            f'{plural(asked, "prediction")} right.</strong> <button type="button" class="fb-ghost" data-fb="copy-link" '
            f'data-query="?{text(card_query(scores))}">Copy score card</button></p>'
        )
    return panel("Levels", LEAD, f'<ol class="fv-levels">{items}</ol>{card}')


def _rung(level: Level, scored: Score | None, titles: Mapping[str, str], chosen: bool) -> str:
    who = titles.get(level.against, level.against)
    done = ""
    if scored is not None:
        result = plural(scored.words, "word") if scored.words else "not won"
        done = f' <span class="fv-score">{"✓" if scored.words else "✗"} {result}</span>'
    return (
        f'<li><button type="button" class="fv-level" data-act="level" data-word="{level.number}" '
        f'aria-pressed="{str(chosen).lower()}"><strong>{level.number}. {text(level.title)}</strong>{done}'
        f'<span class="fb-quiet">{text(who)}, rules “{text(PRESETS[level.rules].title)}”, '
        f"{plural(level.attempts, 'attempt')}, par {_par(level)}</span></button></li>"
    )


def _par(level: Level) -> str:
    return plural(len(level.par.swaps), "word") if level.par.fooled else "none: TextFooler gave up"


def board(
    game: Game, first: Prediction, last: Prediction | None, who: str,
    options: Sequence[tuple[str, Refusal | None]] | None, message: str = "",
) -> str:  # fmt: skip
    """The level that is played: the text, the neighbours without their answers, the two predictions, what came out."""
    level = game.level
    labels = get_task(level.task).labels
    looks = looks_of(labels)
    said = f"{class_name(labels[first.label], looks[first.label])} {percent(first.probabilities[first.label])}"
    goal = f"{text(who)} answers {said}. Make it answer anything else."
    if RANDOMISED in first.flags:
        goal += ' <span class="fb-quiet">It answers by chance; here it is always the draw with seed 0.</span>'
    body = (
        f"{_premise(level)}<p>{goal}</p>"
        f'<p class="fw-text fb-text" dir="auto" role="group" aria-label="Words to click">{"".join(_pieces(game))}</p>'
        f"{_options(game, options)}{notice(message) if message else ''}{_ask(game)}{_history(game, labels, last)}"
    )
    return panel(f"Level {level.number}: {level.title}", "", body)


def _premise(level: Level) -> str:
    if not get_task(level.task).is_pair:
        return ""
    named = '<span class="fb-quiet">Premise, never touched:</span>'
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
        return '<p class="fb-quiet">It has no neighbours in the table. Try another word.</p>'
    index, now = game.word, dict(game.swaps).get(game.word or 0)
    allowed = [word for word, refusal in options if refusal is None]
    refused = [(word, refusal) for word, refusal in options if refusal is not None]
    buttons = "".join(
        f'<button type="button" class="fw-choose" data-act="swap" data-word="{index}" data-to="{text(word)}" '
        f'aria-pressed="{str(word == now).lower()}"><bdi>{text(word)}</bdi></button> '
        for word in allowed
    )
    back = (
        f'<button type="button" class="fw-choose" data-act="swap" data-word="{index}" data-to="">as it was</button>'
        if now is not None
        else ""
    )
    shut = "".join(
        f"<li><s>{text(word)}</s>: {text(refusal.reason)}</li>" for word, refusal in refused if refusal is not None
    )
    closed = f"<details><summary>{len(refused)} refused by the rules</summary><ul>{shut}</ul></details>" if shut else ""
    none = "" if allowed else '<span class="fb-quiet">The rules refuse every neighbour of this word.</span>'
    return f'<div class="fv-options" role="group" aria-label="Neighbours">{buttons}{back}{none}{closed}</div>'


def _ask(game: Game) -> str:
    if game.over:
        return ""
    off = "" if game.swaps else " disabled"
    left = plural(game.level.attempts - len(game.attempts), "attempt")
    return (
        '<div class="fw-tools"><strong>Your prediction:</strong> '
        f'<button type="button" class="fb-ghost" data-act="falls"{off}>It falls</button>'
        f'<button type="button" class="fb-ghost" data-act="holds"{off}>It holds</button>'
        f'<button type="button" class="fb-ghost" data-act="reset"{off}>Start over</button>'
        f'<span class="fb-quiet">{left} left; asking takes one.</span></div>'
    )


def _history(game: Game, labels: tuple[str, ...], last: Prediction | None) -> str:
    rows = "".join(
        f"<li>{plural(len(one.swaps), 'word')}: you said it {'falls' if one.predicted else 'holds'}; it "
        f"<strong>{'fell' if one.fell else 'held'}</strong> {'✓ predicted' if one.predicted == one.fell else '✗'}</li>"
        for one in game.attempts
    )
    shown = f'<ol class="fv-history">{rows}</ol>' if rows else ""
    if last is not None:
        answer = class_name(labels[last.label], looks_of(labels)[last.label])
        shown += f'<p role="status">Its answer now: {answer} {percent(last.probabilities[last.label])}.</p>'
    return shown + (_end(game) if game.over else "")


def _end(game: Game) -> str:
    par = game.level.par
    theirs = ", ".join(f"{text(old)} → {text(match_case(old, new))}" for _, old, new in par.swaps)
    needed = f"TextFooler needed {plural(len(par.swaps), 'word')} and {plural(par.questions, 'question')}: {theirs}."
    if not par.fooled:
        needed = f"TextFooler gave up after {plural(par.questions, 'question')}."
    mine = "No attempt is left, and it holds."
    if game.won:
        mine = f"Fooled with {plural(len(game.swaps), 'word')} in {plural(len(game.attempts), 'attempt')}."
    return f'<p class="fv-end"><strong>{mine}</strong> {needed}</p>'


def trouble(message: str) -> str:
    """What cannot be done, in the board's place."""
    return notice(message)

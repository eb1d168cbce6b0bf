"""Asking for what a play shows and nobody has asked before: plain first, then a word's neighbours, then the others.

Everything that is found out is kept in :mod:`app.remembered`, so a Seen is always read from there.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from app.catalog import Catalog
from app.cost import check_cost, swap_parts, words_parts
from app.entrants import at_one_table
from app.play import Play
from app.remembered import Remembered
from app.words_seen import Keys, Seen, compared, seen
from core.analysis.words import LISTED, judge_swaps, look_around, with_swaps
from core.attacks.presets import AttackConfig, attack_config
from core.defenses.registry import PLAIN, preset_settings
from core.tasks import get_task

if TYPE_CHECKING:
    from core.models.classifier import Classifier, Prediction

PAR_QUERIES = 1000
"""Questions that TextFooler may ask when it plays beside a visitor."""
TOLD_EVERY = 20
"""Questions of TextFooler's between two signs of life."""


def rules_of(play: Play) -> AttackConfig:
    """The rules of a play, as TextFooler has them."""
    return attack_config(play.rules, play.task, max_queries=PAR_QUERIES, seed=play.seed)


def ask(
    catalog: Catalog, known: Remembered, play: Play, visitor: str = "", stop: Callable[[], bool] = lambda: False
) -> Iterator[Seen]:
    """Ask for all that the play shows, and tell what is known after every step; the last Seen has everything.

    The play of the last one has counted its questions. Ends early at ``stop``; to be advanced by the event's handler.
    """
    found = seen(catalog, known, play, visitor)
    if not found.complete:
        for found in _steps(catalog, known, play, visitor, stop):
            yield found
            if stop():
                return
    yield replace(found, play=replace(play, tried=play.tried | tried(found)))


def tried(found: Seen) -> frozenset[frozenset[tuple[int, str]]]:
    """The sets of swaps that a Seen has answers for: a question each, whoever was asked."""
    play = found.play
    sets = [frozenset(play.swaps)] if found.now and found.begun else []
    if found.around is not None:
        others, index = frozenset(play.others), found.around.index
        sets += [others, *(others | {(index, option.word)} for option in found.around.options)]
    return frozenset(sets)


def afford(catalog: Catalog, play: Play, neighbors: int, beside: int, classifiers: int) -> None:
    """Refuse what would cost more than the page allows: neighbours asked of those ``beside``, a swap of classifiers."""
    inner = catalog.classifier(play.task)
    pieces, most = len(inner.encode([play.example])[0].ids), catalog.shelf.settings.limits.pieces
    check_cost(words_parts(neighbors, beside), pieces, most)
    check_cost(swap_parts(preset_settings(inner.task, "shipped", 1.0), classifiers), pieces, most)


def _steps(catalog: Catalog, known: Remembered, play: Play, visitor: str, stop: Callable[[], bool]) -> Iterator[Seen]:
    """What is known after each question that had to be asked."""
    before = seen(catalog, known, play, visitor)
    beside = [choice.name for choice in compared(catalog, play, visitor)]
    keys, lexicon = Keys(play, visitor, tuple(beside)), catalog.models(play.task)[1]
    afford(catalog, play, LISTED, len(beside), len(before.titles))
    table = at_one_table(catalog, play.task, [*before.titles, *beside], play.seed, visitor)
    _answer(known, keys, table, PLAIN)
    if before.judged is None:
        known.put(keys.judged, judge_swaps(lexicon, play.text, play.swaps, rules_of(play)))
    yield seen(catalog, known, play, visitor)
    if play.word is not None and before.around is None and not stop():
        models = [table[name] for name in beside]
        around = look_around(models, lexicon, play.example, play.others, play.word, rules_of(play))
        known.put(keys.around, around)
        for option in around.options:
            there = with_swaps(get_task(play.task), play.example, (*play.others, (play.word, option.word)))
            for name, answer in zip(beside, option.answers, strict=True):
                known.put(keys.answer(name, there), answer)
        yield seen(catalog, known, play, visitor)
    for name in before.titles:
        if name != PLAIN and not stop() and _answer(known, keys, table, name):
            yield seen(catalog, known, play, visitor)
    if play.par and before.par is None and not stop():
        for asked in _par(known, keys, table[PLAIN], catalog, stop):
            yield seen(catalog, known, play, visitor, asked)


def answers(
    known: Remembered, keys: Keys, table: "Mapping[str, Classifier]", name: str
) -> "tuple[Prediction, Prediction]":
    """What one classifier says of the text as it was and as it is; it is asked where that is not known."""
    play = keys.play
    both = play.example, with_swaps(get_task(play.task), play.example, play.swaps)
    found = {one: known.get(keys.answer(name, one)) for one in both}
    new = [one for one, answer in found.items() if answer is None]
    for example, answer in zip(new, table[name].predict(new) if new else (), strict=True):
        known.put(keys.answer(name, example), answer)
        found[example] = answer
    return found[both[0]], found[both[1]]


def _answer(known: Remembered, keys: Keys, table: "Mapping[str, Classifier]", name: str) -> bool:
    """Ask one classifier as :func:`answers` does; whether there was anything to ask."""
    play = keys.play
    both = play.example, with_swaps(get_task(play.task), play.example, play.swaps)
    new = any(known.get(keys.answer(name, one)) is None for one in both)
    if new:
        answers(known, keys, table, name)
    return new


def _par(
    known: Remembered, keys: Keys, plain: "Classifier", catalog: Catalog, stop: Callable[[], bool]
) -> Iterator[int]:
    """TextFooler on the plain classifier by the play's rules; tells every so many questions how many it has asked."""
    from core.attacks.attack import Attack
    from core.attacks.driver import step_attack
    from core.attacks.events import AttackFinished, CandidateTried

    attack, told = Attack(rules_of(keys.play), catalog.shelf.lexicon()), 0
    for event in step_attack(attack, plain, keys.play.example, None, stop=stop):
        if isinstance(event, CandidateTried) and event.queries >= told + TOLD_EVERY:
            told = event.queries
            yield told
        if isinstance(event, AttackFinished) and event.status != "stopped":
            known.put(keys.par, event)
    yield 0

"""Levels: an example of ours, the rules of an attack, a classifier to fool in so many attempts, TextFooler's par. Pure.

``?tab=levels&card=1-2-3-1.4-5-0-4`` is a score card: a line a level, its number, attempts, words, and predictions
that were right; nothing of it is kept anywhere else. ``&level=3`` opens one. Pars are stored with the command that
found them: ``python -m app.level_pars``.
"""

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from app.say import say
from core.analysis.words import Swaps, swapped
from core.errors import ConfigError, DataFileError, InputError
from core.examples import load_examples
from core.ranges import number
from core.resources import ASSETS
from core.tasks import Example, get_task

FILE = ASSETS / "levels" / "levels.json"


@dataclass(frozen=True)
class Par:
    """What TextFooler needed: ``swaps`` are (word number, from, to); ``fooled`` is False where it did not manage."""

    fooled: bool
    swaps: tuple[tuple[int, str, str], ...]
    questions: int


@dataclass(frozen=True)
class Level:
    """``against`` is the classifier to fool, by its name on the page; ``attempts`` how often it may be asked."""

    number: int
    title: str
    task: str
    example: Example
    rules: str
    against: str
    attempts: int
    par: Par


@dataclass(frozen=True)
class Attempt:
    """The swaps that were asked about, what the visitor predicted, and whether the classifier changed its mind."""

    swaps: Swaps
    predicted: bool
    fell: bool


@dataclass(frozen=True)
class Game:
    """A level being played: the swaps chosen so far, the word looked at, the attempts made."""

    level: Level
    swaps: Swaps = ()
    word: int | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def won(self) -> bool:
        """The last attempt fooled it."""
        return bool(self.attempts) and self.attempts[-1].fell

    @property
    def over(self) -> bool:
        """Won, or no attempt is left."""
        return self.won or len(self.attempts) >= self.level.attempts

    @property
    def hits(self) -> int:
        """Predictions that were right."""
        return sum(one.predicted == one.fell for one in self.attempts)


@dataclass(frozen=True)
class Score:
    """A line of the card: ``words`` is 0 where the level was not won."""

    level: int
    attempts: int
    words: int
    hits: int


@functools.cache
def levels() -> tuple[Level, ...]:
    """All levels in order. Raises DataFileError for a file that holds none."""
    read = json.loads(FILE.read_text(encoding="utf-8"))["levels"]
    return tuple(_level(given, number) for number, given in enumerate(read, start=1))


def _level(given: Mapping[str, Any], place: int) -> Level:
    found = next((one for one in load_examples(given["task"]) if one.title == given["example"]), None)
    if found is None:
        raise DataFileError(say("Level {place}: there is no example called {example} for {task}.", place=place,
                                example=repr(given["example"]), task=given["task"]))  # fmt: skip
    par = given["par"]
    swaps = tuple((int(index), str(old), str(new)) for index, old, new in par["swaps"])
    return Level(place, given["title"], given["task"], found.example, given["rules"], given["against"],
                 given["attempts"], Par(par["fooled"], swaps, par["questions"]))  # fmt: skip


def choose(game: Game, deed: Mapping[str, Any]) -> Game:
    """The game after a click: ``act`` is word, swap or reset. Raises InputError for what cannot be done."""
    if game.over:
        raise InputError(say("This level is over. Start it again, or take another one."))
    act = deed.get("act")
    if act == "reset":
        return replace(game, swaps=(), word=None)
    if act not in ("word", "swap"):
        raise InputError(say("There is no such move: {act}.", act=f"{act!r:.40}"))
    word = int(number(say("The word"), deed.get("word"), 0, 10**6, whole=True))
    if act == "word":
        return replace(game, word=word)
    others = tuple(swap for swap in game.swaps if swap[0] != word)
    to = str(deed.get("to") or "")
    swaps = (*others, (word, to)) if to else others
    swapped(get_task(game.level.task).text(game.level.example), swaps)
    return replace(game, swaps=swaps, word=word)


def answered(game: Game, predicted: bool, fell: bool) -> Game:
    """The game after an attempt. Raises InputError for one without swaps, or one that was made before."""
    if not game.swaps:
        raise InputError(say("Swap a word first: the text as it is has been answered already."))
    if any(set(one.swaps) == set(game.swaps) for one in game.attempts):
        raise InputError(say("These swaps have been tried. Change a word."))
    return replace(game, attempts=(*game.attempts, Attempt(game.swaps, predicted, fell)))


def score(game: Game) -> Score:
    """What the card keeps of a game."""
    return Score(game.level.number, len(game.attempts), len(game.swaps) if game.won else 0, game.hits)


def card_query(scores: Mapping[int, Score]) -> str:
    """The score card as a query string."""
    lines = [f"{s.level}-{s.attempts}-{s.words}-{s.hits}" for _, s in sorted(scores.items())]
    return urlencode({"tab": "levels", "card": ".".join(lines)})


def read_card(card: str) -> dict[int, Score]:
    """The scores of a card, by level. Raises ConfigError for what is none."""
    found = {}
    for line in filter(None, card.split(".")):
        parts = line.split("-")
        if len(parts) != 4 or not all(part.isdecimal() and len(part) < 4 for part in parts):
            raise ConfigError(
                say("A line of a score card is level-attempts-words-hits, was given {line}.", line=f"{line!r:.40}")
            )
        level, attempts, words, hits = map(int, parts)
        if not (1 <= level <= len(levels()) and hits <= attempts <= levels()[level - 1].attempts):
            raise ConfigError(say("There is no such score: {line}.", line=f"{line!r:.40}"))
        found[level] = Score(level, attempts, words, hits)
    return found

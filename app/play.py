"""A visitor's play in the Words tab: a text, the rules, who is asked, the swaps made so far. Pure values and moves.

``?tab=words&task=imdb&text=...&rules=paper&against=plain,five&seed=3&word=5&swaps=5:fine,7:movie`` is a play as a link.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from app.attack_request import FIRST_PRESET
from app.permalink import MAX_LINK, parse_seed
from app.settings import USUAL_LIMITS, RequestLimits
from core.analysis.request import make_example
from core.analysis.words import Swaps, swapped
from core.attacks.presets import PRESETS
from core.errors import InputError, UnknownNameError
from core.ranges import number
from core.tasks import Example, get_task

MAX_SWAPS = 100


@dataclass(frozen=True)
class Play:
    """What is on the board. ``past`` are earlier swaps, for Undo; ``tried`` the sets of swaps that were asked about.

    ``word`` is the number of the word that is looked at; ``par`` whether TextFooler was asked to play too.
    """

    task: str
    example: Example
    rules: str = FIRST_PRESET
    against: tuple[str, ...] = ()
    seed: int = 0
    swaps: Swaps = ()
    word: int | None = None
    past: tuple[Swaps, ...] = ()
    tried: frozenset[frozenset[tuple[int, str]]] = frozenset()
    par: bool = False

    @property
    def text(self) -> str:
        """The text whose words can be swapped, as it was at first."""
        return get_task(self.task).text(self.example)

    @property
    def others(self) -> Swaps:
        """The swaps of other words than the one looked at."""
        return tuple(swap for swap in self.swaps if swap[0] != self.word)

    def is_of(self, task: str, text: str, hypothesis: str) -> bool:
        """Whether this is a play with these texts."""
        given = (text, hypothesis or "") if get_task(self.task).is_pair else (text, "")
        return (self.task, self.example.text_a, self.example.text_b or "") == (task, *given)


def new_play(
    task: str, text: str, hypothesis: str, rules: str, against: Sequence[str], seed: Any = 0,
    limits: RequestLimits = USUAL_LIMITS, swaps: Swaps = (),
) -> Play:  # fmt: skip
    """A play from the start, or from swaps that were made. Raises a FireBertError that says what is wrong with it."""
    if rules not in PRESETS:
        raise UnknownNameError("attack preset", rules, PRESETS)
    example = make_example(task, text, hypothesis if get_task(task).is_pair else "", limits.characters)
    play = Play(task, example, rules, tuple(dict.fromkeys(against)), parse_seed(seed), swaps)
    swapped(play.text, swaps)
    return play


def move(play: Play, deed: Mapping[str, Any]) -> Play:
    """The play after what a visitor did: ``act`` is word, swap, undo, reset or par; ``word`` and ``to`` say which.

    A swap to nothing puts the word itself back. Raises InputError for what cannot be done.
    """
    act = deed.get("act")
    if act == "undo":
        return replace(play, swaps=play.past[-1], past=play.past[:-1]) if play.past else play
    if act == "reset":
        return _changed(play, ()) if play.swaps else play
    if act == "par":
        return replace(play, par=True)
    if act not in ("word", "swap"):
        raise InputError(f"There is no such move: {act!r:.40}.")
    looked = replace(play, word=number("The word", deed.get("word"), 0, 10**6, whole=True))
    if act == "word":
        return looked
    to = deed.get("to") or ""
    return _changed(looked, (*looked.others, (looked.word or 0, str(to))) if to else looked.others)


def to_query(play: Play) -> str:
    """The query string that restores the play; empty when the text is too long for a link."""
    pairs = {
        "tab": "words", "task": play.task, "text": play.example.text_a, "hypothesis": play.example.text_b or "",
        "rules": play.rules if play.rules != FIRST_PRESET else "", "against": ",".join(play.against),
        "seed": str(play.seed or ""), "word": "" if play.word is None else str(play.word),
        "swaps": ",".join(f"{index}:{word}" for index, word in play.swaps),
    }  # fmt: skip
    query = urlencode({name: value for name, value in pairs.items() if value})
    return query if len(query) <= MAX_LINK else ""


def from_query(params: Mapping[str, str], limits: RequestLimits = USUAL_LIMITS) -> Play | None:
    """The play that a link asks for; None if it is no link to one. Raises a FireBertError for one that cannot be."""
    if params.get("tab") != "words" or not params.get("text"):
        return None
    against = [name for name in params.get("against", "").split(",") if name]
    pairs = [pair.partition(":") for pair in params.get("swaps", "").split(",") if pair]
    swaps, word = read_swaps({index: to for index, _, to in pairs}), params.get("word")
    play = new_play(params.get("task", "imdb"), params["text"], params.get("hypothesis", ""),
                    params.get("rules", FIRST_PRESET), against, params.get("seed"), limits, swaps)  # fmt: skip
    return replace(play, word=number("The word", word, 0, 10**6, whole=True) if word else None)


def read_swaps(given: Mapping[Any, Any]) -> Swaps:
    """Swaps from a mapping of word numbers to words. Raises a FireBertError."""
    if len(given) > MAX_SWAPS:
        raise InputError(f"At most {MAX_SWAPS} words can be swapped here, was given {len(given)}.")
    swaps = []
    for index, word in given.items():
        if not isinstance(word, str):
            raise InputError(f"A word is replaced by one word, was given {word!r:.60}.")
        swaps.append((int(number("The number of a word", index, 0, 10**6, whole=True)), word))
    return tuple(swaps)


def _changed(play: Play, swaps: Swaps) -> Play:
    """The play with other swaps; they must be possible, and Undo takes them back."""
    if len(swaps) > MAX_SWAPS:
        raise InputError(f"At most {MAX_SWAPS} words can be swapped here.")
    swapped(play.text, swaps)
    return replace(play, swaps=swaps, past=(*play.past, play.swaps)[-MAX_SWAPS:])

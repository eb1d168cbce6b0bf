"""What is known of a play without asking anybody: answers that were given before, to whomever.

A class that plays with one text asks the models once (:mod:`app.words_run`), and everybody else reads.
"""

import hashlib
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from app.catalog import Catalog, Choice
from app.entrants import choices
from app.play import Play
from app.remembered import Remembered
from app.visitors import OWN
from core.analysis.words import Around, Judged, with_swaps
from core.attacks.events import AttackFinished
from core.defenses.registry import PLAIN, composed_name
from core.models.classifier import Prediction
from core.tasks import Example, get_task


@dataclass(frozen=True)
class Seen:
    """What is known of ``play``; ``before`` and ``now`` are answers by name, to the text as it was and as it is.

    ``titles`` are those of all who are asked, ``compared`` of those whose answers stand around a word. ``judged`` is
    what the rules say of the swaps. ``par`` is how TextFooler ended on the plain classifier by the same rules,
    ``asking`` how many questions it has asked so far while it is at it. ``plain`` is where the plain one comes from.
    """

    play: Play
    titles: Mapping[str, str]
    compared: tuple[str, ...]
    before: Mapping[str, Prediction] = field(default_factory=dict)
    now: Mapping[str, Prediction] = field(default_factory=dict)
    around: Around | None = None
    judged: tuple[Judged, ...] | None = None
    par: AttackFinished | None = None
    asking: int = 0
    plain: str = ""

    @property
    def begun(self) -> bool:
        """Whether the visitor has done anything that needs an answer; a text alone does not."""
        return bool(self.play.swaps or self.play.past or self.play.par or self.play.word is not None)

    @property
    def complete(self) -> bool:
        """Nothing that the play shows has to be asked for."""
        answered = all(name in self.before and name in self.now for name in self.titles)
        looked = self.around is not None or self.play.word is None
        played = self.par is not None or not self.play.par
        return not self.begun or (answered and looked and played and self.judged is not None)

    @property
    def fooled(self) -> tuple[str, ...]:
        """Names of those who answer otherwise than they did to the text as it was."""
        both = [name for name in self.titles if name in self.before and name in self.now]
        return tuple(name for name in both if self.before[name].label != self.now[name].label)


@dataclass(frozen=True)
class Keys:
    """Under which names the parts of a play are remembered; those with a visitor's own model are the visitor's."""

    play: Play
    visitor: str
    compared: tuple[str, ...]

    def answer(self, name: str, example: Example) -> Hashable:
        """An answer of a classifier."""
        return "answer", self.play.task, name, self._scope(name), self.play.seed, digest(example)

    @property
    def around(self) -> Hashable:
        """The neighbours of the word that is looked at."""
        play, scope = self.play, [self._scope(name) for name in self.compared]
        return "around", play.task, play.rules, self.compared, *scope, digest(play.example), play.others, play.word

    @property
    def judged(self) -> Hashable:
        """What the rules say of the swaps."""
        return "judged", self.play.task, self.play.rules, digest(self.play.example), self.play.swaps

    @property
    def par(self) -> Hashable:
        """How TextFooler ended."""
        return "par", self.play.task, self.play.rules, self.play.seed, digest(self.play.example)

    def _scope(self, name: str) -> str:
        return self.visitor if OWN in name else ""


def digest(example: Example) -> bytes:
    """A short name for a text or a pair."""
    return hashlib.blake2b(repr((example.text_a, example.text_b)).encode("utf-8", "replace"), digest_size=16).digest()


def usual(catalog: Catalog, task: str) -> list[str]:
    """Who is asked unless a visitor says otherwise: plain, FuSE, FIVE, the first FACT model, and FIVE around it."""
    fact = catalog.shelf.co_tuned(task)[:1]
    wanted = [PLAIN, "fuse", "five", *fact, *(composed_name("five", name) for name in fact)]
    return [name for _, name in choices(catalog, task) if name in wanted]


def compared(catalog: Catalog, play: Play, visitor: str) -> tuple[Choice, ...]:
    """The models whose answers stand around a word: plain, and the first co-tuned one if there is any."""
    return catalog.choices(play.task, visitor)[:2]


def seen(catalog: Catalog, known: Remembered, play: Play, visitor: str = "", asking: int = 0) -> Seen:
    """What is remembered of a play. Loads nothing. Raises a FireBertError for swaps that cannot be made."""
    listed = choices(catalog, play.task, visitor)
    titles = {name: title for title, name in listed if name in play.against or name == PLAIN}
    beside = compared(catalog, play, visitor)
    keys = Keys(play, visitor, tuple(choice.name for choice in beside))
    now = with_swaps(get_task(play.task), play.example, play.swaps)

    def answers(example: Example) -> dict[str, Prediction]:
        found = {name: known.get(keys.answer(name, example)) for name in titles}
        return {name: answer for name, answer in found.items() if answer is not None}

    return Seen(
        play, titles, tuple(choice.title for choice in beside), answers(play.example), answers(now),
        None if play.word is None else known.get(keys.around), known.get(keys.judged) if play.swaps else (),
        known.get(keys.par), asking, catalog.shelf.settings.models.get(play.task, ""),
    )  # fmt: skip

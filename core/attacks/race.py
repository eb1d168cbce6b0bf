"""The same attack on several classifiers side by side: who falls first, after how many queries.

At any moment all have been asked about as often: the one that was asked least goes on. The answer under attack is the
first one's, so that all defend the same. Between small slices of a query the race says how far it is and can be
stopped, so a visitor's Stop takes one slice and not one query, which for an ensemble may be thousands of rows.
"""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from core.attacks.attack import Attack
from core.attacks.driver import STOPPED, Target
from core.attacks.events import AttackFinished, AttackStarted, failure
from core.attacks.flow import Answers, Flow, Query, Stop
from core.attacks.recording import LinedUp, Step
from core.errors import InputError
from core.models.classifier import Classifier, Prediction, is_randomised
from core.tasks import Example

PLAIN_SLICE, RANDOMISED_SLICE, DRAWS_SLICE = 16, 1, 16
"""Examples asked between two looks at ``stop``, and draws of one example; a randomised defence asks its model many rows
for each."""


@dataclass(frozen=True)
class Entrant:
    """A classifier under the name that a reader sees."""

    title: str
    classifier: Classifier


@dataclass(frozen=True)
class Asking:
    """Nothing has happened yet: ``done`` of the ``total`` answers that this classifier owes are there."""

    lane: int
    done: int
    total: int


def line_up(attack: Attack, entrants: Sequence[Entrant], example: Example, title: str = "", note: str = "") -> LinedUp:
    """What a recording of this race begins with."""
    task = entrants[0].classifier.task
    other = "text_b" if task.perturb == "text_a" else "text_a"
    return LinedUp(
        title, note, tuple(entrant.title for entrant in entrants), task.name, task.labels, task.text(example),
        getattr(example, other) or "", attack.config.method, attack.config.preset, attack.config.seed,
    )  # fmt: skip


def race(
    attack: Attack,
    entrants: Sequence[Entrant],
    example: Example,
    label: int | None = None,
    stop: Callable[[], bool] = lambda: False,
    explain: Callable[[Exception], str] = lambda error: f"{type(error).__name__}: {error}",
) -> Iterator[Step | Asking]:
    """Events of all entrants as they happen, each with its lane, and a sign of life after each slice of answers.

    ``label`` None: attack the answer that the first entrant gives. ``explain`` words what went wrong with one of them;
    the others go on. The time budget counts an entrant's own time. For a deterministic classifier the events are those
    of :func:`core.attacks.driver.step_attack`. Raises InputError without an entrant.
    """
    if not entrants:
        raise InputError("Choose at least one classifier to attack.")
    lanes = [_Lane(0, attack, entrants[0].classifier, example, label)]
    while open_lanes := [lane for lane in lanes if not lane.over]:
        lane = min(open_lanes, key=lambda lane: (lane.asked, lane.number))
        began = None
        for item in lane.turn(stop, explain):
            yield item
            if isinstance(item, Step) and isinstance(item.event, AttackStarted | AttackFinished):
                began = began or item.event
        if len(lanes) < len(entrants) and began is not None:
            found = label if label is not None or began.label < 0 else began.label
            lanes += [_Lane(n, attack, e.classifier, example, found) for n, e in enumerate(entrants) if n]


class _Lane:
    """One attack within the race."""

    def __init__(
        self, number: int, attack: Attack, classifier: Classifier, example: Example, label: int | None
    ) -> None:
        self.number, self.attack, self.example, self.label = number, attack, example, label
        self.target = Target(classifier, classifier)
        self.asked, self.spent, self.over = 0, 0.0, False
        self._flow: Flow | None = None
        self._answers: Answers | None = None

    def turn(self, stop: Callable[[], bool], explain: Callable[[Exception], str]) -> Iterator[Step | Asking]:
        """Events up to the next query, and its answers; an error becomes the outcome."""
        began = time.monotonic()
        try:
            if self._flow is None:
                self.attack.check(self.target.searched)
                victim = self.target.victim(self.example)
                self._flow = self.attack.flow(self.example, self.label, victim, lambda: self.spent)
            item = self._flow.send(self._answers)
            while not isinstance(item, Query):
                yield Step(self.number, item)
                item = next(self._flow)
            self._answers = yield from self._answer(item, stop)
        except StopIteration:
            self.over = True
        except Exception as error:
            self.over = True
            yield Step(self.number, self._failure(explain(error)))
        finally:
            self.spent += time.monotonic() - began

    def _answer(self, query: Query, stop: Callable[[], bool]) -> Generator[Asking, None, Answers]:
        found: list[list[Prediction]] = [[] for _ in query.seeds]
        size = RANDOMISED_SLICE if is_randomised(self.target.deployed) else PLAIN_SLICE
        self.asked += 0 if query.deployed else len(query.examples)
        for first in range(0, len(query.seeds), DRAWS_SLICE):
            seeds = query.seeds[first : first + DRAWS_SLICE]
            for start in range(0, len(query.examples), size):
                if stop():
                    return Stop(STOPPED)
                some = slice(start, start + size)
                answers = self.target.answer(query.examples[some], seeds, query.deployed, query.slopes[some])
                for place, each in enumerate(answers, start=first):
                    found[place] += each
                yield Asking(self.number, sum(map(len, found)), len(query.examples) * len(query.seeds))
        return list(chain.from_iterable(found))

    def _failure(self, reason: str) -> AttackFinished:
        return failure(reason, self.target.deployed.task.text(self.example), self.label)

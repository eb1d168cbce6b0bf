"""What an audit asks with: the classifier, rows, and answers and attacks that several checks share, each made once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from core.attacks.attack import Attack
from core.attacks.driver import attack_many
from core.attacks.events import AttackFinished, right_after
from core.attacks.flow import derived_seed
from core.attacks.presets import attack_config
from core.datasets import Row
from core.errors import DataFileError
from core.language.lexicon import Lexicon
from core.language.text import find_words
from core.models.classifier import Classifier, Prediction, draw_each, is_randomised
from core.ranges import check, setting
from core.tasks import Example

Right = Callable[[Prediction, int], bool]


@dataclass(frozen=True)
class AuditConfig:
    """How much is asked. ``attacked`` rows, the shortest ones, go into the checks that attack."""

    draws: int = setting(8, 2, 1000, "fresh draws of a randomised classifier, a text")
    attacked: int = setting(24, 1, 100_000, "texts that are attacked, the shortest ones")
    verdict_draws: int = setting(11, 1, 10_001, "fresh draws that decide whether a text is broken, an odd number")
    seed: int = setting(0, 0, 2**31 - 1, "of every draw")

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True)
class Subject:
    """What is audited, as its authors evaluate it.

    ``clean`` is what their accuracy without attack comes from, and ``right`` how they decide that an answer is right;
    None for the classifier itself, and for "the label is the true one". ``plain`` is the classifier without the
    defence, if there is one.
    """

    classifier: Classifier
    plain: Classifier | None = None
    clean: Classifier | None = None
    right: Right | None = None


class Undeclared:
    """A classifier that draws by itself, whatever seed is asked for: each call is a fresh draw."""

    randomised = True

    def __init__(self, classifier: Classifier) -> None:
        self.classifier, self.task, self.name = classifier, classifier.task, classifier.name

    def reseeded(self, seed: int) -> "Undeclared":
        """Itself: its seed is its own."""
        return self

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """The next draw."""
        return self.classifier.predict(examples)


@dataclass
class Bench:
    """Mutable only in what it remembers. ``deployed`` is the classifier as attacks and verdicts ask it."""

    subject: Subject
    rows: tuple[Row, ...]
    lexicon: Lexicon
    config: AuditConfig = AuditConfig()
    _runs: dict[str, tuple[AttackFinished, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.rows or any(row.label is None for row in self.rows):
            raise DataFileError("An audit needs rows, each with its label.")

    @property
    def examples(self) -> list[Example]:
        """Of all rows."""
        return [row.example for row in self.rows]

    @property
    def labels(self) -> list[int]:
        """The true ones."""
        return [row.label for row in self.rows if row.label is not None]

    @property
    def classes(self) -> int:
        """How many labels the task has."""
        return len(self.subject.classifier.task.labels)

    @cached_property
    def deployed(self) -> Classifier:
        """The classifier; one that draws without saying so is wrapped, so that it is asked anew for each draw."""
        given = self.subject.classifier
        if is_randomised(given) or not self._answers_differ(given, given):
            return given
        return Undeclared(given)

    @property
    def random(self) -> bool:
        """Whether it draws."""
        return is_randomised(self.deployed)

    @cached_property
    def seeded(self) -> bool:
        """Whether a seed, or having none, fixes the answers: then they are compared one by one, not as draws."""
        return not isinstance(self.deployed, Undeclared) and not self._answers_differ(self.fixed, self.fixed)

    @property
    def fixed(self) -> Classifier:
        """The classifier with one seed, where it takes any."""
        return self.deployed.reseeded(self.seeds[0]) if is_randomised(self.deployed) else self.deployed

    @property
    def seeds(self) -> tuple[int, ...]:
        """Of the draws; the attacks use none of them."""
        return tuple(derived_seed(self.config.seed, "audit", draw) for draw in range(self.config.draws))

    @cached_property
    def draws(self) -> list[list[Prediction]]:
        """Answers to all rows, draw by draw; a single draw of a classifier that does not draw."""
        return draw_each(self.deployed, self.examples, self.seeds if self.random else self.seeds[:1])

    @cached_property
    def attacked(self) -> tuple[Row, ...]:
        """The rows that are attacked."""
        task = self.deployed.task
        by_length = sorted(range(len(self.rows)), key=lambda i: len(find_words(task.text(self.rows[i].example))))
        return tuple(self.rows[i] for i in sorted(by_length[: self.config.attacked]))

    def attack(self, preset: str = "paper", **changes: Any) -> Attack:
        """TextFooler with this bench's seed and number of verdict draws."""
        usual = {"verdict_draws": self.config.verdict_draws, "seed": self.config.seed}
        return Attack(attack_config(preset, self.deployed.task.name, **{**usual, **changes}), self.lexicon)

    def run(
        self, name: str, attack: Attack, searched: Classifier | None = None, target: Classifier | None = None
    ) -> tuple[AttackFinished, ...]:
        """How the attack ended on each attacked row, made once for a ``name``. ``searched``: what the attacker sees."""
        if name not in self._runs:
            victim = target or self.deployed
            events = attack_many(attack, victim, self.attacked, searched=searched)
            ends = {place: event for place, event in events if isinstance(event, AttackFinished)}
            self._runs[name] = tuple(ends[i] for i in range(len(self.attacked)))
        return self._runs[name]

    def shown(self) -> tuple[AttackFinished, ...]:
        """The attack that every other is compared with: the paper's, on what the classifier shows."""
        return self.run("shown", self.attack())

    def _answers_differ(self, first: Classifier, second: Classifier) -> bool:
        some = self.examples[:8]
        return any(not alike(a, b) for a, b in zip(first.predict(some), second.predict(some), strict=True))


def alike(a: Prediction, b: Prediction, tolerance: float = 1e-3) -> bool:
    """The same answer up to rounding: logits within ``tolerance`` of the larger one's size; near ties may differ."""
    first, second = np.asarray(a.logits), np.asarray(b.logits)
    reach = tolerance * max(1.0, float(np.abs(first).max(initial=0)), float(np.abs(second).max(initial=0)))
    if not np.allclose(first, second, rtol=0, atol=reach):
        return False
    if a.label == b.label:
        return True
    both = 0 <= a.label < len(first) and 0 <= b.label < len(first)
    return both and bool(abs(first[a.label] - first[b.label]) <= reach)


def sound(*runs: Sequence[AttackFinished]) -> tuple[list[list[AttackFinished]], list[int]]:
    """The runs without the rows on which one of them came to no verdict, and the places of the rows that are left."""
    places = [
        place for place, ends in enumerate(zip(*runs, strict=True))
        if all(right_after(end.status) is not None for end in ends)
    ]  # fmt: skip
    return [[run[place] for place in places] for run in runs], places


def held(ends: Sequence[AttackFinished]) -> list[bool]:
    """Which rows are answered rightly after the attack."""
    return [right_after(end.status) is True for end in ends]


def probabilities(answers: Sequence[Prediction]) -> np.ndarray:
    """(texts, classes)."""
    return np.array([answer.probabilities for answer in answers])

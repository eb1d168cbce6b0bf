"""Fast classifiers for the attacks' tests: exact whatever shares a batch, so events can be compared with ==."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from core.attacks.attack import METHODS, Attack
from core.attacks.driver import step_attack
from core.attacks.events import AttackFinished
from core.attacks.presets import WHITE_BOX, attack_config
from core.datasets import Row
from core.language.text import find_words
from core.models.classifier import Prediction
from core.tasks import IMDB, MNLI, Example, Task

Run = Callable[..., list[Any]]
BY_ANSWERS = [method for method in METHODS if method not in WHITE_BOX]
"""The methods that the fakes here can be attacked by: they have no gradient."""


@dataclass
class BagOfWords:
    """A linear classifier with made-up weights: every word votes by its hash. Exact and fast."""

    task: Task = IMDB
    name: str = "bag of words"
    scale: float = 1.0
    cut: int = 10_000
    calls: list[int] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        self.calls.append(len(examples))
        self.examples += examples
        return [self.answer(example) for example in examples]

    def answer(self, example: Example) -> Prediction:
        text = self.task.text(example)
        logits = [self.bias(example, label) for label in range(len(self.task.labels))]
        for word in find_words(text)[: self.cut]:
            for label in range(len(logits)):
                logits[label] += self.weight(word.text, label)
        return Prediction(tuple(logits), logits.index(max(logits)))

    def weight(self, word: str, label: int) -> float:
        digest = hashlib.blake2b(f"{word.lower()}|{label}".encode(), digest_size=2).digest()
        return self.scale * (int.from_bytes(digest, "big") / 65535 - 0.5)

    def bias(self, example: Example, label: int) -> float:
        return 0.0


@dataclass
class Firm(BagOfWords):
    """The same, so sure of label 1 that few texts or none turn it; the words still move its lead."""

    lead: float = 9.0

    def bias(self, example: Example, label: int) -> float:
        return self.lead * label


@dataclass
class Noisy(BagOfWords):
    """The same with noise drawn from (seed, text): a stand-in for FuSE and FIVE."""

    seed: int = 0
    noise: float = 0.6

    @property
    def randomised(self) -> bool:
        return True

    def reseeded(self, seed: int) -> "Noisy":
        return replace(self, seed=seed)

    def bias(self, example: Example, label: int) -> float:
        key = f"{self.seed}|{example.text_a}|{example.text_b}|{label}"
        digest = hashlib.blake2b(key.encode(), digest_size=4).digest()
        return self.noise * (int.from_bytes(digest, "big") / 2**32 - 0.5)


@pytest.fixture
def bag() -> BagOfWords:
    return BagOfWords()


@pytest.fixture
def pair_bag() -> BagOfWords:
    return BagOfWords(MNLI)


@pytest.fixture
def noisy() -> Noisy:
    return Noisy()


LONG = (
    "A good film with a great story and boring actors; a small man walks outside the bad movie, "
    "and the sleeping children have nothing but a great plot."
)
SHORT = "The movie was bad, very BAD!"
PAIR = ("The man walks on the street with a dog.", "A small man is outside the great film.")


@pytest.fixture
def texts() -> list[Example]:
    """A text over the window, one under it, one without a word, one with markup and odd letters."""
    return [
        Example(LONG),
        Example(SHORT),
        Example("…!"),
        Example("Great<br /><br />movie — caf\u00e9 story, GOOD actors."),
    ]


@pytest.fixture
def run(toy_lexicon: Any) -> Run:
    """Runs one attack on a text; returns its events."""

    def go(
        classifier: Any, text: str = LONG, label: int | None = None, preset: str = "ungated", **changes: Any
    ) -> list:
        attack = Attack(attack_config(preset, **changes), toy_lexicon)
        return list(step_attack(attack, classifier, Example(text), label))

    return go


def of(events: list[Any], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


@dataclass
class Lottery:
    """Right on the original; elsewhere one seed in ``odds`` is wrong, whatever the text. Logs (seed, text)."""

    odds: int = 4
    seed: int = 0
    task: Task = IMDB
    name: str = "lottery"
    log: list[tuple[int, str]] = field(default_factory=list)

    @property
    def randomised(self) -> bool:
        return True

    def reseeded(self, seed: int) -> "Lottery":
        return replace(self, seed=seed)

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        self.log += [(self.seed, example.text_a) for example in examples]
        wrong = self.seed % self.odds == 0
        return [
            Prediction((0.0, 1.0), 1) if e.text_a == LONG or not wrong else Prediction((1.0, 0.0), 0) for e in examples
        ]


def end_of(events: list[Any]) -> AttackFinished:
    assert isinstance(events[-1], AttackFinished)
    return events[-1]


@pytest.fixture
def rows(reviews: list[Example]) -> list[Row]:
    return [Row(Example(LONG), None), *(Row(example, None) for example in reviews), Row(Example(SHORT), 0)]

"""Defences that are honest, and defences broken in the ways of published code; all exact and fast, but for BERT's."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from core.datasets import Row
from core.defenses.ballot import Ballot, Member
from core.language.text import find_words
from core.models.classifier import Prediction
from core.tasks import IMDB, Example, Task
from tests.conftest import NEIGHBOURS
from tests.core.attacks.conftest import BagOfWords, Noisy

N = 24


def texts(classifier: Any, count: int = N, words: int = 9) -> tuple[Row, ...]:
    """Rows of ``words`` to ``words + 2`` words that have neighbours, labelled as ``classifier`` answers.

    Of many, those it is surest of, half of them of each label.
    """
    rng, known = np.random.default_rng(3), sorted(NEIGHBOURS)
    lengths = rng.integers(words, words + 3, size=10 * count)
    made = [rng.choice(known, size=int(length), replace=False).tolist() for length in lengths]
    examples = [Example(f"{' '.join(each).capitalize()}.") for each in made]
    answers = classifier.predict(examples)
    order = np.argsort([-abs(a.logits[0] - a.logits[1]) for a in answers])
    found = [[Row(examples[i], label) for i in order if answers[i].label == label][: count // 2] for label in (0, 1)]
    return tuple(row for rows in found for row in rows)


def prediction(logits: Sequence[float], label: int | None = None) -> Prediction:
    given = tuple(float(x) for x in logits)
    return Prediction(given, int(np.argmax(given)) if label is None else label)


@dataclass
class Wrapped:
    """The bag behind everything here."""

    core: BagOfWords = field(default_factory=lambda: BagOfWords(scale=2.0))
    task: Task = IMDB
    name: str = "planted"

    def __post_init__(self) -> None:
        """For those with a state of their own."""

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        return self.core.predict(examples)


class DropoutVote(Wrapped):
    """Honest: three copies without a tenth of the words, drawn by a generator of its own that no seed resets."""

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(5)

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        return [prediction(np.mean([self.copy(e) for _ in range(3)], axis=0)) for e in examples]

    def copy(self, example: Example) -> tuple[float, ...]:
        words = [w.text for w in find_words(example.text_a) if self.rng.random() > 0.1]
        return self.core.answer(Example(" ".join(words))).logits


class MixesBatch(Wrapped):
    """The mean over ten rows that stand next to each other, which are ten texts, not ten copies of one."""

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        own = np.array([p.logits for p in self.core.predict(examples)])
        tiled = np.tile(own, (10, 1))
        return [prediction(row) for row in tiled.reshape(len(own), 10, -1).mean(axis=1)]


class MixesNoisyBatch(DropoutVote):
    """The same over a defence that draws by itself."""

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        own = np.array([p.logits for p in super().predict(examples)])
        return [prediction((row + own.mean(axis=0)) / 2) for row in own]


class LeaksPadding(Wrapped):
    """What is padded leans towards a label."""

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        longest = max(len(e.text_a) for e in examples)
        return [
            prediction((p.logits[0] + 0.002 * (longest - len(e.text_a)), p.logits[1]))
            for p, e in zip(self.core.predict(examples), examples, strict=True)
        ]


class Abstains(Wrapped):
    """No answer where it is unsure."""

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        return [
            prediction(p.logits, -1 if abs(p.logits[0] - p.logits[1]) < 0.5 else p.label)
            for p in self.core.predict(examples)
        ]


def counts_abstention(answer: Prediction, label: int) -> bool:
    return answer.label in (label, -1)


@dataclass
class CachedDraw(Noisy):
    """The first draw of a text is kept, whatever seed is asked for later."""

    scale: float = 2.0
    kept: dict[Example, Prediction] = field(default_factory=dict)

    def reseeded(self, seed: int) -> "CachedDraw":
        return replace(self, seed=seed, kept=self.kept)

    def answer(self, example: Example) -> Prediction:
        return self.kept.setdefault(example, super().answer(example))


class Constant(Wrapped):
    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        return [prediction((0.1 * p.logits[0], 9.0)) for p in self.core.predict(examples)]


@dataclass
class TwoModes(Noisy):
    """Asked as it is, it answers without noise; noise comes only with a seed, as in an attack."""

    scale: float = 2.0
    noise: float = 1.5
    quiet: bool = True

    def reseeded(self, seed: int) -> "TwoModes":
        return replace(self, seed=seed, quiet=False)

    def bias(self, example: Example, label: int) -> float:
        return 0.0 if self.quiet else super().bias(example, label)


class OverSharp(Wrapped):
    """Logits times a million."""

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        return [prediction([1e6 * x for x in p.logits]) for p in self.core.predict(examples)]


class HidesVotes(Wrapped):
    """Five voters, of whom the attacker sees the winner alone."""

    def ballots(self, examples: Sequence[Example]) -> list[Ballot]:
        return [self.ballot(e) for e in examples]

    def ballot(self, example: Example) -> Ballot:
        voters = [replace(Noisy(scale=2.0), seed=seed).answer(example) for seed in range(5)]
        members = tuple(Member("noised", example.text_a, (), None, v.logits, v.label, 1.0) for v in voters)
        winner = int(sum(v.label for v in voters) > 2)
        return Ballot(prediction((4.0 * (winner == 0), 4.0 * (winner == 1))), members, (), 0, "majority")

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        return [ballot.prediction for ballot in self.ballots(examples)]


class LabelsOnly(Wrapped):
    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        return [prediction((30.0 * (p.label == 0), 30.0 * (p.label == 1))) for p in self.core.predict(examples)]


class TiresOut(Wrapped):
    """Whoever asks about a text more than sixty times is told its first answer for ever."""

    def __post_init__(self) -> None:
        self.first: dict[int, Prediction] = {}
        self.asked: dict[int, int] = {}

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        return [self.answer(e) for e in examples]

    def answer(self, example: Example) -> Prediction:
        about = len(example.text_a.split()) * 1000 + sum(map(ord, example.text_a[:1]))  # all edits of a text share it
        given = self.core.answer(example)
        self.asked[about] = self.asked.get(about, 0) + 1
        self.first.setdefault(about, given)
        return given if self.asked[about] <= 60 else self.first[about]


class OtherLabel(Wrapped):
    """The label is decided elsewhere than the probabilities."""

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        return [prediction([-x for x in p.logits], p.label) for p in self.core.predict(examples)]


class Dice(Noisy):
    """Noise larger than what it is added to."""

    def bias(self, example: Example, label: int) -> float:
        return 40.0 * super().bias(example, label)


class CountsWords(Wrapped):
    """Synonyms cannot touch it: it counts words."""

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        lengths = [len(find_words(e.text_a)) for e in examples]
        return [
            prediction((math.sin(n), -math.sin(n) + 0.01 * (len(e.text_a) % 7)))
            for n, e in zip(lengths, examples, strict=True)
        ]


class Misleads(Wrapped):
    """The label is the bag's; the score beside it grows as the bag's shrinks, so whoever follows it goes astray."""

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        found = []
        for answer in self.core.predict(examples):
            lead = 3.0 / (1.0 + abs(answer.logits[0] - answer.logits[1]))
            found.append(prediction((lead * (answer.label == 0), lead * (answer.label == 1))))
        return found

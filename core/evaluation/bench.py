"""What a defence costs beside what it cannot avoid: bare forward passes over the same rows, and one gradient pass.

Each round takes texts never seen before, so no cache of an earlier round helps, and runs the defence and the bare
passes next to each other; ratios are taken within a round and their median is reported, so that a busy machine blurs
them little.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from core.defenses.five import Five, FiveConfig
from core.defenses.fuse import Fuse, FuseConfig
from core.errors import ConfigError
from core.language.lexicon import Lexicon
from core.models.black_box import takes_embeddings
from core.models.gradients import GradientClassifier
from core.perturbation.config import SwitchConfig
from core.perturbation.switch import Switch
from core.tasks import Example, Task

Result = TypeVar("Result")
SWITCH = SwitchConfig(total_alternatives=14)
FIVE = FiveConfig(samples=8)
TARGET = 1.25
"""What the project promises: FuSE with 14 alternatives and FIVE with 8 samples stay below this ratio."""


@dataclass(frozen=True)
class Times:
    """Seconds of processor time (all threads) and of the clock."""

    processor: float
    wall: float


@dataclass(frozen=True)
class BenchRound:
    """One defence on one set of texts: model rows it asked for, its time, and the time of the bare passes."""

    defense: str
    round: int
    texts: int
    rows: int
    own: Times
    bare: Times

    @property
    def ratio(self) -> Times:
        """The defence's times over the bare passes'."""
        return Times(self.own.processor / self.bare.processor, self.own.wall / self.bare.wall)


@dataclass(frozen=True)
class BenchSummary:
    """Medians over the rounds of one defence."""

    defense: str
    rounds: int
    texts: int
    rows: float
    own: Times
    bare: Times
    ratio: Times
    target: float = TARGET


def bench_defenses(
    classifier: GradientClassifier,
    lexicon: Lexicon,
    examples: Sequence[Example],
    rounds: int = 5,
    switch: SwitchConfig = SWITCH,
    five: FiveConfig = FIVE,
) -> Iterator[BenchRound]:
    """Time FuSE and FIVE, interleaved; ``examples`` are split evenly over the rounds and one for warming up.

    Raises ConfigError for too few examples.
    """
    size = len(examples) // (rounds + 1)
    if rounds < 1 or size < 1:
        raise ConfigError(f"{rounds} rounds and one to warm up need {rounds + 1} examples, {len(examples)} were given.")
    fuse_defense = Fuse(classifier, Switch(classifier, lexicon, switch), FuseConfig())
    five_defense = Five(classifier, lexicon, five)
    for number in range(rounds + 1):
        texts = examples[number * size : (number + 1) * size]
        for measured in (_fuse_round(fuse_defense, texts, number), _five_round(five_defense, texts, number)):
            if number:
                yield measured


def summarise(rounds: Sequence[BenchRound]) -> list[BenchSummary]:
    """The medians of each defence, in order of appearance."""
    return [_summary([r for r in rounds if r.defense == name]) for name in dict.fromkeys(r.defense for r in rounds)]


def crossed_examples(task: Task, examples: Sequence[Example], n: int) -> list[Example]:
    """``n`` different examples out of fewer, by joining halves of texts or mixing pairs.

    For timing only: they make no sense.
    """
    count = len(examples)
    if n > count * count:
        raise ConfigError(f"{count} examples can be crossed into {count * count} at most, {n} were asked for.")
    return [_cross(task, examples[i % count], examples[(i + i // count) % count]) for i in range(n)]


def _cross(task: Task, first: Example, second: Example) -> Example:
    if task.is_pair:
        return Example(first.text_a, second.text_b)
    one, two = first.text_a.split(), second.text_a.split()
    return Example(" ".join(one[: len(one) // 2] + two[len(two) // 2 :]))


def _fuse_round(defense: Fuse, texts: Sequence[Example], number: int) -> BenchRound:
    ballots, own = _timed(lambda: defense.ballots(texts))
    rows = [
        defense.task.with_text(example, member.text)
        for example, ballot in zip(texts, ballots, strict=True)
        for member in ballot.members
    ]
    classifier = defense.switch.classifier
    assert takes_embeddings(classifier)
    return BenchRound("FuSE", number, len(texts), len(rows), own, _bare(classifier, texts, rows))


def _five_round(defense: Five, texts: Sequence[Example], number: int) -> BenchRound:
    ballots, own = _timed(lambda: defense.ballots(texts))
    rows = [example for example, ballot in zip(texts, ballots, strict=True) for _ in ballot.members]
    return BenchRound("FIVE", number, len(texts), len(rows), own, _bare(defense.classifier, texts, rows))


def _bare(classifier: GradientClassifier, texts: Sequence[Example], rows: Sequence[Example]) -> Times:
    """Forward passes over ``rows`` and a gradient pass over ``texts``, both encoded beforehand."""
    encoded_rows, encoded_texts = classifier.encode(rows), classifier.encode(texts)
    _, forward = _timed(lambda: classifier.encoded_logits(encoded_rows))
    _, backward = _timed(lambda: classifier.gradients(encoded_texts, "predicted_logit"))
    return Times(forward.processor + backward.processor, forward.wall + backward.wall)


def _timed(work: Callable[[], Result]) -> tuple[Result, Times]:
    processor, wall = time.process_time(), time.perf_counter()
    result = work()
    return result, Times(time.process_time() - processor, time.perf_counter() - wall)


def _summary(rounds: Sequence[BenchRound]) -> BenchSummary:
    def median(of: Callable[[BenchRound], Times]) -> Times:
        times = [of(r) for r in rounds]
        return Times(float(np.median([t.processor for t in times])), float(np.median([t.wall for t in times])))

    return BenchSummary(
        rounds[0].defense,
        len(rounds),
        rounds[0].texts,
        float(np.median([r.rows for r in rounds])),
        median(lambda r: r.own),
        median(lambda r: r.bare),
        median(lambda r: r.ratio),
    )

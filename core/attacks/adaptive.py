"""What a determined attacker does about a randomised classifier (METHODS, section 10).

Views to search on: the mean of several draws, one fixed draw, another model altogether. The verdict is always the
deployed classifier's (:mod:`core.attacks.verdict`). The ladder puts the views side by
side; a sample is robust if it survives all of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.attacks.attack import Attack
from core.attacks.driver import TOGETHER, attack_many
from core.attacks.events import AttackFinished, right_after
from core.attacks.flow import derived_seed
from core.attacks.verdict import FINAL, ORIGINAL, judge
from core.datasets import Row
from core.errors import ConfigError
from core.models.classifier import Classifier, Prediction, RandomisedClassifier, draw_each
from core.tasks import Example

MEANS = (4, 8, 16)


class Averaged:
    """The mean probabilities of ``times`` draws: an attacker who asks several times. Costs ``times`` as much."""

    def __init__(self, classifier: RandomisedClassifier, times: int, seed: int = 0) -> None:
        if times < 1:
            raise ConfigError(f"A mean needs one draw or more, was given {times}.")
        self.classifier, self.price, self.seed = classifier, times, seed
        self.task = classifier.task
        self.name = f"mean of {times} draws of {classifier.name}"

    @property
    def randomised(self) -> bool:
        """As that whose draws are averaged."""
        return self.classifier.randomised

    def reseeded(self, seed: int) -> "Averaged":
        """The same mean over other draws."""
        return Averaged(self.classifier, self.price, seed)

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """Logits are the logarithms of the mean probabilities."""
        seeds = [derived_seed(self.seed, "mean", draw) for draw in range(self.price)]
        draws = draw_each(self.classifier, examples, seeds)
        return [self._mean(answers) for answers in zip(*draws, strict=True)]

    def _mean(self, answers: Sequence[Prediction]) -> Prediction:
        mean = np.mean([answer.probabilities for answer in answers], axis=0)
        logits = np.log(np.maximum(mean, 1e-30))
        questions, rows = sum(answer.questions for answer in answers), sum(answer.rows for answer in answers)
        return Prediction(tuple(logits.tolist()), int(logits.argmax()), answers[-1].flags, questions, rows)


class Fixed:
    """One draw, always the same: an attacker who knows the seed. Deterministic."""

    def __init__(self, classifier: RandomisedClassifier, seed: int = 0) -> None:
        self.classifier = classifier.reseeded(seed)
        self.task = classifier.task
        self.name = f"{classifier.name} with seed {seed}"

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """The answers of that draw."""
        return self.classifier.predict(examples)


@dataclass(frozen=True)
class Rung:
    """One attacker of the ladder: for each row whether the deployed classifier is broken, and the queries it took.

    ``broken`` counts rows that were wrong from the start as well, so its complement is the after-attack accuracy; it is
    None where nothing was found out (an error), and such rows are left out of every share.
    """

    name: str
    broken: tuple[bool | None, ...]
    queries: tuple[int, ...]

    @property
    def left_out(self) -> int:
        """Rows about which this rung says nothing."""
        return self.broken.count(None)


def climb(
    attack: Attack,
    deployed: RandomisedClassifier,
    rows: Sequence[Row],
    sources: Sequence[tuple[str, Classifier]] = (),
    means: Sequence[int] = MEANS,
    together: int = TOGETHER,
) -> Iterator[Rung]:
    """The attack ladder, a rung at a time, from cheap to dear.

    ``sources`` are deterministic models to attack and transfer from: (name, the plain model), (name, the noise-free
    core). Raises ConfigError for rows without labels.
    """
    if any(row.label is None for row in rows):
        raise ConfigError("The ladder needs a label for every row.")
    for name, source in sources:
        yield _transfer(attack, deployed, rows, name, source, together)
    views: list[tuple[str, Classifier]] = [
        ("single draws", deployed),
        ("fixed seed", Fixed(deployed, attack.config.seed)),
    ]
    views += [(f"mean of {draws} draws", Averaged(deployed, draws)) for draws in means]
    for name, view in views:
        found = _finished(attack_many(attack, deployed, rows, together, searched=view))
        yield Rung(name, tuple(map(_broken, found)), tuple(end.queries for end in found))


def _broken(end: AttackFinished) -> bool | None:
    right = right_after(end.status)
    return None if right is None else not right


def _transfer(
    attack: Attack, deployed: RandomisedClassifier, rows: Sequence[Row], name: str, source: Classifier, together: int
) -> Rung:
    """Texts found on ``source`` are judged as those of any attack; one left as it was has the original's verdict."""
    found = _finished(attack_many(attack, source, rows, together))
    labels = [row.label for row in rows if row.label is not None]
    draws, seed = attack.config.verdict_draws, attack.config.seed
    originals = [row.example for row in rows]
    broken = [v.broken for v in judge(deployed, originals, labels, draws, seed, ORIGINAL)]
    moved = [i for i, end in enumerate(found) if end.swaps and not broken[i]]
    texts = [deployed.task.with_text(originals[i], found[i].text) for i in moved]
    after = judge(deployed, texts, [labels[i] for i in moved], draws, seed, FINAL)
    for i, verdict in zip(moved, after, strict=True):
        broken[i] = verdict.broken
    told = [None if _broken(end) is None else each for end, each in zip(found, broken, strict=True)]
    return Rung(f"transfer from {name}", tuple(told), tuple(end.queries for end in found))


def survivors(rungs: Iterable[Rung]) -> tuple[bool | None, ...]:
    """Rows that no rung broke: the per-sample minimum. Their share is the honest after-attack accuracy.

    None where no rung broke the row but one says nothing about it: such rows are left out of the share.
    """
    columns: Callable[..., Iterator[tuple[bool | None, ...]]] = zip
    rows = columns(*(rung.broken for rung in rungs), strict=True)
    return tuple(False if True in row else None if None in row else True for row in rows)


def _finished(events: Iterator[tuple[int, object]]) -> list[AttackFinished]:
    """The outcomes in order of the rows; events come in fixed groups, so sorting by index restores it."""
    ends = {index: event for index, event in events if isinstance(event, AttackFinished)}
    return [ends[index] for index in sorted(ends)]

"""What a determined attacker does about a randomised classifier (METHODS, section 10).

Views to search on: the mean of several draws, one fixed draw, another model altogether. The verdict is always the
deployed classifier's: a majority of fresh draws with seeds the search never saw. The ladder puts the views side by
side; a sample is robust if it survives all of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.attacks.attack import Attack
from core.attacks.driver import TOGETHER, Reseeds, attack_many
from core.attacks.events import AttackFinished
from core.attacks.flow import derived_seed
from core.datasets import Row
from core.errors import ConfigError
from core.models.classifier import Classifier, Prediction, RandomisedClassifier
from core.tasks import Example

MEANS = (4, 8, 16)


class Averaged:
    """The mean probabilities of ``draws`` draws: an attacker who asks several times. Costs ``draws`` times as much."""

    def __init__(self, classifier: RandomisedClassifier, draws: int, seed: int = 0) -> None:
        if draws < 1:
            raise ConfigError(f"A mean needs one draw or more, was given {draws}.")
        self.classifier, self.draws, self.seed = classifier, draws, seed
        self.task = classifier.task
        self.name = f"mean of {draws} draws of {classifier.name}"

    def reseeded(self, seed: int) -> "Averaged":
        """The same mean over other draws."""
        return Averaged(self.classifier, self.draws, seed)

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """Logits are the logarithms of the mean probabilities."""
        total = np.zeros((len(examples), len(self.task.labels)))
        flags: list[tuple[str, ...]] = [()] * len(examples)
        for draw in range(self.draws):
            answers = self.classifier.reseeded(derived_seed(self.seed, "mean", draw)).predict(examples)
            total += np.array([answer.probabilities for answer in answers]).reshape(total.shape)
            flags = [answer.flags for answer in answers]
        logits = np.log(np.maximum(total / self.draws, 1e-30))
        return [Prediction(tuple(row.tolist()), int(row.argmax()), f) for row, f in zip(logits, flags, strict=True)]


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
class Verdict:
    """Of one text: how many of ``draws`` fresh answers were wrong, and whether that is a majority."""

    wrong: int
    draws: int

    @property
    def broken(self) -> bool:
        """More than half are wrong."""
        return 2 * self.wrong > self.draws


def judge(
    classifier: Classifier, examples: Sequence[Example], labels: Sequence[int], draws: int = 9, seed: int = 0
) -> list[Verdict]:
    """Fresh answers of ``classifier`` to texts found elsewhere; a deterministic one is asked once."""
    draws = draws if isinstance(classifier, Reseeds) else 1
    wrong = [0] * len(examples)
    for draw in range(draws):
        drawn = (
            classifier.reseeded(derived_seed(seed, "judge", draw)) if isinstance(classifier, Reseeds) else classifier
        )
        answers = drawn.predict(examples)
        wrong = [count + (a.label != label) for count, a, label in zip(wrong, answers, labels, strict=True)]
    return [Verdict(count, draws) for count in wrong]


@dataclass(frozen=True)
class Rung:
    """One attacker of the ladder: for each row whether the deployed classifier is broken, and the queries it took.

    ``broken`` counts rows that were wrong from the start as well, so its complement is the after-attack accuracy.
    """

    name: str
    broken: tuple[bool, ...]
    queries: tuple[int, ...]


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
        broken = tuple(end.status in ("success", "skipped") for end in found)
        yield Rung(name, broken, tuple(end.queries for end in found))


def _transfer(
    attack: Attack, deployed: RandomisedClassifier, rows: Sequence[Row], name: str, source: Classifier, together: int
) -> Rung:
    found = _finished(attack_many(attack, source, rows, together))
    texts = [deployed.task.with_text(row.example, end.text) for row, end in zip(rows, found, strict=True)]
    labels = [row.label for row in rows if row.label is not None]
    draws, seed = attack.config.confirm_draws, attack.config.seed
    before = judge(deployed, [row.example for row in rows], labels, draws, seed)
    after = judge(deployed, texts, labels, draws, derived_seed(seed, "transfer"))
    broken = tuple(a.broken or b.broken for a, b in zip(before, after, strict=True))
    return Rung(f"transfer from {name}", broken, tuple(end.queries for end in found))


def survivors(rungs: Iterable[Rung]) -> tuple[bool, ...]:
    """Rows that no rung broke: the per-sample minimum. Its mean is the honest after-attack accuracy."""
    columns: Callable[..., Iterator[tuple[bool, ...]]] = zip
    return tuple(not any(column) for column in columns(*(rung.broken for rung in rungs), strict=True))


def _finished(events: Iterator[tuple[int, object]]) -> list[AttackFinished]:
    """The outcomes in order of the rows; events come in fixed groups, so sorting by index restores it."""
    ends = {index: event for index, event in events if isinstance(event, AttackFinished)}
    return [ends[index] for index in sorted(ends)]

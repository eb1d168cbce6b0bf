"""The same text, the same answer: alone or in a batch, in any order, beside a long text (METHODS, 12.1).

A classifier with a seed, or without any, is compared answer by answer. One that draws by itself is asked several times
in each way, and the two sets of draws are compared (:mod:`core.evaluation.audit.chance`).
"""

from collections.abc import Callable

import numpy as np

from core.evaluation.audit.bench import Bench, alike, probabilities
from core.evaluation.audit.chance import SURE, two_ways
from core.evaluation.audit.finding import Measured, passed
from core.models.classifier import Classifier, Prediction
from core.tasks import Example

Way = Callable[[Classifier, list[Example]], list[Prediction]]
FORGIVEN = 0.05
"""The share of texts whose answer may move: rounding can tip a tie between two words that a defence chooses from."""
_LONG = 400


def alone(classifier: Classifier, examples: list[Example]) -> list[Prediction]:
    """Each text in a call of its own."""
    return [classifier.predict([example])[0] for example in examples]


def together(classifier: Classifier, examples: list[Example]) -> list[Prediction]:
    """All in one call."""
    return classifier.predict(examples)


def backwards(classifier: Classifier, examples: list[Example]) -> list[Prediction]:
    """All in one call, the last one first."""
    return classifier.predict(examples[::-1])[::-1]


def beside_long(classifier: Classifier, examples: list[Example]) -> list[Prediction]:
    """Each with one other text, a very long one, so that a batch needs padding."""
    task = classifier.task
    words = " ".join(task.text(example) for example in examples).split()
    text = " ".join((words * (1 + _LONG // max(1, len(words))))[:_LONG])
    return [classifier.predict([example, task.with_text(example, text)])[0] for example in examples]


def in_a_batch(bench: Bench) -> Measured:
    """Alone against in one call, forwards and backwards."""
    return _compared(bench, {"in one call with others": together, "in another order": backwards})


def padding(bench: Bench) -> Measured:
    """Alone against beside a text of 400 words."""
    return _compared(bench, {"beside a text of 400 words": beside_long})


def _compared(bench: Bench, ways: dict[str, Way]) -> Measured:
    n = len(bench.rows)
    if bench.seeded:
        own = alone(bench.fixed, bench.examples)
        moved = {name: _moved(own, way(bench.fixed, bench.examples)) for name, way in ways.items()}
        said = ", ".join(f"{count} of {n} {name}" for name, count in moved.items())
        return Measured(
            passed(max(moved.values()) <= FORGIVEN * n), n, f"Other answers than alone: {said}.",
            tuple((name, float(count)) for name, count in moved.items()),
        )  # fmt: skip
    own_draws = _asked(bench, alone)
    found = {name: two_ways(own_draws, _asked(bench, way), bench.config.seed) for name, way in ways.items()}
    said = ", ".join(f"p = {p:.2g} {name}" for name, p in found.items())
    draws = bench.config.draws
    return Measured(
        passed(min(found.values()) > SURE), n,
        f"It draws by itself, so {draws} draws alone were compared with {draws} others: {said}.", tuple(found.items()),
    )  # fmt: skip


def _moved(first: list[Prediction], second: list[Prediction]) -> int:
    return sum(not alike(a, b) for a, b in zip(first, second, strict=True))


def _asked(bench: Bench, way: Way) -> np.ndarray:
    """(draws, texts, classes)."""
    return np.stack([probabilities(way(bench.deployed, bench.examples)) for _ in range(bench.config.draws)])

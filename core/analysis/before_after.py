"""A text before and after some words were swapped: importance word by word, the swap that decided, what is faithful.

A swap is decisive if putting its word back, and nothing else, gives the first answer the most of its probability back.
An importance is faithful if the answer falls fast when the words that it ranks first are taken out (the deletion curve
of Samek et al. 2017, and what DeYoung et al. 2020 call comprehensiveness); orders drawn at random show what any order
would do.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from core.analysis.words import Swaps, with_swaps
from core.models.classifier import Prediction, softmax
from core.models.gradients import EmbeddedRow, GradientClassifier
from core.models.importance import ImportanceConfig, Importances, Method, word_importance
from core.perturbation.draws import stream
from core.tasks import Example

METHODS: tuple[Method, ...] = tuple(method for method in get_args(Method) if method != "reading_order")
PLACES, ORDERS = 12, 20
"""Most numbers of words taken out that are asked about, the whole text and none included; orders drawn at random."""


@dataclass(frozen=True)
class Comparison:
    """``before`` and ``after`` have the same number of words: word i stands where word i stood.

    ``undone`` are the answers with each swap alone put back, in the order of ``swaps``.
    """

    swaps: Swaps
    before: Importances
    after: Importances
    answer_before: Prediction
    answer_after: Prediction
    undone: tuple[Prediction, ...]

    @property
    def decisive(self) -> int | None:
        """The number of the word whose swap decided; None where the swaps did not turn the answer."""
        first = self.answer_before.label
        if self.answer_after.label == first:
            return None
        back = [answer.probabilities[first] for answer in self.undone]
        return self.swaps[int(np.argmax(back))][0]


@dataclass(frozen=True)
class Deletion:
    """``left``: the probability of the first answer with the words that ``method`` ranks first taken out."""

    method: Method
    left: tuple[float, ...]


@dataclass(frozen=True)
class Faithfulness:
    """Deletion curves of several methods over ``counts`` words taken out, ``label`` the answer to the whole text.

    ``chance`` are the curves of ``orders`` orders at random: their mean, and the lowest and highest at each place.
    """

    counts: tuple[int, ...]
    label: int
    curves: tuple[Deletion, ...]
    chance: tuple[float, ...]
    lowest: tuple[float, ...]
    highest: tuple[float, ...]
    orders: int

    def area(self, left: Sequence[float]) -> float:
        """Mean probability of the first answer from no word taken out to all; lower is more faithful."""
        if len(self.counts) < 2:
            return left[0]
        heights = [(one + other) / 2 for one, other in itertools.pairwise(left)]
        return float(np.average(heights, weights=np.diff(self.counts)))


def compare(classifier: GradientClassifier, example: Example, swaps: Swaps, config: ImportanceConfig) -> Comparison:
    """Importance of both texts and the answer with each swap put back.

    Costs two importances and 2 + swaps rows. Raises InputError for swaps that cannot be made.
    """
    task = classifier.task
    made = with_swaps(task, example, swaps)
    back = [with_swaps(task, example, tuple(swap for swap in swaps if swap is not one)) for one in swaps]
    first, now, *undone = classifier.predict([example, made, *back])
    before, after = word_importance(classifier, [example, made], config)
    return Comparison(swaps, before, after, first, now, tuple(undone))


def deletion(
    classifier: GradientClassifier,
    example: Example,
    methods: Sequence[Method] = METHODS,
    seed: int = 0,
    orders: int = ORDERS,
    places: int = PLACES,
) -> Faithfulness:
    """The answer as words are taken out, most important first: their vectors become that of the unknown piece.

    Signed scores count from what speaks most for the answer. Costs the importances and
    (methods + orders) x places rows at most.
    """
    found = [word_importance(classifier, [example], ImportanceConfig(method))[0] for method in methods]
    (encoding,) = classifier.encode([example])
    pieces = found[0].pieces
    read = [i for i, own in enumerate(pieces) if own]
    counts = tuple(sorted({round(k) for k in np.linspace(0, len(read), min(places, len(read) + 1))}))
    ranked = [sorted(read, key=lambda i, scores=one.scores: (-scores[i], i)) for one in found]  # type: ignore[misc]
    drawn = stream(seed, example, "deletion")
    ranked += [drawn.permutation(read).tolist() for _ in range(orders)]
    vectors = classifier.word_vectors(encoding.ids)
    blank = classifier.special_vector("unknown")
    rows = []
    for order in ranked:
        for count in counts:
            gone = np.array([p for i in order[:count] for p in pieces[i]], dtype=np.int64)
            rows.append(EmbeddedRow(encoding, gone, blank - vectors[gone]))
    probabilities = softmax(classifier.encoded_logits(rows)).reshape(len(ranked), len(counts), -1)
    label = int(probabilities[0, 0].argmax())
    left = probabilities[..., label]
    chance = left[len(methods) :]
    curves = tuple(Deletion(m, tuple(row.tolist())) for m, row in zip(methods, left, strict=False))
    return Faithfulness(
        counts, label, curves, tuple(chance.mean(0).tolist()), tuple(chance.min(0).tolist()),
        tuple(chance.max(0).tolist()), orders,
    )  # fmt: skip

"""A word and one that could stand in its place: both in their noise together, and the way from one to the other.

The paper's figure 7 with what it leaves out: the adversarial word's own cloud beside the original's, how the classes
change on the line between the two vectors, and how they change with the noise. Points are the mean vectors of the
word's pieces, so that words of different lengths fit into one picture; the noise is on every piece, as in FIVE.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from tokenizers import Encoding

from core.analysis.cloud import SIGMAS, CloudPoint, SigmaPoint, curve_of, noiser
from core.analysis.request import AnalysisRequest
from core.defenses.controls import NoisedText, mean_vectors
from core.errors import InputError
from core.language.lexicon import Lexicon
from core.language.text import Word, find_words, match_case, replace_words
from core.models.classifier import Prediction, softmax
from core.models.gradients import EmbeddedRow, GradientClassifier
from core.models.importance import word_pieces
from core.projection import Method, project
from core.tasks import Example, get_task

NEAREST = 12
"""Neighbours that are looked at."""
SHARES = tuple(step / 12 for step in range(-2, 15))
"""Places of the slice: a sixth of the way before the word and behind its neighbour, too."""


@dataclass(frozen=True)
class Neighbors:
    """The nearest neighbours of a word, nearest first, each with the answer to the text with it in the word's place."""

    word: Word
    names: tuple[str, ...]
    answers: tuple[Prediction, ...]
    own: Prediction

    @property
    def decisive(self) -> str:
        """The nearest one that turns the answer; where none does, the one that comes closest to it."""
        label = self.own.label
        turned = [name for name, answer in zip(self.names, self.answers, strict=True) if answer.label != label]
        left = [answer.probabilities[label] for answer in self.answers]
        return turned[0] if turned else self.names[int(np.argmin(left))] if self.names else ""


@dataclass(frozen=True)
class Beside:
    """Two clouds projected together. ``kind`` of a point: original, noised, other, noised_other, neighbor.

    ``other`` is the word beside ``word``; the points of the two noises are copies of the text with either.
    """

    word: Word
    other: str
    points: tuple[CloudPoint, ...]
    labels: tuple[str, ...]
    sigma: float
    sigma_absolute: float
    method: Method

    def counts(self, kind: str) -> tuple[int, ...]:
        """How many copies of that kind each class won."""
        won = [point.label for point in self.points if point.kind == kind]
        return tuple(won.count(label) for label in range(len(self.labels)))


@dataclass(frozen=True)
class SlicePoint:
    """On the line from a word's vector (``share`` 0) to its neighbour's (1).

    ``probabilities`` without noise, ``counts`` of the noised copies that each class won there.
    """

    share: float
    probabilities: tuple[float, ...]
    counts: tuple[int, ...]

    @property
    def n(self) -> int:
        """How many copies were drawn."""
        return sum(self.counts)


def neighbors_beside(
    classifier: GradientClassifier, lexicon: Lexicon, request: AnalysisRequest, word: Word, limit: int = NEAREST
) -> Neighbors:
    """The neighbours of ``word``, whatever any rules say. Costs 1 + limit rows."""
    found = [match_case(word.text, near.word) for near in lexicon.neighbors.neighbors(word.text.lower(), limit)]
    own, *answers = classifier.predict([request.example, *(_with(request, word, name)[0] for name in found)])
    return Neighbors(word, tuple(found), tuple(answers), own)


def draw_beside(
    classifier: GradientClassifier,
    lexicon: Lexicon,
    request: AnalysisRequest,
    near: Neighbors,
    other: str,
    sigma: float,
    draws: int = 60,
    method: Method = "pca",
    place: Callable[[np.ndarray, Method, int], np.ndarray] = project,
) -> Beside:
    """``draws`` noised copies of the text as it is and of that with ``other`` in the word's place, and the neighbours.

    Costs 2 x (1 + draws) rows; what the neighbours lead to is known. ``place`` projects as
    :func:`core.projection.project` does. Raises InputError for a word that the classifier does not read.
    """
    word, absolute = near.word, sigma * classifier.embedding_std
    example, there = _with(request, word, other)
    texts = [noised_text(classifier, request.example, word), noised_text(classifier, example, there)]
    deltas = [found[0] for found in noiser(classifier, lexicon, request, sigma, draws).noise(texts, [request.seed])]
    vectors, rows, kinds = [], list[Encoding | EmbeddedRow](), []
    for text, noise, kind in zip(texts, deltas, ("original", "other"), strict=True):
        base = classifier.word_vectors([text.encoding.ids[i] for i in text.positions])
        vectors += [base.mean(0), *(base + noise).mean(1)]
        rows += [text.encoding, *(EmbeddedRow(text.encoding, text.positions, delta) for delta in noise)]
        kinds += [kind] + ["noised" if kind == "original" else "noised_other"] * len(noise)
    answers = [(int(row.argmax()), float(row.max())) for row in softmax(classifier.encoded_logits(rows))]
    names = [word.text if kind == "original" else other if kind == "other" else "" for kind in kinds]
    for name, answer in zip(near.names, near.answers, strict=True):
        if name.lower() != other.lower():
            vectors.append(mean_vectors(classifier, [name])[name])
            answers.append((answer.label, answer.probabilities[answer.label]))
            kinds.append("neighbor")
            names.append(name)
    places = place(np.stack(vectors), method, request.seed)
    points = tuple(
        CloudPoint(float(x), float(y), kind, label, probability, name)
        for (x, y), kind, (label, probability), name in zip(places, kinds, answers, names, strict=True)
    )
    return Beside(word, other, points, classifier.task.labels, sigma, absolute, method)


def slice_between(
    classifier: GradientClassifier,
    lexicon: Lexicon,
    request: AnalysisRequest,
    word: Word,
    other: str,
    sigma: float,
    draws: int = 20,
    shares: Sequence[float] = SHARES,
) -> tuple[SlicePoint, ...]:
    """The classes on the straight line from the word's vector to ``other``'s, without noise and with it.

    Every piece of the word moves by the same, towards the mean vector of ``other``'s pieces; the copies have the same
    noise at every place, so what changes is the place. Costs shares x (1 + draws) rows.
    """
    text = noised_text(classifier, request.example, word)
    base = classifier.word_vectors([text.encoding.ids[i] for i in text.positions])
    way = mean_vectors(classifier, [other])[other] - base.mean(0)
    noise = noiser(classifier, lexicon, request, sigma, draws).noise([text], [request.seed])[0][0]
    still = np.zeros_like(base)[None]
    moves = [delta + np.float32(share) * way for share in shares for delta in (*still, *noise)]
    logits = classifier.encoded_logits([EmbeddedRow(text.encoding, text.positions, move) for move in moves])
    groups = logits.reshape(len(shares), 1 + draws, -1)
    return tuple(
        SlicePoint(share, tuple(softmax(group[:1])[0].tolist()),
                   tuple(np.bincount(group[1:].argmax(-1), minlength=group.shape[-1]).tolist()))
        for share, group in zip(shares, groups, strict=True)
    )  # fmt: skip


def curve_beside(
    classifier: GradientClassifier,
    lexicon: Lexicon,
    request: AnalysisRequest,
    word: Word,
    other: str,
    draws: int = 40,
    sigmas: Sequence[float] = SIGMAS,
) -> Iterator[SigmaPoint]:
    """As :func:`core.analysis.cloud.sigma_curve`, of the text with ``other`` in the word's place."""
    example, there = _with(request, word, other)
    yield from curve_of(classifier, lexicon, request, noised_text(classifier, example, there), sigmas, draws)


def noised_text(classifier: GradientClassifier, example: Example, word: Word) -> NoisedText:
    """The text with noise to come on one of its words. Raises InputError for one that the classifier does not read."""
    task = classifier.task
    encoding, words = classifier.encode([example])[0], find_words(task.text(example))
    pieces = dict(zip(words, word_pieces(encoding, words, task), strict=True)).get(word, ())
    if not pieces:
        raise InputError(f"The classifier does not read the word {word.text!r} at {word.start}: choose an earlier one.")
    return NoisedText(example, encoding, (word,), (pieces,))


def _with(request: AnalysisRequest, word: Word, other: str) -> tuple[Example, Word]:
    """The example with ``other`` in the word's place, and where it stands there."""
    swapped = get_task(request.task).with_text(request.example, replace_words(request.text, {word: other}))
    cased = match_case(word.text, other)
    return swapped, Word(word.start, word.start + len(cased), cased)

"""FIVE's noise as a picture: where the noised vectors lie, what class each leads to, and how that goes with sigma.

The paper's figure 7, live: noised copies of the chosen words' vectors, beside the near-synonyms that could stand there.
Points are the vectors of all chosen pieces, one after another, projected to two dimensions together.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from tokenizers import Encoding

from core.analysis.request import AnalysisRequest
from core.defenses.controls import NoisedText, mean_vectors
from core.defenses.five import Five
from core.language.lexicon import Lexicon
from core.language.text import Word, replace_words
from core.models.classifier import softmax
from core.models.gradients import EmbeddedRow, GradientClassifier
from core.perturbation.candidates import find_candidates
from core.perturbation.draft import Draft
from core.projection import Method, project
from core.tasks import Example

SIGMAS = (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 40.0, 145.0)
"""Relative sigmas of the curve; the last two are about the paper's settings for IMDB and MNLI."""
_NEIGHBORS_SHOWN = 8


@dataclass(frozen=True)
class CloudPoint:
    """One vector: where it lies, what it is, the class it leads to and that class's probability.

    ``kind`` is ``original``, ``noised`` or ``neighbor`` (then ``word`` says "from -> to").
    """

    x: float
    y: float
    kind: str
    label: int
    probability: float
    word: str = ""


@dataclass(frozen=True)
class Cloud:
    """A projected cloud. ``words`` got the noise; sigma is relative, ``sigma_absolute`` in embedding units."""

    points: tuple[CloudPoint, ...]
    labels: tuple[str, ...]
    words: tuple[Word, ...]
    sigma: float
    sigma_absolute: float
    method: Method

    @property
    def counts(self) -> tuple[int, ...]:
        """How many noised copies each class won."""
        won = [point.label for point in self.points if point.kind == "noised"]
        return tuple(won.count(label) for label in range(len(self.labels)))


@dataclass(frozen=True)
class SigmaPoint:
    """At one sigma: how many of the noised copies each class won."""

    sigma: float
    sigma_absolute: float
    counts: tuple[int, ...]

    @property
    def n(self) -> int:
        """How many copies were drawn."""
        return sum(self.counts)


def noisable_words(classifier: GradientClassifier, lexicon: Lexicon, request: AnalysisRequest) -> tuple[Word, ...]:
    """The words FIVE would noise, most important first."""
    return _chosen(classifier, lexicon, request).words


def draw_cloud(
    classifier: GradientClassifier,
    lexicon: Lexicon,
    request: AnalysisRequest,
    sigma: float,
    draws: int = 100,
    method: Method = "pca",
    only: Word | None = None,
    place: Callable[[np.ndarray, Method, int], np.ndarray] = project,
) -> Cloud:
    """``draws`` noised copies around the text, and its near-synonyms; ``only`` restricts the noise to one word.

    It is noise that is drawn, also where FIVE votes with a control in its place.
    ``place`` projects as :func:`core.projection.project` does; a caller may run it where it can be left alone.
    Costs 1 + draws + neighbours rows. A cloud of no words has no points.
    """
    text = _chosen(classifier, lexicon, request, only)
    five = noiser(classifier, lexicon, request, sigma, draws)
    absolute = sigma * classifier.embedding_std
    if not text.words:
        return Cloud((), classifier.task.labels, (), sigma, absolute, method)
    base = classifier.word_vectors([text.encoding.ids[i] for i in text.positions])
    deltas = five.noise([text], [request.seed])[0][0]
    swaps = _neighbors(classifier, lexicon, request, text, base)
    vectors = np.stack([base, *(base + delta for delta in deltas), *(vector for _, _, vector in swaps)])
    rows: list[Encoding | EmbeddedRow] = [
        text.encoding,
        *(EmbeddedRow(text.encoding, text.positions, delta) for delta in deltas),
    ]
    rows += classifier.encode([example for _, example, _ in swaps]) if swaps else []
    probabilities = softmax(classifier.encoded_logits(rows))
    kinds = [("original", "")] + [("noised", "")] * len(deltas) + [("neighbor", name) for name, _, _ in swaps]
    places = place(vectors.reshape(len(vectors), -1), method, request.seed)
    points = tuple(
        CloudPoint(float(x), float(y), kind, int(row.argmax()), float(row.max()), word)
        for (x, y), (kind, word), row in zip(places, kinds, probabilities, strict=True)
    )
    return Cloud(points, classifier.task.labels, text.words, sigma, absolute, method)


def sigma_curve(
    classifier: GradientClassifier,
    lexicon: Lexicon,
    request: AnalysisRequest,
    sigmas: Sequence[float] = SIGMAS,
    draws: int = 40,
    only: Word | None = None,
) -> Iterator[SigmaPoint]:
    """The classes of ``draws`` noised copies at each sigma, smallest first. Costs draws rows a sigma."""
    yield from curve_of(classifier, lexicon, request, _chosen(classifier, lexicon, request, only), sigmas, draws)


def curve_of(
    classifier: GradientClassifier,
    lexicon: Lexicon,
    request: AnalysisRequest,
    text: NoisedText,
    sigmas: Sequence[float],
    draws: int,
) -> Iterator[SigmaPoint]:
    """The same of any text with any of its words noised."""
    classes = len(classifier.task.labels)
    for sigma in sigmas:
        deltas = noiser(classifier, lexicon, request, sigma, draws).noise([text], [request.seed])[0][0]
        rows = [EmbeddedRow(text.encoding, text.positions, delta) for delta in deltas]
        won = classifier.encoded_logits(rows).argmax(-1) if rows else np.zeros(0, dtype=np.int64)
        counts = tuple(np.bincount(won, minlength=classes).tolist())
        yield SigmaPoint(sigma, sigma * classifier.embedding_std, counts)


def voters(request: AnalysisRequest, sigma: float, only: Word | None) -> int:
    """How many of the first copies at ``sigma`` are those that FIVE's vote asked: all its samples, or none."""
    five = request.settings.five
    return five.samples if five.noise == "gaussian" and only is None and sigma == five.sigma_relative else 0


def noiser(
    classifier: GradientClassifier, lexicon: Lexicon, request: AnalysisRequest, sigma: float, draws: int
) -> Five:
    """FIVE of the request with Gaussian noise of that relative sigma and so many copies."""
    five = request.settings.five
    config = replace(five, noise="gaussian", sigma_relative=sigma, samples=draws, seed=request.seed)
    return Five(classifier, lexicon, config)


def _chosen(
    classifier: GradientClassifier, lexicon: Lexicon, request: AnalysisRequest, only: Word | None = None
) -> NoisedText:
    text = Five(classifier, lexicon, request.settings.five).choose([request.example])[0]
    if only is None or only not in text.words:
        return text
    place = text.words.index(only)
    return replace(text, words=(only,), pieces=(text.pieces[place],))


def _neighbors(
    classifier: GradientClassifier,
    lexicon: Lexicon,
    request: AnalysisRequest,
    text: NoisedText,
    base: np.ndarray,
) -> list[tuple[str, Example, np.ndarray]]:
    """For each chosen word its near-synonyms: a name, the text with the swap, the vectors with the word's replaced."""
    task, raw = classifier.task, request.text
    config = request.settings.switch
    draft = Draft(raw)
    found, start = [], 0
    for word, pieces in zip(text.words, text.pieces, strict=True):
        limit = min(config.candidates_per_word, max(2, _NEIGHBORS_SHOWN // len(text.words)))
        near = find_candidates(draft, draft.spans.index(word), lexicon, limit, config.pos, config.min_word_cosine).kept
        for neighbor in near:
            vectors = base.copy()
            vectors[start : start + len(pieces)] = mean_vectors(classifier, [neighbor.word])[neighbor.word]
            example = task.with_text(request.example, replace_words(raw, {word: neighbor.word}))
            found.append((f"{word.text} → {neighbor.word}", example, vectors))
        start += len(pieces)
    return found

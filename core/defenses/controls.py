"""What FIVE adds to the embeddings of the chosen words: the paper's noise, or a control in its place.

The controls ask what the noise is good for. At the paper's sigmas it erases the word; ``mask`` erases it outright,
``random_word`` puts another word's vector there, ``interpolate`` moves some way towards a real neighbour.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from tokenizers import Encoding

from core.language.lexicon import Lexicon
from core.language.text import Word
from core.models.gradients import GradientClassifier
from core.tasks import Example

Noise = Literal["gaussian", "mask", "random_word", "interpolate"]


@dataclass(frozen=True)
class NoisedText:
    """A text encoded, the words FIVE chose in it, and the piece indices of each."""

    example: Example
    encoding: Encoding
    words: tuple[Word, ...]
    pieces: tuple[tuple[int, ...], ...]

    @property
    def positions(self) -> np.ndarray:
        """All chosen piece indices in order, (pieces,)."""
        return np.array([i for word in self.pieces for i in word], dtype=np.int64)


def noise_deltas(
    kind: Noise,
    classifier: GradientClassifier,
    text: NoisedText,
    lexicon: Lexicon,
    sigma: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """What to add to the embeddings of the chosen pieces, (pieces, hidden); ``sigma`` is absolute, in their units."""
    vectors = classifier.word_vectors([text.encoding.ids[i] for i in text.positions])
    if kind == "gaussian":
        return rng.normal(0.0, sigma, vectors.shape).astype(np.float32)
    if kind == "mask":
        return classifier.special_vector("mask") - vectors
    if kind == "random_word":
        ids = rng.integers(classifier.vocabulary_size, size=len(vectors))
        return classifier.word_vectors(ids.tolist()) - vectors
    return _towards_neighbors(classifier, text, lexicon, rng)


def _towards_neighbors(
    classifier: GradientClassifier, text: NoisedText, lexicon: Lexicon, rng: np.random.Generator
) -> np.ndarray:
    """Each word moves a uniform share of the way to one of its ten nearest neighbours; one without any stays."""
    moves = []
    for word, places in zip(text.words, text.pieces, strict=True):
        own = classifier.word_vectors([text.encoding.ids[i] for i in places]).mean(0)
        near = lexicon.neighbors.neighbors(word.text.lower(), 10)
        move = np.zeros_like(own)
        if near:
            target = _mean_vector(classifier, near[int(rng.integers(len(near)))].word)
            move = float(rng.uniform()) * (target - own)
        moves.append(np.repeat(move[None], len(places), axis=0))
    return np.concatenate(moves).astype(np.float32)


def _mean_vector(classifier: GradientClassifier, word: str) -> np.ndarray:
    encoding = classifier.encode([Example(word, "" if classifier.task.is_pair else None)])[0]
    ids = [i for i, special in zip(encoding.ids, encoding.special_tokens_mask, strict=True) if not special]
    return classifier.word_vectors(ids).mean(0)

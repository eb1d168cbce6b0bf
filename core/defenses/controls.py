"""What FIVE adds to the embeddings of the chosen words: the paper's noise, or a control in its place.

The controls ask what the noise is good for. At the paper's sigmas it erases the word; ``mask`` erases it outright,
``random_word`` puts another word's vector there, ``interpolate`` moves some way towards a real neighbour, ``dropout``
leaves out a tenth of the coordinates at random, as BERT's training does with its input (Srivastava et al. 2014).

All draws of all texts are made in one go. A draw is a function of (seed, text, its index) alone, and is made on the
processor, so that it is the same on every device.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float32, Int64
from tokenizers import Encoding

from core.language.lexicon import Lexicon
from core.language.text import Word
from core.models.gradients import GradientClassifier
from core.perturbation.draws import normals, stream
from core.tasks import Example

Noise = Literal["gaussian", "mask", "random_word", "interpolate", "dropout"]
_NEIGHBORS = 10
DROPPED = 0.1
"""Share of the coordinates that ``dropout`` sets to 0; the others grow by 1 / (1 - DROPPED), so the mean stays."""


@dataclass(frozen=True)
class NoisedText:
    """A text encoded, the words FIVE chose in it, and the piece indices of each."""

    example: Example
    encoding: Encoding
    words: tuple[Word, ...]
    pieces: tuple[tuple[int, ...], ...]

    @property
    def positions(self) -> Int64[np.ndarray, " pieces"]:
        """All chosen piece indices in order."""
        return np.array([i for word in self.pieces for i in word], dtype=np.int64)


def noise_deltas(
    kind: Noise,
    classifier: GradientClassifier,
    lexicon: Lexicon,
    texts: Sequence[NoisedText],
    seeds: Sequence[int],
    samples: int,
    sigma: float,
) -> list[Float32[np.ndarray, "seeds samples _pieces hidden"]]:
    """For each text what is added to its chosen pieces.

    ``sigma`` is absolute, in units of the embeddings. Reads the embedding table once for each kind of vector needed,
    however many texts, seeds and samples there are.
    """
    if kind == "gaussian":
        hidden = classifier.hidden_size
        shapes = [(samples, len(text.positions), hidden) for text in texts]
        return [
            np.float32(sigma) * np.stack([normals(seed, text.example, kind, shape) for seed in seeds])
            for text, shape in zip(texts, shapes, strict=True)
        ]
    own = _split(classifier, [[text.encoding.ids[i] for i in text.positions] for text in texts])
    if kind == "mask":
        mask = classifier.special_vector("mask")
        return [np.broadcast_to(mask - v, (len(seeds), samples, *v.shape)) for v in own]
    if kind == "random_word":
        return [new - v for new, v in zip(_random_words(classifier, texts, seeds, samples), own, strict=True)]
    if kind == "dropout":
        return [_dropped(text, vectors, seeds, samples) for text, vectors in zip(texts, own, strict=True)]
    return _towards_neighbors(classifier, lexicon, texts, own, seeds, samples)


def _dropped(
    text: NoisedText, own: Float32[np.ndarray, "_pieces hidden"], seeds: Sequence[int], samples: int
) -> Float32[np.ndarray, "seeds samples _pieces hidden"]:
    """What dropout changes in the text's own vectors."""
    drawn = np.stack([stream(s, text.example, "dropout").random((samples, *own.shape)) for s in seeds])
    factor = np.where(drawn < DROPPED, -1.0, DROPPED / (1.0 - DROPPED)).astype(np.float32)
    return factor * own


def _random_words(
    classifier: GradientClassifier, texts: Sequence[NoisedText], seeds: Sequence[int], samples: int
) -> Iterator[Float32[np.ndarray, "seeds samples _pieces hidden"]]:
    """For each text rows of the embedding table at random."""
    ids = [
        [
            stream(s, text.example, "random_word").integers(
                classifier.vocabulary_size, size=(samples, len(text.positions))
            )
            for s in seeds
        ]
        for text in texts
    ]
    shapes = [np.shape(draws) for draws in ids]
    for vectors, shape in zip(_split(classifier, [np.ravel(draws).tolist() for draws in ids]), shapes, strict=True):
        yield vectors.reshape(*shape, -1)


def _split(classifier: GradientClassifier, ids: Sequence[Sequence[int]]) -> list[Float32[np.ndarray, "_ids hidden"]]:
    """Rows of the embedding table for each list of ids, gathered at once."""
    vectors = classifier.word_vectors([i for row in ids for i in row])
    return np.split(vectors, np.cumsum([len(row) for row in ids])[:-1])


def _towards_neighbors(
    classifier: GradientClassifier,
    lexicon: Lexicon,
    texts: Sequence[NoisedText],
    own: Sequence[Float32[np.ndarray, "_pieces hidden"]],
    seeds: Sequence[int],
    samples: int,
) -> list[Float32[np.ndarray, "seeds samples _pieces hidden"]]:
    """Each word moves a uniform share of the way to one of its ten nearest neighbours; one without any stays."""
    near = [
        [[n.word for n in lexicon.neighbors.neighbors(word.text.lower(), _NEIGHBORS)] for word in text.words]
        for text in texts
    ]
    vector = mean_vectors(classifier, sorted({name for words in near for names in words for name in names}))
    found = []
    for text, vectors, words in zip(texts, own, near, strict=True):
        # (seeds, samples, words, 2): which neighbour, and how far towards it.
        drawn = np.stack([stream(s, text.example, "interpolate").random((samples, len(words), 2)) for s in seeds])
        deltas = np.zeros((len(seeds), samples, *vectors.shape), dtype=np.float32)
        at = 0
        for place, (names, pieces) in enumerate(zip(words, text.pieces, strict=True)):
            inside = slice(at, at := at + len(pieces))
            if names:
                targets = np.stack([vector[name] for name in names]) - vectors[inside].mean(0)
                which = (drawn[..., place, 0] * len(names)).astype(np.int64)
                deltas[..., inside, :] = (drawn[..., place, 1, None] * targets[which])[..., None, :]
        found.append(deltas)
    return found


def mean_vectors(classifier: GradientClassifier, words: Sequence[str]) -> dict[str, Float32[np.ndarray, " hidden"]]:
    """For each word the mean embedding of its pieces."""
    if not words:
        return {}
    encodings = classifier.encode([Example(word, "" if classifier.task.is_pair else None) for word in words])
    ids = [[i for i, special in zip(e.ids, e.special_tokens_mask, strict=True) if not special] for e in encodings]
    return {word: part.mean(0) for word, part in zip(words, _split(classifier, ids), strict=True)}

"""What the program knows about words and texts, in one value: neighbours, parts of speech, similarity, stop words.

SWITCH and the attacks take a :class:`Lexicon`; tests make one out of fakes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import UnknownNameError
from core.language.neighbors import NeighborTable, load_neighbors
from core.language.similarity import ENCODERS, SentenceEncoder, load_encoder
from core.language.stopwords import load_stop_words
from core.language.tagging import Tagger, load_tagger


@dataclass(frozen=True)
class Lexicon:
    """The four sources that SWITCH and the attacks ask. Results name the first three: ``.name`` of each."""

    neighbors: NeighborTable
    tagger: Tagger
    encoder: SentenceEncoder
    stop_words: frozenset[str]


@dataclass(frozen=True)
class LazyEncoder:
    """An encoder that is loaded when it is first asked; its name is known before. ``kind`` is ``use`` or ``minilm``."""

    kind: str
    device: str = "cpu"

    def __post_init__(self) -> None:
        if self.kind not in ENCODERS:
            raise UnknownNameError("sentence encoder", self.kind, ENCODERS)

    @property
    def name(self) -> str:
        """The encoder's name in results."""
        return ENCODERS[self.kind]

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """As the encoder itself; the first call loads it."""
        return load_encoder(self.kind, self.device).encode(texts)


def load_lexicon(
    encoder: str = "use", tagger: str = "perceptron", neighbors: str | None = None, device: str = "cpu"
) -> Lexicon:
    """The lexicon of the files that ship with the program; ``neighbors`` is the path of another table.

    ``device`` is the sentence encoder's; where the classifier is, it costs no traffic between the two.

    Neighbours, tagger and stop words are read now, once per process (about 1.5 s); the sentence encoder when it
    is first asked. Raises MissingResourceError or DamagedResourceError.
    """
    sentences = LazyEncoder(encoder, device)  # first, since a name typed wrong should not wait for files
    return Lexicon(load_neighbors(neighbors), load_tagger(tagger), sentences, load_stop_words())

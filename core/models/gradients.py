"""What importance and FIVE ask of a classifier beyond answers: embeddings in, gradients out.

Apart from the classifier that does it (:mod:`core.models.transformer`), so that settings can be read, and a page drawn
from them, before torch is imported.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from tokenizers import Encoding

from core.models.classifier import Classifier
from core.tasks import Example

if TYPE_CHECKING:
    from torch import Tensor

Scalar = Literal["predicted_logit", "logit_norm", "margin"]


@dataclass(frozen=True)
class EmbeddedRow:
    """An encoded example with something added to the word embeddings of some pieces.

    ``positions``: piece indices, shape (k,). ``deltas``: what is added there, shape (k, hidden), in embedding units.
    """

    encoding: Encoding
    positions: np.ndarray
    deltas: np.ndarray


class GradientClassifier(Classifier, Protocol):
    """A classifier that also takes embeddings and gives gradients: what importance and FIVE need."""

    embedding_std: float

    def encode(self, examples: Sequence[Example]) -> list[Encoding]:
        """Word-pieces of the examples, cut at the task's maximum."""
        ...

    def encoded_logits(self, rows: Sequence[Encoding | EmbeddedRow]) -> np.ndarray:
        """Logits (rows, classes)."""
        ...

    def gradients(self, encodings: Sequence[Encoding], scalar: Scalar) -> list["Gradients"]:
        """Gradients of a scalar of the logits with respect to the word embeddings."""
        ...

    def cut_flags(self, encoding: Encoding) -> tuple[str, ...]:
        """What to tell the user if the text was longer than the model reads."""
        ...

    def embedded(self, encodings: Sequence[Encoding]) -> "tuple[Tensor, Callable[[Tensor], Tensor]]":
        """Word embeddings (rows, longest, hidden), and the differentiable function from them to logits."""
        ...

    def word_vectors(self, ids: Sequence[int]) -> np.ndarray:
        """Rows of the word-embedding table, (ids, hidden)."""
        ...

    @property
    def hidden_size(self) -> int:
        """Columns of the word-embedding table."""
        ...

    @property
    def vocabulary_size(self) -> int:
        """Rows of the word-embedding table."""
        ...

    def special_vector(self, token: Literal["mask", "unknown", "pad"]) -> np.ndarray:
        """The embedding of a special piece, (hidden,)."""
        ...


@dataclass(frozen=True)
class Gradients:
    """Of one row: ``gradient`` and word ``embedding``, both (pieces, hidden); its ``logits`` (classes,)."""

    gradient: np.ndarray
    embedding: np.ndarray
    logits: np.ndarray

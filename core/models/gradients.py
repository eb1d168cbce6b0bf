"""What importance and FIVE ask of a classifier beyond answers: embeddings in, gradients out.

Apart from the classifier that does it (:mod:`core.models.transformer`), so that settings can be read, and a page drawn
from them, before torch is imported.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
from jaxtyping import Float, Float32, Int
from tokenizers import Encoding

from core.models.classifier import Classifier
from core.tasks import Example

if TYPE_CHECKING:
    from torch import Tensor

Scalar = Literal["predicted_logit", "logit_norm", "margin"]


@dataclass(frozen=True)
class EmbeddedRow:
    """An encoded example with something added to the word embeddings of some pieces.

    ``positions``: piece indices. ``deltas``: what is added there, in embedding units.
    """

    encoding: Encoding
    positions: Int[np.ndarray, " moved"]
    deltas: Float[np.ndarray, "moved hidden"]


class GradientClassifier(Classifier, Protocol):
    """A classifier that also takes embeddings and gives gradients: what importance and FIVE need."""

    embedding_std: float

    def encode(self, examples: Sequence[Example]) -> list[Encoding]:
        """Word-pieces of the examples, cut at the task's maximum."""
        ...

    def encoded_logits(self, rows: Sequence[Encoding | EmbeddedRow]) -> Float[np.ndarray, "rows classes"]:
        """Logits in the task's label order."""
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

    def word_vectors(self, ids: Sequence[int]) -> Float32[np.ndarray, "ids hidden"]:
        """Rows of the word-embedding table."""
        ...

    @property
    def hidden_size(self) -> int:
        """Columns of the word-embedding table."""
        ...

    @property
    def vocabulary_size(self) -> int:
        """Rows of the word-embedding table."""
        ...

    def special_vector(self, token: Literal["mask", "unknown", "pad"]) -> Float32[np.ndarray, " hidden"]:
        """The embedding of a special piece."""
        ...


@dataclass(frozen=True)
class Gradients:
    """Of one row: the ``gradient`` with respect to its word ``embedding``, and its ``logits``."""

    gradient: Float[np.ndarray, "pieces hidden"]
    embedding: Float[np.ndarray, "pieces hidden"]
    logits: Float[np.ndarray, " classes"]

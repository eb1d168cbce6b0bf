"""What a classifier around another one passes on unchanged; who answers otherwise says how."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from jaxtyping import Float32
from tokenizers import Encoding

from core.models.gradients import GradientClassifier
from core.tasks import Example

if TYPE_CHECKING:
    from torch import Tensor


class WrappingClassifier:
    """All of a GradientClassifier that is ``inner``'s own; subclasses add predict, encoded_logits and gradients."""

    def __init__(self, inner: GradientClassifier) -> None:
        self.inner, self.name, self.task = inner, inner.name, inner.task
        self.embedding_std = inner.embedding_std

    def encode(self, examples: Sequence[Example]) -> list[Encoding]:
        """Word-pieces of the examples."""
        return self.inner.encode(examples)

    def cut_flags(self, encoding: Encoding) -> tuple[str, ...]:
        """What to tell the user if the text was longer than the model reads."""
        return self.inner.cut_flags(encoding)

    def embedded(self, encodings: Sequence[Encoding]) -> "tuple[Tensor, Callable[[Tensor], Tensor]]":
        """As the inner classifier's, which is asked each time."""
        return self.inner.embedded(encodings)

    def word_vectors(self, ids: Sequence[int]) -> Float32[np.ndarray, "ids hidden"]:
        """Rows of the word-embedding table."""
        return self.inner.word_vectors(ids)

    @property
    def hidden_size(self) -> int:
        """Columns of the word-embedding table."""
        return self.inner.hidden_size

    @property
    def vocabulary_size(self) -> int:
        """Rows of the word-embedding table."""
        return self.inner.vocabulary_size

    def special_vector(self, token: Literal["mask", "unknown", "pad"]) -> Float32[np.ndarray, " hidden"]:
        """The embedding of a special piece."""
        return self.inner.special_vector(token)

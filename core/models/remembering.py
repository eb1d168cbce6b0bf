"""A classifier that answers the same row once: for one request in which several parts ask about one text.

The Analyse page's importance, SWITCH and FIVE all need the same gradient, and every vote counts the original text. The
wrapped classifier is deterministic, so remembering changes nothing but the time. Made for one request and dropped.
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from jaxtyping import Float, Float32
from tokenizers import Encoding

from core.models.classifier import Prediction, predictions
from core.models.gradients import EmbeddedRow, GradientClassifier, Gradients, Scalar
from core.tasks import Example

if TYPE_CHECKING:
    from torch import Tensor


class RememberingClassifier:
    """Wraps a GradientClassifier; asks it about each distinct row and gradient once.

    Guarantees: the inner classifier's answers, bit for bit as it gave them the first time.
    """

    def __init__(self, inner: GradientClassifier) -> None:
        self.inner, self.name, self.task = inner, inner.name, inner.task
        self.embedding_std = inner.embedding_std
        self._encodings: dict[Example, Encoding] = {}
        self._logits: dict[bytes, Float[np.ndarray, " classes"]] = {}
        self._gradients: dict[bytes, Gradients] = {}

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """One prediction an example, in order."""
        encodings = self.encode(examples)
        return predictions(self.encoded_logits(encodings), map(self.cut_flags, encodings))

    def encode(self, examples: Sequence[Example]) -> list[Encoding]:
        """Word-pieces of the examples."""
        new = list(dict.fromkeys(e for e in examples if e not in self._encodings))
        self._encodings.update(zip(new, self.inner.encode(new), strict=True) if new else ())
        return [self._encodings[example] for example in examples]

    def encoded_logits(self, rows: Sequence[Encoding | EmbeddedRow]) -> Float[np.ndarray, "rows classes"]:
        """Logits in the task's label order."""
        keys = [_key(row) for row in rows]
        new = {key: row for key, row in zip(keys, rows, strict=True) if key not in self._logits}
        if new:
            self._logits.update(zip(new, self.inner.encoded_logits(list(new.values())), strict=True))
        return np.stack([self._logits[key] for key in keys]) if keys else np.zeros((0, len(self.task.labels)))

    def gradients(self, encodings: Sequence[Encoding], scalar: Scalar) -> list[Gradients]:
        """Gradients of a scalar of the logits with respect to the word embeddings."""
        keys = [scalar.encode() + _key(encoding) for encoding in encodings]
        new = {key: encoding for key, encoding in zip(keys, encodings, strict=True) if key not in self._gradients}
        if new:
            self._gradients.update(zip(new, self.inner.gradients(list(new.values()), scalar), strict=True))
        return [self._gradients[key] for key in keys]

    def cut_flags(self, encoding: Encoding) -> tuple[str, ...]:
        """What to tell the user if the text was longer than the model reads."""
        return self.inner.cut_flags(encoding)

    def embedded(self, encodings: Sequence[Encoding]) -> "tuple[Tensor, Callable[[Tensor], Tensor]]":
        """As the inner classifier's; not remembered."""
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


def _key(row: Encoding | EmbeddedRow) -> bytes:
    encoding = row.encoding if isinstance(row, EmbeddedRow) else row
    digest = hashlib.blake2b(np.array([encoding.ids, encoding.type_ids], dtype=np.int32).tobytes(), digest_size=16)
    if isinstance(row, EmbeddedRow) and len(row.positions):
        digest.update(np.asarray(row.positions, dtype=np.int64).tobytes())
        digest.update(np.ascontiguousarray(row.deltas, dtype=np.float32).tobytes())
    return digest.digest()

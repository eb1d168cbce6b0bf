"""A classifier that answers the same row once: for one request in which several parts ask about one text.

The Analyse page's importance, SWITCH and FIVE all need the same gradient, and every vote counts the original text. The
wrapped classifier is deterministic, so remembering changes nothing but the time. Made for one request and dropped.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from tokenizers import Encoding

from core.models.classifier import Prediction, predictions
from core.models.gradients import EmbeddedRow, GradientClassifier, Gradients, Scalar
from core.models.wrapping import WrappingClassifier
from core.tasks import Example


class RememberingClassifier(WrappingClassifier):
    """Wraps a GradientClassifier; asks it about each distinct row and gradient once.

    Guarantees: the inner classifier's answers, bit for bit as it gave them the first time.
    """

    def __init__(self, inner: GradientClassifier) -> None:
        super().__init__(inner)
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


def _key(row: Encoding | EmbeddedRow) -> bytes:
    encoding = row.encoding if isinstance(row, EmbeddedRow) else row
    digest = hashlib.blake2b(np.array([encoding.ids, encoding.type_ids], dtype=np.int32).tobytes(), digest_size=16)
    if isinstance(row, EmbeddedRow) and len(row.positions):
        digest.update(np.asarray(row.positions, dtype=np.int64).tobytes())
        digest.update(np.ascontiguousarray(row.deltas, dtype=np.float32).tobytes())
    return digest.digest()

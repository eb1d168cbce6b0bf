"""A classifier on tape: what it was asked and what it answered, in order; and the same answers again for nothing.

For measurements. What a second, equal run costs is then the program's own work: the model's time has been taken away.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np
from jaxtyping import Float
from tokenizers import Encoding

from core.errors import ModelError
from core.models.classifier import Prediction, predictions
from core.models.gradients import EmbeddedRow, Gradients, Scalar
from core.models.wrapping import WrappingClassifier
from core.tasks import Example

if TYPE_CHECKING:
    from core.models.transformer import TransformersClassifier


Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Call:
    """One call for logits or gradients: the rows asked, and the answer."""

    kind: Literal["logits", "gradients"]
    rows: Sequence[Encoding]
    answer: Float[np.ndarray, "rows classes"] | list[Gradients]


class TapedClassifier(WrappingClassifier):
    """Wraps a classifier and keeps every call in ``calls``; after :meth:`rewind` plays them instead.

    ``seconds``: processor time of the inner classifier's answers and encodings, in the threads that asked.
    """

    inner: "TransformersClassifier"

    def __init__(self, inner: "TransformersClassifier") -> None:
        super().__init__(inner)
        self.calls: list[Call] = []
        self.seconds = 0.0
        self._next: int | None = None

    def rewind(self) -> None:
        """From now on the calls must be made again, in the same order; the inner classifier is asked nothing."""
        self._next = 0

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """One prediction an example, in order."""
        encodings = self._timed(lambda: self.inner.encoder.encode_to_answer(examples))
        return predictions(self.encoded_logits(encodings), map(self.cut_flags, encodings))

    def encode(self, examples: Sequence[Example]) -> list[Encoding]:
        """Word-pieces of the examples; done anew each time."""
        return self._timed(lambda: self.inner.encode(examples))

    def encoded_logits(self, rows: Sequence[Encoding | EmbeddedRow]) -> Float[np.ndarray, "rows classes"]:
        """Logits in the task's label order."""
        found = self._played("logits", len(rows))
        if found is None:
            found = self._timed(lambda: self.inner.encoded_logits(rows))
            plain = [row.encoding if isinstance(row, EmbeddedRow) else row for row in rows]
            self.calls.append(Call("logits", plain, found))
        assert isinstance(found, np.ndarray)
        return found

    def gradients(self, encodings: Sequence[Encoding], scalar: Scalar) -> list[Gradients]:
        """Gradients of a scalar of the logits with respect to the word embeddings."""
        found = self._played("gradients", len(encodings))
        if found is None:
            found = self._timed(lambda: self.inner.gradients(encodings, scalar))
            self.calls.append(Call("gradients", encodings, found))
        assert isinstance(found, list)
        return found

    def _timed(self, work: Callable[[], Answer]) -> Answer:
        began = time.thread_time()
        found = work()
        self.seconds += time.thread_time() - began
        return found

    def _played(self, kind: str, rows: int) -> Float[np.ndarray, "rows classes"] | list[Gradients] | None:
        """The next answer on the tape; None while recording. Raises ModelError if another call was recorded."""
        if self._next is None:
            return None
        call = self.calls[self._next] if self._next < len(self.calls) else None
        if call is None or (call.kind, len(call.rows)) != (kind, rows):
            raise ModelError(f"The second run asked for {kind} of {rows} rows, the first one did not.")
        self._next += 1
        return call.answer

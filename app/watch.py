"""A request's work, ended as soon as nobody waits for it or its time is up.

All long work of a request is questions to the classifier and to the sentence encoder. A :class:`Watch` hands out both
so that they look up between two batches and raise :class:`EndedError`; whatever was computing unwinds, and nothing in
``core`` has to know. The batches are those that the classifier itself would make, so answers are the same to the bit.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
from tokenizers import Encoding

from app.presence import absence
from core.errors import FireBertError
from core.language.lexicon import Lexicon
from core.language.similarity import SentenceEncoder
from core.models.batching import length_batches
from core.models.classifier import Prediction
from core.models.gradients import EmbeddedRow, GradientClassifier, Gradients, Scalar
from core.tasks import Example

if TYPE_CHECKING:
    from torch import Tensor

SENTENCES = 64
"""Texts that go to the sentence encoder between two looks."""
LOOK_SECONDS = 0.05
Found = TypeVar("Found")
_apart = threading.Lock()


class EndedError(FireBertError):
    """The work was ended before it was done: its client has gone, or its time is up."""


class Watch:
    """Over the work of one event, from now on. ``seconds`` is how long it may take."""

    def __init__(
        self, seconds: float, gone: Callable[[], bool] | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``gone`` None: the client of the event that this thread handles."""
        self.seconds, self.gone = seconds, gone or absence()
        self._clock, self._began = clock, clock()

    def look(self) -> None:
        """Raise EndedError if there is no reason to go on."""
        if self.gone():
            raise EndedError("Nobody waits for this any more.")
        if self._clock() - self._began > self.seconds:
            raise EndedError(
                f"This took longer than the {self.seconds:g} seconds that a request may take here, so it was ended. "
                "Ask for fewer draws or a shorter text, or try again when fewer visitors are here."
            )

    def apart(self, work: Callable[..., Found]) -> Callable[..., Found]:
        """``work``, which cannot be interrupted, in a thread of its own that is left alone when the watch ends.

        One such thread computes at a time, so what was left alone does not pile up.
        """

        def run(*given: Any) -> Found:
            found: list[Found] = []
            failed: list[BaseException] = []

            def compute() -> None:
                try:
                    with _apart:
                        if not self.gone():
                            found.append(work(*given))
                except BaseException as error:
                    failed.append(error)

            thread = threading.Thread(target=compute, name="apart", daemon=True)
            thread.start()
            while thread.is_alive():
                self.look()
                thread.join(LOOK_SECONDS)
            if failed:
                raise failed[0]
            self.look()
            return found[0]

        return run

    def classifier(self, inner: GradientClassifier, pieces: int) -> "WatchedClassifier":
        """``inner`` under this watch; ``pieces`` are what it puts into a batch."""
        return WatchedClassifier(inner, self, pieces)

    def lexicon(self, inner: Lexicon) -> Lexicon:
        """``inner`` with its sentence encoder under this watch."""
        return replace(inner, encoder=WatchedEncoder(inner.encoder, self))


class WatchedEncoder:
    """Wraps a SentenceEncoder; looks up every few texts."""

    def __init__(self, inner: SentenceEncoder, watch: Watch) -> None:
        self.inner, self.watch, self.name = inner, watch, inner.name

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """A row of unit length for each text. Raises EndedError."""
        parts = []
        for start in range(0, max(1, len(texts)), SENTENCES):
            self.watch.look()
            parts.append(self.inner.encode(texts[start : start + SENTENCES]))
        return np.concatenate(parts) if len(parts) > 1 else parts[0]


class WatchedClassifier:
    """Wraps a GradientClassifier; looks up before every batch. Raises EndedError from whatever asks the model."""

    def __init__(self, inner: GradientClassifier, watch: Watch, pieces: int) -> None:
        self.inner, self.watch, self.pieces = inner, watch, pieces
        self.name, self.task = inner.name, inner.task
        self.embedding_std, self.hidden_size = inner.embedding_std, inner.hidden_size

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """One prediction an example, in order."""
        encodings = self.encode(examples)
        return [
            Prediction(tuple(row), int(np.argmax(row)), self.cut_flags(encoding))
            for row, encoding in zip(self.encoded_logits(encodings).tolist(), encodings, strict=True)
        ]

    def encode(self, examples: Sequence[Example]) -> list[Encoding]:
        """Word-pieces of the examples."""
        self.watch.look()
        return self.inner.encode(examples)

    def encoded_logits(self, rows: Sequence[Encoding | EmbeddedRow]) -> np.ndarray:
        """Logits (rows, classes)."""
        out = np.empty((len(rows), len(self.task.labels)), dtype=np.float32)
        for batch in self._batches([row.encoding if isinstance(row, EmbeddedRow) else row for row in rows]):
            out[batch] = self.inner.encoded_logits([rows[i] for i in batch])
        return out

    def gradients(self, encodings: Sequence[Encoding], scalar: Scalar) -> list[Gradients]:
        """Gradients of a scalar of the logits with respect to the word embeddings."""
        out: dict[int, Gradients] = {}
        for batch in self._batches(encodings, share=2):
            out |= zip(batch, self.inner.gradients([encodings[i] for i in batch], scalar), strict=True)
        return [out[i] for i in range(len(encodings))]

    def _batches(self, encodings: Sequence[Encoding], share: int = 1) -> Iterator[list[int]]:
        for batch in length_batches([len(encoding.ids) for encoding in encodings], self.pieces // share):
            self.watch.look()
            yield batch

    def embedded(self, encodings: Sequence[Encoding]) -> "tuple[Tensor, Callable[[Tensor], Tensor]]":
        """Word embeddings (rows, longest, hidden), and the function from them to logits."""
        self.watch.look()
        return self.inner.embedded(encodings)

    def cut_flags(self, encoding: Encoding) -> tuple[str, ...]:
        """What to tell the user if the text was longer than the model reads."""
        return self.inner.cut_flags(encoding)

    def word_vectors(self, ids: Sequence[int]) -> np.ndarray:
        """Rows of the word-embedding table, (ids, hidden)."""
        return self.inner.word_vectors(ids)

    @property
    def vocabulary_size(self) -> int:
        """Rows of the word-embedding table."""
        return self.inner.vocabulary_size

    def special_vector(self, token: Literal["mask", "unknown", "pad"]) -> np.ndarray:
        """The embedding of a special piece, (hidden,)."""
        return self.inner.special_vector(token)

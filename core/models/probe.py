"""A few forward passes that show whether a model answers each row by itself, and whether it takes word embeddings.

Asked of every model that did not come with the program, so an architecture nobody has thought of gives right answers
or a sentence, never wrong ones.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from tokenizers import Encoding

from core.errors import ModelError
from core.models.gradients import EmbeddedRow
from core.models.transformer import TransformersClassifier
from core.tasks import Example, Task

_SHORT, _LONG = "A good film.", "The story of this film is long, slow and sad; but its actors are very good indeed."
_TOLERANCE = 2e-3
_REFUSALS = (ValueError, TypeError, AttributeError, RuntimeError, IndexError)
"""What models raise that cannot take what they are given; NotImplementedError is a RuntimeError."""


def probe(classifier: TransformersClassifier) -> str:
    """Why word embeddings cannot be given to the classifier, a sentence; empty where they can.

    Raises ModelError if there is no answer, or if a row's answer depends on its companions. Cost: four rows in three
    batches, as many with embeddings.
    """
    rows = classifier.encode([_example(classifier.task, text) for text in (_SHORT, _LONG)])
    try:
        together, alone = classifier.encoded_logits(rows), _alone(classifier, rows)
    except _REFUSALS as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelError(f"Cannot use model '{classifier.name}': it does not answer a short text ({first}).") from error
    if not _same(together, alone):
        raise ModelError(
            f"Cannot use model '{classifier.name}': it answers a text otherwise when another one is in the same batch "
            f"(by {np.abs(together - alone).max():.2g}), so its padding is not masked. This architecture "
            f"({type(classifier.model).__name__}) is not supported."
        )
    kind = type(classifier.model).__name__
    what = f"Importance and FIVE are not offered for '{classifier.name}': {kind}"
    still = "Classifying and attacking are; FuSE with importance.method=reading_order."
    try:
        embedded = [_unchanged(classifier, row) for row in rows]
        given, given_alone = classifier.encoded_logits(embedded), _alone(classifier, embedded)
    except (*_REFUSALS, ModelError):
        return f"{what} does not take word embeddings in place of pieces. {still}"
    if not _same(given, together) or not _same(given_alone, alone):
        return f"{what} answers otherwise when it is given a text's word embeddings in place of its pieces. {still}"
    return ""


def _example(task: Task, text: str) -> Example:
    return Example(text, _SHORT) if task.is_pair else Example(text)


def _alone(
    classifier: TransformersClassifier, rows: Sequence[Encoding | EmbeddedRow]
) -> Float[np.ndarray, "rows classes"]:
    return np.concatenate([classifier.encoded_logits([row]) for row in rows])


def _unchanged(classifier: TransformersClassifier, row: object) -> EmbeddedRow:
    width = classifier.word_vectors([0]).shape[1]
    return EmbeddedRow(row, np.array([0]), np.zeros((1, width), dtype=np.float32))  # type: ignore[arg-type]  # an Encoding


def _same(one: Float[np.ndarray, "rows classes"], two: Float[np.ndarray, "rows classes"]) -> bool:
    return bool(np.allclose(one, two, atol=_TOLERANCE * max(1.0, float(np.abs(one).max()))))

"""Which way a word would move the answer, read off the gradient: what an attacker with the weights knows.

For a word in its place: ``sum over the place's pieces of gradient(piece) . embedding(word)``, the first-order part of
what the label's lead over the next best would be with that word there, up to a constant of the place. Of FIVE the
gradient is taken through its noised copies of one draw, of FuSE and other wrappers through the model inside. Used by
:mod:`core.attacks.gradient`. Cost: one forward and one backward pass of each row that is differentiated.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from tokenizers import Encoding

from core.errors import ConfigError
from core.language.text import Word
from core.models.black_box import takes_embeddings
from core.models.classifier import Classifier, Prediction
from core.models.gradients import EmbeddedRow, GradientClassifier
from core.models.importance import word_pieces
from core.tasks import Example, Task

if TYPE_CHECKING:
    from torch import Tensor

Rows = Sequence[Encoding | EmbeddedRow]
PIECES_TOGETHER = 16_384
"""Pieces, padding included, that are differentiated in one go: 25 MB of embeddings where they have 384 coordinates."""


@dataclass(frozen=True)
class SlopeOf:
    """What is asked beside an example: ``label``, whose lead it is, and words that may stand at ``places``.

    A place is (start, end) in the text that is perturbed; ``words`` has a row of words for each.
    """

    label: int
    places: tuple[tuple[int, int], ...]
    words: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Sloped(Prediction):
    """The answer of what was differentiated (of FuSE that is the model inside), and ``slopes`` by place and word."""

    slopes: tuple[tuple[float, ...], ...] = field(default=(), compare=False)


@runtime_checkable
class HasSlopes(Protocol):
    """What is not differentiated as its model alone is."""

    def slopes(self, examples: Sequence[Example], asked: Sequence[SlopeOf]) -> list[Sloped]:
        """One for each example."""
        ...


@runtime_checkable
class Wraps(Protocol):
    """A defence or a view around a classifier."""

    classifier: Classifier


def why_black(classifier: Classifier) -> str:
    """Why a classifier has no slopes; empty if it has."""
    inner: object = classifier
    while isinstance(inner, Wraps):
        inner = inner.classifier
    if takes_embeddings(inner):  # type: ignore[arg-type]  # whatever is innermost is a classifier
        return ""
    return f"{classifier.name} gives answers alone, and a gradient needs the weights and the word embeddings."


def drawn_slopes(classifier: Classifier) -> bool:
    """Whether a draw reaches what is differentiated: that of FIVE does, that of FuSE chooses other texts."""
    inner: object = classifier
    while not isinstance(inner, HasSlopes):
        if not isinstance(inner, Wraps):
            return False
        inner = inner.classifier
    return True


def slopes_of(classifier: Classifier, examples: Sequence[Example], asked: Sequence[SlopeOf]) -> list[Sloped]:
    """The slopes at each example, through ``classifier`` as the module says. Raises ConfigError for a black box."""
    if why := why_black(classifier):
        raise ConfigError(f"{why} Choose another method.")
    if isinstance(classifier, HasSlopes):
        return classifier.slopes(examples, asked)
    if takes_embeddings(classifier):
        return embedded_slopes(classifier, [[one] for one in classifier.encode(examples)], asked)
    assert isinstance(classifier, Wraps), "what is no black box has a model inside"
    return slopes_of(classifier.classifier, examples, asked)


def embedded_slopes(classifier: GradientClassifier, rows: Sequence[Rows], asked: Sequence[SlopeOf]) -> list[Sloped]:
    """The slopes of the mean logits over the rows of each text: the text itself, and copies with something added."""
    vectors = _Vectors(classifier, {word for one in asked for words in one.words for word in words})
    found = []
    for begin, end in _batches(rows):
        logits, gradients = _differentiated(classifier, rows[begin:end], [one.label for one in asked[begin:end]])
        for own, gradient, each, one in zip(logits, gradients, rows[begin:end], asked[begin:end], strict=True):
            slopes = _read_off(gradient, _encoding(each[0]), one, vectors, classifier.task)
            found.append(Sloped(tuple(own.tolist()), int(own.argmax()), (), 1, len(each), slopes))
    return found


def _read_off(
    gradient: Float[np.ndarray, "pieces hidden"], encoding: Encoding, one: SlopeOf, vectors: "_Vectors", task: Task
) -> tuple[tuple[float, ...], ...]:
    words = [Word(start, end, "") for start, end in one.places]
    pieces = word_pieces(encoding, words, task)
    return tuple(
        tuple((np.stack([vectors[word] for word in choice]) @ gradient[list(found)].sum(0)).tolist())
        for found, choice in zip(pieces, one.words, strict=True)
    )


class _Vectors:
    """The mean embedding of each word's pieces."""

    def __init__(self, classifier: GradientClassifier, words: set[str]) -> None:
        task, listed = classifier.task, sorted(words)
        alone = [task.with_text(Example("", "" if task.is_pair else None), word) for word in listed]
        encodings = classifier.encode(alone)
        ids = [
            [encoding.ids[i] for (own,) in [word_pieces(encoding, [Word(0, len(word), word)], task)] for i in own]
            for word, encoding in zip(listed, encodings, strict=True)
        ]
        table = classifier.word_vectors(list(chain.from_iterable(ids)))
        ends = np.cumsum([len(own) for own in ids])
        parts = np.split(table, ends[:-1]) if ids else []
        self._known = {
            word: part.mean(0) if len(part) else np.zeros(table.shape[1], table.dtype)
            for word, part in zip(listed, parts, strict=True)
        }

    def __getitem__(self, word: str) -> Float[np.ndarray, " hidden"]:
        return self._known[word]


def _encoding(row: Encoding | EmbeddedRow) -> Encoding:
    return row.encoding if isinstance(row, EmbeddedRow) else row


def _batches(rows: Sequence[Rows]) -> list[tuple[int, int]]:
    """Texts that are differentiated together, from one to before another, all copies of a text in one go."""
    found, begin, longest, count = [], 0, 0, 0
    for place, each in enumerate(rows):
        width = max(longest, len(_encoding(each[0]).ids))
        if place > begin and width * (count + len(each)) > PIECES_TOGETHER:
            found.append((begin, place))
            begin, width, count = place, len(_encoding(each[0]).ids), 0
        longest, count = width, count + len(each)
    return [*found, (begin, len(rows))] if rows else []


def _differentiated(
    classifier: GradientClassifier, rows: Sequence[Rows], labels: Sequence[int]
) -> tuple[Float[np.ndarray, "texts classes"], Float[np.ndarray, "texts longest hidden"]]:
    """Mean logits of each text's rows, and the gradient of the label's lead, summed over what they share."""
    import torch

    flat = [row for each in rows for row in each]
    owner = torch.tensor([text for text, each in enumerate(rows) for _ in each])
    embeddings, answer = classifier.embedded([_encoding(row) for row in flat])
    for place, row in enumerate(flat):
        if isinstance(row, EmbeddedRow) and len(row.positions):
            embeddings[place, torch.from_numpy(row.positions)] += torch.from_numpy(
                np.asarray(row.deltas, dtype=np.float32)
            ).to(embeddings)
    embeddings.requires_grad_(True)
    with torch.enable_grad():
        logits = _means(answer, embeddings, owner, len(rows))
        chosen = torch.arange(len(rows)), torch.tensor(list(labels))
        others = logits.clone()
        others[chosen] = -torch.inf
        (gradient,) = torch.autograd.grad((logits[chosen] - others.max(-1).values).sum(), embeddings)
    summed = torch.zeros((len(rows), *gradient.shape[1:]), device=gradient.device)
    summed.index_add_(0, owner.to(gradient.device), gradient.float())
    return logits.detach().cpu().numpy(), summed.cpu().numpy()


def _means(
    answer: "Callable[[Tensor], Tensor]", embeddings: "Tensor", owner: "Tensor", texts: int
) -> "Float[Tensor, 'texts classes']":
    import torch

    each = answer(embeddings)
    owner = owner.to(each.device)
    sums = torch.zeros((texts, each.shape[1]), device=each.device).index_add(0, owner, each)
    return sums / torch.bincount(owner, minlength=texts).to(sums)[:, None]

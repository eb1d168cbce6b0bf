"""Which words mattered: a score a word, by one of four methods or, as a control, none (METHODS, section 3).

``gradient`` is the paper's: the L2 norm, piece by piece, of the gradient of a scalar with respect to the word
embedding, gathered into words. ``gradient_x_input`` and ``integrated_gradients`` (Sundararajan et al. 2017, by
captum) are signed: positive speaks for the predicted label. ``leave_one_out`` is TextFooler's: what the predicted
label loses when the word becomes unknown. ``reading_order`` asks nothing: every word scores 0, the first comes first.
Special pieces and the text that is not perturbed never count. The last two are all that a black box allows: there the
word becomes ``[UNK]`` in the text itself, and every word counts as read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float
from tokenizers import Encoding

from core.errors import ConfigError
from core.language.text import Word, find_words
from core.models.black_box import takes_embeddings
from core.models.classifier import Classifier, softmax
from core.models.gradients import EmbeddedRow, GradientClassifier, Scalar
from core.ranges import check, option, refuse_idle, setting
from core.tasks import Example, Task

Method = Literal["gradient", "gradient_x_input", "leave_one_out", "integrated_gradients", "reading_order"]
Aggregate = Literal["l2", "max", "sum"]
BLACK_BOX_METHODS: tuple[Method, ...] = ("leave_one_out", "reading_order")
"""The methods that need answers alone, or not even these."""
_USED_BY: Mapping[str, tuple[Method, ...]] = {
    "scalar": ("gradient", "gradient_x_input"),
    "aggregate": ("gradient", "gradient_x_input", "integrated_gradients"),
    "steps": ("integrated_gradients",),
}
"""The methods that have a use for each setting; integrated gradients are of the predicted logit alone."""


@dataclass(frozen=True)
class ImportanceConfig:
    """``scalar`` is what the gradient is of; ``aggregate`` gathers pieces into words; ``steps`` are IG's.

    A setting that the method has no use for is refused, unless it is at its default.
    """

    method: Method = option("gradient", "how a word's importance is measured; the paper uses the gradient")
    scalar: Scalar = option("predicted_logit", "what the gradient is of")
    aggregate: Aggregate = option("l2", "how the pieces of a word are gathered into one score")
    steps: int = setting(24, 1, 500, "steps of integrated gradients")

    def __post_init__(self) -> None:
        check(self)
        idle = [name for name, users in _USED_BY.items() if self.method not in users]
        refuse_idle(self, idle, f"where importance is measured by {self.method}")


@dataclass(frozen=True)
class Importances:
    """Of one text: its words, a score each, and ``order``: indices of the words the model read, most important first.

    A word beyond the truncation has score 0 and is not in ``order``. ``pieces`` are indices of the word's pieces; of a
    black box nothing is known but the words, so each is its own piece.
    """

    words: tuple[Word, ...]
    scores: tuple[float, ...]
    order: tuple[int, ...]
    pieces: tuple[tuple[int, ...], ...]

    @property
    def ranked(self) -> tuple[Word, ...]:
        """The words, most important first."""
        return tuple(self.words[i] for i in self.order)


UNKNOWN = "[UNK]"
"""What stands in a word's place when a black box is asked without it."""


def word_importance(
    classifier: Classifier,
    examples: Sequence[Example],
    config: ImportanceConfig = ImportanceConfig(),
    encodings: Sequence[Encoding] | None = None,
) -> list[Importances]:
    """Importances of the perturbed text of each example; ``encodings`` are the examples', if they are at hand.

    Cost: one forward and one backward pass over all rows together for the gradient methods, ``steps`` of them for
    integrated gradients, one forward row a word for leave-one-out, nothing for the reading order. Raises ConfigError
    for a gradient of a black box.
    """
    task = classifier.task
    words = [find_words(task.text(example)) for example in examples]
    if not takes_embeddings(classifier):
        return _of_black_box(classifier, examples, words, config)
    encodings = classifier.encode(examples) if encodings is None else encodings
    pieces = [word_pieces(e, w, task) for e, w in zip(encodings, words, strict=True)]
    if config.method == "reading_order":
        scores = [[0.0] * len(found) for found in words]
    elif config.method == "leave_one_out":
        scores = _leave_one_out(classifier, encodings, pieces)
    else:
        values = _piece_values(classifier, encodings, config)
        scores = [[_gather(v[list(p)], config) for p in ps] for v, ps in zip(values, pieces, strict=True)]
    signed = config.method in ("gradient_x_input", "integrated_gradients")
    return [_importances(w, s, p, signed) for w, s, p in zip(words, scores, pieces, strict=True)]


def _of_black_box(
    classifier: Classifier, examples: Sequence[Example], words: Sequence[tuple[Word, ...]], config: ImportanceConfig
) -> list[Importances]:
    """What answers alone can say; all words of all texts are asked in one call."""
    if config.method not in BLACK_BOX_METHODS:
        raise ConfigError(
            f"Importance by {config.method} needs the word embeddings, and {classifier.name} is a black box: choose "
            f"{' or '.join(BLACK_BOX_METHODS)}."
        )
    scores = [[0.0] * len(found) for found in words]
    if config.method == "leave_one_out":
        task = classifier.task
        rows = list(examples)
        for example, found in zip(examples, words, strict=True):
            text = task.text(example)
            rows += [task.with_text(example, f"{text[: w.start]}{UNKNOWN}{text[w.end :]}") for w in found]
        answers = np.array([answer.probabilities for answer in classifier.predict(rows)])
        changed = iter(answers[len(examples) :])
        for before, own in zip(answers, scores, strict=False):
            own[:] = [_loss(before, next(changed), int(before.argmax())) for _ in own]
    return [_importances(w, s, tuple((i,) for i in range(len(w))), False) for w, s in zip(words, scores, strict=True)]


def rows_read(config: ImportanceConfig, found: Importances) -> int:
    """How many rows the classifier read to find the importances of one text."""
    if config.method == "integrated_gradients":
        return 1 + config.steps
    return {"leave_one_out": 1 + len(found.order), "reading_order": 0}.get(config.method, 1)


def word_pieces(encoding: Encoding, words: Sequence[Word], task: Task) -> tuple[tuple[int, ...], ...]:
    """For each word of the perturbed text, the indices of the pieces that overlap it; none if it was cut off."""
    sequence = 0 if task.perturb == "text_a" else 1
    found: list[list[int]] = [[] for _ in words]
    place = 0
    for index, (owner, (start, end)) in enumerate(zip(encoding.sequence_ids, encoding.offsets, strict=True)):
        if owner != sequence or end <= start:
            continue
        while place < len(words) and words[place].end <= start:
            place += 1
        ahead = place
        while ahead < len(words) and words[ahead].start < end:
            found[ahead].append(index)
            ahead += 1
    return tuple(map(tuple, found))


def _piece_values(
    classifier: GradientClassifier, encodings: Sequence[Encoding], config: ImportanceConfig
) -> list[Float[np.ndarray, " _pieces"]]:
    if config.method == "integrated_gradients":
        return [_integrated_gradients(classifier, encoding, config) for encoding in encodings]
    gradients = classifier.gradients(encodings, config.scalar)
    if config.method == "gradient":
        return [np.linalg.norm(g.gradient, axis=-1) for g in gradients]
    return [(g.gradient * g.embedding).sum(axis=-1) for g in gradients]


def _integrated_gradients(
    classifier: GradientClassifier, encoding: Encoding, config: ImportanceConfig
) -> Float[np.ndarray, " pieces"]:
    """The path integral from all-[PAD] (special pieces kept) to the text, of the predicted logit."""
    import torch
    from captum.attr import IntegratedGradients

    embeddings, _ = classifier.embedded([encoding])
    baseline = embeddings.clone()
    inside = [i for i, special in enumerate(encoding.special_tokens_mask) if not special]
    baseline[0, inside] = torch.from_numpy(classifier.special_vector("pad")).to(embeddings)
    label = int(classifier.encoded_logits([encoding])[0].argmax())

    def forward(given: Float[torch.Tensor, "steps pieces hidden"]) -> Float[torch.Tensor, " steps"]:
        _, logits = classifier.embedded([encoding] * len(given))
        return logits(given)[:, label]

    attributions = IntegratedGradients(forward).attribute(
        embeddings, baselines=baseline, n_steps=config.steps, internal_batch_size=16
    )
    return attributions[0].sum(-1).float().cpu().numpy()


def _leave_one_out(
    classifier: GradientClassifier, encodings: Sequence[Encoding], pieces: Sequence[Sequence[tuple[int, ...]]]
) -> list[list[float]]:
    unknown = classifier.special_vector("unknown")
    rows: list[Encoding | EmbeddedRow] = list(encodings)
    for encoding, words in zip(encodings, pieces, strict=True):
        for word in filter(None, words):
            vectors = classifier.word_vectors([encoding.ids[i] for i in word])
            rows.append(EmbeddedRow(encoding, np.asarray(word), unknown - vectors))
    probabilities = softmax(classifier.encoded_logits(rows))
    labels = probabilities[: len(encodings)].argmax(-1)
    changed = iter(probabilities[len(encodings) :])
    scores = []
    for row, words in enumerate(pieces):
        before = probabilities[row]
        scores.append([_loss(before, next(changed), int(labels[row])) if word else 0.0 for word in words])
    return scores


def _loss(before: Float[np.ndarray, " classes"], after: Float[np.ndarray, " classes"], label: int) -> float:
    """TextFooler's score: what the label lost, plus what another label gained if it now wins."""
    other = int(after.argmax())
    gained = float(after[other] - before[other]) if other != label else 0.0
    return float(before[label] - after[label]) + gained


def _gather(values: Float[np.ndarray, " pieces"], config: ImportanceConfig) -> float:
    """Piece values of one word into its score; L2 of signed values keeps the sign of their sum."""
    if len(values) < 2:  # most words are one piece
        return float(values[0]) if len(values) else 0.0
    if config.aggregate == "sum":
        return float(values.sum())
    if config.aggregate == "max":
        return float(values[np.abs(values).argmax()])
    return float(np.linalg.norm(values) * (-1.0 if values.sum() < 0 else 1.0))


def _importances(
    words: tuple[Word, ...], scores: Sequence[float], pieces: tuple[tuple[int, ...], ...], signed: bool
) -> Importances:
    read = [i for i, found in enumerate(pieces) if found]
    order = sorted(read, key=lambda i: (-(abs(scores[i]) if signed else scores[i]), i))
    return Importances(words, tuple(map(float, scores)), tuple(order), pieces)

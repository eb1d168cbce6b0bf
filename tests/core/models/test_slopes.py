"""Slopes are what a word would do to the label's lead: exact where all is linear, averaged where it draws."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch

from core.attacks.adaptive import Averaged
from core.defenses.five import Five, FiveConfig
from core.errors import ConfigError
from core.models.slopes import Sloped, SlopeOf, slopes_of, why_black
from core.tasks import IMDB, MNLI, Example, Task
from tests.conftest import CountingClassifier, tiny_tokenizer
from tests.core.attacks.conftest import BagOfWords


@dataclass
class Linear:
    """A line through the mean embedding of all pieces, special ones included."""

    task: Task = IMDB
    name: str = "linear"
    embedding_std: float = 1.0

    def __post_init__(self) -> None:
        self.tokenizer = tiny_tokenizer()
        draw = np.random.default_rng(0)
        self.table = draw.normal(size=(len(self.tokenizer), 6)).astype(np.float32)
        self.weights = torch.from_numpy(draw.normal(size=(6, len(self.task.labels))).astype(np.float32))

    def encode(self, examples: Any) -> Any:
        pairs = [(e.text_a, e.text_b) if e.text_b is not None else e.text_a for e in examples]
        return self.tokenizer._tokenizer.encode_batch(pairs)

    def embedded(self, encodings: Any) -> Any:
        longest = max(len(one.ids) for one in encodings)
        real = torch.tensor([[i < len(one.ids) for i in range(longest)] for one in encodings])
        rows = [[*one.ids, *[0] * (longest - len(one.ids))] for one in encodings]
        return torch.from_numpy(self.table[rows]), lambda given: ((given * real[..., None]).sum(1)) @ self.weights

    def logits(self, example: Example) -> np.ndarray:
        return self.table[self.encode([example])[0].ids].sum(0) @ self.weights.numpy()

    def gradients(self, encodings: Any, scalar: Any) -> Any:
        raise AssertionError("slopes are of a scalar of their own")

    def word_vectors(self, ids: Any) -> np.ndarray:
        return self.table[list(ids)]


@pytest.mark.parametrize(
    ("task", "example"), [(IMDB, Example("a good film")), (MNLI, Example("The dog runs.", "a good film"))]
)
def test_of_a_line_they_are_exact(task: Task, example: Example) -> None:
    line = Linear(task)
    label = int(line.logits(example).argmax())
    asked = SlopeOf(label, ((2, 6), (7, 11)), (("good", "bad", "great"), ("film", "movie")))
    (found,) = slopes_of(line, [example], [asked])
    assert isinstance(found, Sloped)
    assert found.label == label
    assert found.logits == pytest.approx(line.logits(example).tolist(), abs=1e-4)

    def lead(text: str) -> float:
        logits = line.logits(task.with_text(example, text))
        runner_up = np.argsort(line.logits(example))[-2]
        return float(logits[label] - logits[runner_up])

    moved = [[value - place[0] for value in place] for place in found.slopes]
    exact = [[lead(text) - lead("a good film") for text in texts] for texts in
             (("a good film", "a bad film", "a great film"), ("a good film", "a good movie"))]  # fmt: skip
    for ours, true in zip(moved, exact, strict=True):
        assert ours == pytest.approx(true, abs=1e-4)


def test_texts_of_all_lengths_share_a_call(tiny_classifier: Any, reviews: list[Example], monkeypatch: Any) -> None:
    asked = [SlopeOf(0, ((0, len(e.text_a.split()[0])),), (("good", "bad"),)) for e in reviews]
    together = slopes_of(tiny_classifier, reviews, asked)
    monkeypatch.setattr("core.models.slopes.PIECES_TOGETHER", 1)
    alone = slopes_of(tiny_classifier, reviews, asked)
    for one, other in zip(together, alone, strict=True):
        assert one.slopes[0] == pytest.approx(other.slopes[0], rel=1e-3, abs=1e-4)
        assert one.label == tiny_classifier.predict([reviews[together.index(one)]])[0].label


def test_of_five_through_its_copies(tiny_classifier: Any, toy_lexicon: Any, reviews: list[Example]) -> None:
    asked = [SlopeOf(0, ((2, 6),), (("good", "bad", "fine"),))]
    config = FiveConfig(samples=3, sigma_relative=2.0)
    five = Five(tiny_classifier, toy_lexicon, config)
    plain = slopes_of(tiny_classifier, reviews[:1], asked)[0]
    still = slopes_of(Five(tiny_classifier, toy_lexicon, replace(config, sigma_relative=0.0)), reviews[:1], asked)[0]
    assert still.slopes[0] == pytest.approx(plain.slopes[0], rel=1e-3, abs=1e-4), "noise 0 is the model inside"
    draws = [slopes_of(five.reseeded(seed), reviews[:1], asked)[0] for seed in (1, 1, 2)]
    assert draws[0].slopes == draws[1].slopes != draws[2].slopes
    assert draws[0].rows == 4
    mean = slopes_of(Averaged(five, 5), reviews[:1], asked)[0]
    assert (mean.questions, mean.rows) == (5, 20)
    assert mean.slopes not in (draws[0].slopes, draws[2].slopes)


def test_a_black_box_has_none() -> None:
    assert why_black(CountingClassifier(Linear())) == ""  # type: ignore[arg-type]  # what counts is inside
    with pytest.raises(ConfigError, match="bag of words gives answers alone"):
        slopes_of(BagOfWords(), [Example("good")], [SlopeOf(0, (), ())])

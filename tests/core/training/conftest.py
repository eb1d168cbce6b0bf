"""What the co-tuning tests share: a few dozen short reviews with words of the toy lexicon."""

from typing import Any

import pytest

from core.datasets import Row
from core.perturbation.config import SwitchConfig
from core.tasks import Example
from core.training.config import FactConfig, FinetuneConfig

_GOOD = ("a good film with great actors", "the story is good and the movie great", "a great film about a small man")
_BAD = ("a bad film with boring actors", "the story is boring and the movie bad", "a boring film about a bad man")


@pytest.fixture(scope="session")
def rows() -> list[Row]:
    """As :func:`short_reviews`."""
    return short_reviews()


def short_reviews() -> list[Row]:
    """Thirty-six reviews, six of each sentence."""
    return [
        Row(Example(f"{text}, part {i}"), label)
        for i in range(6)
        for label, texts in enumerate((_BAD, _GOOD))
        for text in texts
    ]


@pytest.fixture
def fact_settings() -> FactConfig:
    """Two epochs of six steps, two alternatives a row."""
    training = FinetuneConfig(
        "imdb", epochs=2, batch_rows=5, learning_rate=2e-3, lora_rank=2, dev_rows=6, evaluations=2, max_pieces=24,
        group_pieces=96,
    )  # fmt: skip
    switch = SwitchConfig(perturb_words=2, total_alternatives=2, gate="off", pos="none")
    return FactConfig(training, switch)


def tensors(path: Any) -> dict[str, Any]:
    """The tensors of a safetensors file."""
    from safetensors.torch import load_file

    return load_file(path)


def same(first: Any, second: Any) -> bool:
    """Two safetensors files hold the same numbers, bit for bit."""
    import torch

    one, two = tensors(first), tensors(second)
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)

"""A fingerprint is of the weights' names and values, and of nothing else."""

import hashlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from core.models.fingerprint import short_weights_of, weights_of
from core.tasks import IMDB


def with_weights(**weights: torch.Tensor) -> Any:
    return SimpleNamespace(name="x", task=IMDB, model=SimpleNamespace(state_dict=lambda: weights))


def test_by_hand() -> None:
    """sha256 of each name and its numbers in single precision, names in order."""
    a, b = torch.tensor([1.5, -2.0]), torch.tensor([[3.0]])
    due = hashlib.sha256(b"a" + np.float32([1.5, -2.0]).tobytes() + b"b" + np.float32([3.0]).tobytes()).hexdigest()
    assert weights_of(with_weights(b=b, a=a)) == due
    assert weights_of(with_weights(a=a.half(), b=b.double())) == due, "the same numbers however they are kept"
    assert weights_of(with_weights(a=a, c=b)) != due
    assert short_weights_of(with_weights(a=a, b=b)) == due[:16]


def test_any_weight_counts_and_no_name_does(tiny_factory: Callable[..., Any]) -> None:
    first, again = tiny_factory(IMDB), tiny_factory(IMDB)
    again.name = "another"
    assert weights_of(first) == weights_of(again)
    with torch.no_grad():
        again.model.classifier.bias[1] += 1e-3
    assert weights_of(first) != weights_of(again)


def test_without_weights_the_whole_name_stands(scripted_classifier: Callable[..., Any]) -> None:
    stranger = scripted_classifier()
    stranger.name = "somebody/a-classifier-with-a-long-name"
    assert weights_of(stranger) == short_weights_of(stranger) == stranger.name

"""Memory that runs out: the batch is halved and goes on, later ones are smaller, and one row too many says so."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from core.errors import ModelError
from core.models.memory import bytes_per_piece
from core.models.transformer import TransformersClassifier
from core.tasks import IMDB, Example


class Cramped(torch.nn.Module):
    """Stands before a model's encoder and has room for so many rows only."""

    def __init__(self, inner: Any, most: int) -> None:
        super().__init__()
        self.inner, self.most = inner, most
        self.met: list[int] = []

    def forward(self, hidden: torch.Tensor, *arguments: Any) -> Any:
        self.met.append(len(hidden))
        if len(hidden) > self.most:
            raise torch.OutOfMemoryError("not enough")
        return self.inner(hidden, *arguments)


def cramp(classifier: Any, most: int) -> Cramped:
    first = Cramped(classifier.model.bert.encoder.layer[0], most)
    classifier.model.bert.encoder.layer[0] = first
    return first


def test_halved_until_it_fits_and_remembered(tiny_factory: Callable[..., Any], reviews: list[Example]) -> None:
    plain, cramped = tiny_factory(IMDB), tiny_factory(IMDB)
    door = cramp(cramped, 3)
    encodings = plain.encode(reviews)
    assert np.allclose(cramped.encoded_logits(encodings), plain.encoded_logits(encodings), atol=1e-5)
    assert door.met[0] == 12
    assert max(door.met[-2:]) <= 3
    failed = sum(rows > 3 for rows in door.met)
    door.met.clear()
    cramped.encoded_logits(encodings)
    assert sum(rows > 3 for rows in door.met) < failed, "the next call begins with smaller batches"
    for one, two in zip(cramped.gradients(encodings), plain.gradients(encodings), strict=True):
        assert np.allclose(one.gradient, two.gradient, atol=1e-5)


def test_no_room_for_one_row(tiny_factory: Callable[..., Any]) -> None:
    cramped = tiny_factory(IMDB)
    cramp(cramped, 0)
    with pytest.raises(ModelError, match=r"cpu has no room for one text of 4 pieces"):
        cramped.predict([Example("good film"), Example("bad")])


def test_memory_of_a_piece(tiny_factory: Callable[..., Any]) -> None:
    """Two layers of 32 numbers, 64 inside, of four bytes: 2 * 4 * (8 * 32 + 2 * 64)."""
    assert bytes_per_piece(tiny_factory(IMDB).model.config) == 3072


@pytest.mark.gpu
def test_batches_fit_what_is_free(tiny_factory: Callable[..., Any]) -> None:
    from core.models.memory import Room

    free, _ = torch.cuda.mem_get_info()
    model = tiny_factory(IMDB).model
    hog = torch.empty(int(0.9 * free), dtype=torch.uint8, device="cuda")
    try:
        assert Room(model, torch.device("cuda")).pieces * bytes_per_piece(model.config) < free - len(hog)
    finally:
        del hog


@pytest.mark.gpu
def test_memory_that_really_runs_out(tiny_factory: Callable[..., Any], reviews: list[Example]) -> None:
    """With half of the memory that the pass took before, the same answers still come."""
    made = tiny_factory(IMDB, intermediate_size=8192)
    there = TransformersClassifier(made.model, made.tokenizer, IMDB, "tiny", made.order, "cuda")
    examples = reviews * 200
    there.predict(reviews)
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats()
    before, pieces = torch.cuda.memory_reserved(), there.room.pieces
    expected = there.predict(examples)
    half = before + (torch.cuda.max_memory_reserved() - before) // 2
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(half / torch.cuda.get_device_properties(0).total_memory)
    try:
        assert [p.label for p in there.predict(examples)] == [p.label for p in expected]
        assert there.room.pieces < pieces
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)

"""Shapes: every row once, few shapes at a small price, and answers that do not depend on them."""

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.models.shapes import FEW_ROWS, Batch, Shapes, few_width
from core.tasks import IMDB, Example

LENGTHS = st.lists(st.integers(1, 300), max_size=700)


@given(LENGTHS, st.integers(1, 40_000), st.booleans())
def test_every_row_once_and_no_batch_too_large(lengths: list[int], most: int, few: bool) -> None:
    found = list(Shapes(few, 300).batches(np.array(lengths, dtype=np.int64), most))
    assert sorted(itertools.chain(*(batch.rows.tolist() for batch in found))) == list(range(len(lengths)))
    for batch in found:
        rows, width = batch.shape
        assert max(lengths[i] for i in batch.rows) <= width <= 300
        assert len(batch.rows) <= rows
        assert rows * width <= most or rows == 1
        assert len(batch.filled) == rows
        assert set(batch.filled) == set(batch.rows)


def test_few_shapes_at_a_small_price() -> None:
    """Sixty calls like those of an attack on pairs: some 160 rows each of 12 to 80 pieces."""
    rng = np.random.default_rng(0)
    calls = [np.clip(rng.gamma(7, 5.5, rng.integers(20, 300)), 8, 120).astype(np.int64) for _ in range(60)]
    shapes = Shapes(True, 128)
    found = [batch.shape for lengths in calls for batch in shapes.batches(lengths, 32768)]
    exact = {b.shape for lengths in calls for b in Shapes(False, 128).batches(lengths, 32768)}
    assert len(set(found)) <= 40 < len(exact)
    assert {rows for rows, _ in found} <= set(FEW_ROWS)
    assert sum(rows * width for rows, width in found) <= 1.12 * sum(lengths.sum() for lengths in calls)


def test_at_most_sixty_shapes_whatever_is_asked() -> None:
    """Of a model that reads 128 pieces, under any defence: twenty widths, three numbers of rows."""
    shapes, alone = Shapes(True, 128), [np.full(rows, n) for rows in FEW_ROWS for n in range(1, 129)]
    assert len({few_width(n) for n in range(1, 129)}) == 20
    assert len({b.shape for lengths in alone for most in (32768, 65536) for b in shapes.batches(lengths, most)}) <= 60


def test_widths_by_hand() -> None:
    assert [few_width(n) for n in (1, 4, 5, 48, 49, 96, 97, 250)] == [4, 4, 8, 48, 56, 96, 112, 256]


def test_halves_have_all_rows_and_one_shape() -> None:
    first, second = Batch(np.arange(5), (8, 16)).halves()
    assert (first.rows.tolist(), second.rows.tolist()) == ([0, 1, 2, 3], [4])
    assert first.shape == second.shape == (4, 16)
    assert second.filled.tolist() == [4, 4, 4, 4]


@pytest.mark.parametrize("few", [True, False])
def test_answers_and_gradients_do_not_depend_on_the_shape(
    tiny_factory: Callable[..., Any], reviews: list[Example], few: bool
) -> None:
    plain, other = tiny_factory(IMDB), tiny_factory(IMDB)
    other.shapes = Shapes(few, 256)
    encodings = plain.encode(reviews)
    for pieces in (1536, 40):
        other.room.pieces = pieces
        assert np.allclose(other.encoded_logits(encodings), plain.encoded_logits(encodings), atol=1e-5)
        for one, two in zip(other.gradients(encodings), plain.gradients(encodings), strict=True):
            assert one.gradient.shape == two.gradient.shape
            assert np.allclose(one.gradient, two.gradient, atol=1e-5)

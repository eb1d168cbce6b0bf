"""Batches: every row once, bounded padding, and an order that a killed run finds again."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.models.batching import epoch_batches, length_batches

LENGTHS = st.lists(st.integers(1, 300), max_size=80)


@given(LENGTHS, st.integers(1, 2000))
def test_every_row_once_and_no_batch_too_large(lengths: list[int], most: int) -> None:
    batches = list(length_batches(lengths, most))
    assert sorted(itertools.chain(*batches)) == list(range(len(lengths)))
    for batch in batches:
        assert len(batch) == 1 or max(lengths[i] for i in batch) * len(batch) <= most


@given(LENGTHS, st.integers(1, 2000))
def test_longest_first_and_alike_together(lengths: list[int], most: int) -> None:
    order = [lengths[i] for i in itertools.chain(*length_batches(lengths, most))]
    assert order == sorted(lengths, reverse=True)


def test_batches_by_hand() -> None:
    assert list(length_batches([2, 10, 3, 9], 20)) == [[1, 3], [2, 0]]
    assert list(length_batches([50], 20)) == [[0]], "a row longer than the bound goes alone"
    assert list(length_batches([], 20)) == []


def test_padding_is_small() -> None:
    lengths = [8 + (37 * i) % 120 for i in range(1000)]
    padded = sum(max(lengths[i] for i in b) * len(b) for b in length_batches(lengths, 1536))
    assert padded < 1.09 * sum(lengths)


@given(LENGTHS, st.integers(1, 16), st.integers(0, 5), st.integers(0, 5))
def test_an_epoch_is_a_function_of_its_arguments(lengths: list[int], rows: int, seed: int, epoch: int) -> None:
    batches = epoch_batches(lengths, rows, seed, epoch)
    assert batches == epoch_batches(lengths, rows, seed, epoch)
    assert sorted(itertools.chain(*batches)) == list(range(len(lengths)))
    assert all(1 <= len(batch) <= rows for batch in batches)


@pytest.mark.parametrize("other", [(1, 0), (0, 1)])
def test_epochs_and_seeds_shuffle_differently(other: tuple[int, int]) -> None:
    lengths = [1 + i % 30 for i in range(200)]
    assert epoch_batches(lengths, 8, 0, 0) != epoch_batches(lengths, 8, *other)


def test_within_an_epoch_rows_of_like_length_meet() -> None:
    lengths = [1 + (7 * i) % 100 for i in range(400)]
    spread = [max(lengths[i] for i in b) - min(lengths[i] for i in b) for b in epoch_batches(lengths, 8, 0, 0)]
    assert sum(spread) / len(spread) < 5

"""Which rows are learned from and which are kept: no example on both sides, no label without a row to learn from."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.datasets import Row
from core.errors import ConfigError
from core.tasks import Example
from core.training.config import FinetuneConfig
from core.training.corpus import Corpus, split_rows


def row(name: int, label: int) -> Row:
    return Row(Example(f"text {name}"), label)


@given(
    rows=st.lists(st.builds(row, st.integers(0, 30), st.integers(0, 3)), max_size=60),
    dev_rows=st.integers(0, 20),
    split=st.integers(0, 3),
)
def test_an_example_is_on_one_side_and_every_label_is_learned(rows: list[Row], dev_rows: int, split: int) -> None:
    kept, learned = split_rows(rows, dev_rows, split)
    first = {one.example: one for one in reversed(rows)}
    assert Counter([*kept, *learned]) == Counter(first.values())
    assert len(kept) == min(dev_rows, len(first))
    labels = {one.label for one in first.values()}
    if len(learned) >= len(labels):
        assert {one.label for one in learned} == labels


def test_where_nothing_is_wrong_the_split_is_a_plain_permutation() -> None:
    """The kept rows of the shipped models: their cards and every later search rest on these very rows."""
    rows = [row(i, i % 2) for i in range(50)]
    order = np.random.default_rng([3, 7]).permutation(50)
    kept, learned = split_rows(rows, 10, 3)
    assert kept == [rows[i] for i in order[:10]]
    assert learned == [rows[i] for i in order[10:]]


def test_random_labels_six_times_each_teach_nothing_about_the_kept_rows() -> None:
    draw = np.random.default_rng(0)
    rows = [row(i, int(draw.integers(2))) for i in range(40)] * 6
    corpus = Corpus(FinetuneConfig("imdb", dev_rows=10, epochs=1), rows, rows[:5])
    assert (len(corpus.dev), len(corpus.train)) == (10, 30)
    assert not {one.example for one in corpus.dev} & {one.example for one in corpus.train}


def test_extra_rows_do_not_bring_a_kept_row_back() -> None:
    rows = [row(i, i % 2) for i in range(12)]
    corpus = Corpus(FinetuneConfig("imdb", dev_rows=4, epochs=1), rows, [*rows, row(99, 1), row(99, 1)])
    assert corpus.train[corpus.main :] == [row(99, 1)]


def test_a_label_is_kept_in_a_part_of_the_rows() -> None:
    rows = [*(row(i, 0) for i in range(40)), row(40, 1)]
    for split in range(6):
        config = FinetuneConfig("imdb", dev_rows=20, max_rows=3, epochs=1, split=split, seed=split)
        assert 1 in {one.label for one in Corpus(config, rows).train}


def test_too_few_rows_for_all_labels_are_refused() -> None:
    said = r"1 training rows are too few for all labels: none is left for (posi|nega)tive"
    with pytest.raises(ConfigError, match=said):
        Corpus(FinetuneConfig("imdb", dev_rows=2, epochs=1), [row(0, 0), row(1, 1), row(2, 0)])

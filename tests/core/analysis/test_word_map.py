"""The map of a word's neighbours: the near ones near, those alike side by side, the same every time."""

import numpy as np
import pytest

from core.analysis.word_map import NEAREST, mutual, places
from tests.conftest import NEIGHBOURS, ToyNeighbors

TABLE = ToyNeighbors({
    "hot": (("warm", 0.8), ("boiling", 0.75)), "warm": (("hot", 0.8), ("boiling", 0.6)), "boiling": (("hot", 0.75),),
    "cold": (("icy", 0.9), ("chilly", 0.85)), "icy": (("cold", 0.9),), "chilly": (("cold", 0.85), ("icy", 0.7)),
})  # fmt: skip
WORDS = ["hot", "cold", "warm", "icy", "boiling", "chilly"]
COSINES = [0.9, 0.88, 0.7, 0.69, 0.6, 0.5]


def test_the_distance_is_the_words_own_and_falls_with_the_cosine():
    radius = np.linalg.norm(places(WORDS, COSINES, TABLE), axis=1)
    assert radius[0] == pytest.approx(NEAREST)
    assert radius[-1] == pytest.approx(1.0)
    assert (np.diff(radius) > 0).all()
    assert radius[4] == pytest.approx(NEAREST + (1 - NEAREST) * (0.9 - 0.6) / (0.9 - 0.5))


def test_those_that_resemble_each_other_stand_together_on_the_circle():
    x, y = places(WORDS, COSINES, TABLE).T
    around = [WORDS[i] for i in np.argsort(np.arctan2(x, y) % (2 * np.pi))]
    warm = [word in ("hot", "warm", "boiling") for word in around]
    changes = sum(one != other for one, other in zip(warm, warm[1:] + warm[:1], strict=True))
    assert changes == 2, around
    assert around[0] == "hot", "the nearest is at the top"


def test_the_circle_is_shared_out_evenly_and_repeats():
    found = places(WORDS, COSINES, TABLE)
    angles = np.sort(np.arctan2(*found.T) % (2 * np.pi))
    assert np.diff(angles) == pytest.approx(np.full(5, np.pi / 3))
    assert (places(WORDS, COSINES, TABLE) == found).all()


def test_missing_pairs_count_as_far_and_the_table_is_symmetric():
    found = mutual(["hot", "boiling", "icy"], TABLE)
    assert found == pytest.approx(found.T)
    assert found[0, 1] == 0.75
    assert found[0, 2] == found[1, 2] == 0.75, "the farthest that their lists still hold"


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_neighbours_have_places_too(count):
    found = places([word for word, _ in NEIGHBOURS["good"][:count]], [0.9] * count, ToyNeighbors(NEIGHBOURS))
    assert found.shape == (count, 2)
    assert np.isfinite(found).all()
    assert len({tuple(row) for row in found}) == count

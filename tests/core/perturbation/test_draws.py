"""Draws: a function of (seed, text, place) alone; normal numbers are normal, and the same however many are taken."""

import numpy as np
import pytest
from scipy import stats

from core.perturbation.draws import generator, normals, stream
from core.tasks import Example

TEXT, OTHER = Example("a good film"), Example("a good", "film")


def test_seed_text_and_purpose_decide() -> None:
    for draw in (
        lambda *key: generator(*key).random(4),
        lambda *key: stream(*key).random(4),
        lambda *key: normals(*key, (4,)),
    ):
        one = draw(0, TEXT, "noise")
        assert np.array_equal(one, draw(0, TEXT, "noise"))
        for key in ((1, TEXT, "noise"), (0, OTHER, "noise"), (0, TEXT, "words")):
            assert not np.array_equal(one, draw(*key))


@pytest.mark.parametrize("shape", [(8, 3, 5), (1, 1, 1), (3, 7), (0, 4)])
def test_a_longer_array_begins_with_a_shorter_one(shape: tuple[int, ...]) -> None:
    longer = normals(0, TEXT, "noise", (shape[0] + 9, *shape[1:]))
    assert np.array_equal(longer[: shape[0]], normals(0, TEXT, "noise", shape))


def test_normal_numbers() -> None:
    found = normals(0, TEXT, "noise", (300_000,)).astype(np.float64)
    assert stats.kstest(found, "norm").pvalue > 0.01
    assert [np.mean(found**power) for power in (1, 2, 3, 4)] == pytest.approx([0, 1, 0, 3], abs=0.06)
    for lag in (1, 2, 3, 4, 384):
        assert abs(np.corrcoef(found[:-lag], found[lag:])[0, 1]) < 0.01


def test_numbers_by_hand() -> None:
    """Seed, text and purpose give these, on every machine and device: results rest on them."""
    assert normals(0, TEXT, "noise", (5,)).tolist() == pytest.approx(GOLDEN, abs=1e-6)


GOLDEN = [-1.3563021, -2.1141775, -0.9704899, 0.1231058, -0.5723832]

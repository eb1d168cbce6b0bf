"""Points onto two axes: the variance along them is the largest there is, and the picture is the same every time."""

import numpy as np
import pytest

from core.errors import UnknownNameError
from core.projection import METHODS, project


def test_the_axes_are_those_of_the_largest_variance() -> None:
    """By hand: three coordinates of spreads 3, 2 and 0, the largest first."""
    points = np.array([[3, 0, 1], [-3, 0, 1], [0, 2, 1], [0, -2, 1]], dtype=float)
    assert np.allclose(np.abs(project(points)), [[3, 0], [3, 0], [0, 2], [0, 2]])


def test_distances_in_a_plane_are_kept_and_moving_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    plane = rng.normal(size=(30, 2)) @ rng.normal(size=(2, 50))
    seen = project(plane)

    def distances(points: np.ndarray) -> np.ndarray:
        return np.linalg.norm(points[:, None] - points[None], axis=-1)

    assert np.allclose(distances(seen), distances(plane))
    assert np.allclose(project(plane + 7.0), seen)
    assert np.array_equal(project(plane), seen), "signs included"


@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (2, 1), (3, 1), (2, 5)])
@pytest.mark.parametrize("method", METHODS)
def test_few_points_have_a_place_each(shape: tuple[int, int], method: str) -> None:
    points = np.arange(np.prod(shape), dtype=float).reshape(shape)
    seen = project(points, method)  # type: ignore[arg-type]
    assert seen.shape == (shape[0], 2)
    assert np.allclose(seen[:, 1], 0), "a line"


def test_equal_points_are_one_place() -> None:
    assert np.array_equal(project(np.ones((4, 6))), np.zeros((4, 2)))


def test_an_unknown_method() -> None:
    with pytest.raises(UnknownNameError, match="Unknown projection 'mds'"):
        project(np.ones((3, 3)), "mds")  # type: ignore[arg-type]

"""The Gaussian process: numbers by hand, identities, and what its noise does."""

import math

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from core.attacks.surrogate import LOOSE, Scales, Surrogate, diverse, expected_improvement, fit

POINTS = np.array([[0, 0], [1, 0], [0, 2], [1, 2]])
VALUES = np.array([1.0, 0.2, 0.9, -0.3])


def test_two_points_by_hand() -> None:
    """One of two words differs: exp(-1/2). Values 1 and -1 have mean 0 and deviation 1."""
    found = Surrogate(np.array([[0, 0], [1, 0]]), np.array([1.0, -1.0]), Scales(np.zeros(2), math.log(1e-12), False))
    near, far = math.exp(-0.5), math.exp(-1.0)
    weight = 1 / (1 - near)
    means, variances = found.marginals(np.array([[0, 1]]))
    assert means[0] == pytest.approx(weight * (near - far))
    inverse = np.linalg.inv(np.array([[1, near], [near, 1]]))
    assert variances[0] == pytest.approx(1 - np.array([near, far]) @ inverse @ np.array([near, far]))


def test_exact_answers_are_met_and_certain() -> None:
    found = Surrogate(POINTS, VALUES, Scales.start(2, drawn=False))
    means, variances = found.marginals(POINTS)
    assert means == pytest.approx(VALUES, abs=1e-4)
    assert variances == pytest.approx(np.zeros(4), abs=1e-4)
    assert found.mean(POINTS) == pytest.approx(means)
    again, covariance = found.expectation(np.array([[2, 0], [2, 2]]))
    means, variances = found.marginals(np.array([[2, 0], [2, 2]]))
    assert again == pytest.approx(means)
    assert np.diag(covariance) == pytest.approx(variances)


def test_the_slope_is_that_of_the_likelihood() -> None:
    """Against differences of the log density that scipy gives, with the prior of the scales."""
    drawn = Scales(np.array([0.3, -0.4]), math.log(0.2), True)

    def height(scales: Scales) -> float:
        found = Surrogate(POINTS, VALUES, scales)
        covariance = found._kernel + math.exp(scales.noise) * np.eye(4)
        scaled = (VALUES - VALUES.mean()) / VALUES.std()
        prior = float((scales.words**2).sum()) / (2 * LOOSE**2)
        return float(multivariate_normal(np.zeros(4), covariance).logpdf(scaled)) - prior

    words, noise = Surrogate(POINTS, VALUES, drawn).slope()
    step = 1e-5
    for at in range(2):
        moved = np.eye(2)[at] * step
        ahead = height(Scales(drawn.words + moved, drawn.noise, True))
        behind = height(Scales(drawn.words - moved, drawn.noise, True))
        assert words[at] == pytest.approx((ahead - behind) / (2 * step), rel=1e-4)
    ahead = height(Scales(drawn.words, drawn.noise + step, True))
    behind = height(Scales(drawn.words, drawn.noise - step, True))
    assert noise == pytest.approx((ahead - behind) / (2 * step), rel=1e-4)


def test_a_word_that_matters_gets_a_short_scale() -> None:
    draw = np.random.default_rng(0)
    points = draw.integers(0, 3, (40, 3))
    values = np.array([5.0, 0.0, -5.0])[points[:, 1]]
    scales = Scales.start(3, drawn=False)
    for _ in range(5):
        scales = fit(points, values, scales).scales
    assert scales.words.argmax() == 1
    assert scales.words[1] > scales.words[[0, 2]].max() + 1
    assert scales.noise == Scales.start(3, drawn=False).noise


def test_repeated_draws_are_averaged_and_their_noise_is_found() -> None:
    """Thirty draws of 1 and of -1 with deviation 2: the means come out near the truth, not near the last draw."""
    draw = np.random.default_rng(1)
    points = np.repeat([[0, 0], [1, 1]], 30, axis=0)
    truth = np.repeat([1.0, -1.0], 30)
    values = truth + draw.normal(0, 2.0, 60)
    scales = Scales.start(2, drawn=True)
    for _ in range(6):
        found = fit(points, values, scales)
        scales = found.scales
    means, variances = found.marginals(np.array([[0, 0], [1, 1]]))
    assert means[0] > 0.3
    assert means[1] < -0.3
    assert (variances > 0.01).all()
    assert math.exp(scales.noise) * values.var() == pytest.approx(4.0, rel=0.5)


def test_improvement_by_hand() -> None:
    """At the best with deviation 1 it is the half-normal's mean, half of sqrt(2 / pi); what is certain is so."""
    found = expected_improvement(np.array([0.0, -1.0, 1.0]), np.array([1.0, 0.0, 0.0]), 0.0)
    assert found == pytest.approx([1 / math.sqrt(2 * math.pi), 1.0, 0.0])


def test_unlike_points_are_chosen() -> None:
    """The second best is the best's twin, so a third one goes before it; of one certain point none is left over."""
    covariance = np.array([[1.0, 0.999, 0.0], [0.999, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert diverse(np.array([1.0, 0.9, 0.5]), covariance, 2) == [0, 2]
    assert diverse(np.array([1.0, 0.9, 0.5]), covariance, 5) == [0, 2, 1]
    assert diverse(np.array([1.0, 0.0]), np.eye(2), 2) == [0]
    assert diverse(np.zeros(2), np.zeros((2, 2)), 2) == []

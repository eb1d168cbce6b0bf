"""A Gaussian process over texts: what an attacker may expect of swaps that he has not asked about yet.

A text is a point: for each word the number of the candidate that stands in its place, 0 for the word itself. Kernel:
``scale^2 exp(-mean_i [x_i != y_i] / l_i)`` with one length scale a word, so that words that matter show without asking
for each of them (Lee et al. 2022, "Query-efficient and scalable black-box adversarial attacks on discrete sequential
data via Bayesian optimization"). ``noise`` is fitted too where answers are drawn: then the process averages draws by
itself. Used by :mod:`core.attacks.bayes`. Cost of a fit: STEPS Cholesky factors of a matrix of all points.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.linalg import cho_factor, cho_solve
from scipy.special import ndtr

Points = Int[np.ndarray, "points words"]
STEPS = 3
RATE = 0.3
LOOSE = 1.0
"""Standard deviation of the prior of the logarithms of inverse length scales, around 0."""
EXACT = 1e-6
DRAWN = 0.1
"""Noise variance as a share of the values' variance: of exact answers, and the first guess where they are drawn."""


@dataclass(frozen=True)
class Scales:
    """The logarithms that are fitted: of 1 / length scale for each word, and of the noise variance (a share)."""

    words: Float[np.ndarray, " words"]
    noise: float
    drawn: bool

    @classmethod
    def start(cls, words: int, drawn: bool) -> "Scales":
        """Before anything is known."""
        return cls(np.zeros(words), float(np.log(DRAWN if drawn else EXACT)), drawn)


class Surrogate:
    """The process after ``values`` at ``points``; means and deviations are in the values' own unit."""

    def __init__(self, points: Points, values: Float[np.ndarray, " points"], scales: Scales) -> None:
        self.points, self.scales = points, scales
        self.offset, self.unit = float(values.mean()), float(values.std()) or 1.0
        self._scaled = (values - self.offset) / self.unit
        self._kernel = _kernel(points, points, scales.words)
        noisy = self._kernel + np.exp(scales.noise) * np.eye(len(points))
        self._factor = cho_factor(noisy, lower=True)
        self._weights = cho_solve(self._factor, self._scaled)

    def mean(self, points: Points) -> Float[np.ndarray, " points"]:
        """What is expected there, noise left out."""
        found: np.ndarray = self.offset + self.unit * (_kernel(points, self.points, self.scales.words) @ self._weights)
        return found

    def marginals(self, points: Points) -> tuple[np.ndarray, np.ndarray]:
        """Means and variances (points)."""
        across = _kernel(points, self.points, self.scales.words)
        explained = np.einsum("pq,pq->p", across, cho_solve(self._factor, across.T).T)
        return self.offset + self.unit * (across @ self._weights), self.unit**2 * np.maximum(1.0 - explained, 0.0)

    def expectation(self, points: Points) -> tuple[np.ndarray, np.ndarray]:
        """Means (points) and their covariance (points, points)."""
        across = _kernel(points, self.points, self.scales.words)
        inside = _kernel(points, points, self.scales.words) - across @ cho_solve(self._factor, across.T)
        return self.offset + self.unit * (across @ self._weights), self.unit**2 * inside

    def slope(self) -> tuple[Float[np.ndarray, " words"], float]:
        """Gradient of the log marginal likelihood with the prior, with respect to the scales."""
        inverse = cho_solve(self._factor, np.eye(len(self.points)))
        outer = np.outer(self._weights, self._weights) - inverse
        rates = np.exp(self.scales.words) / self.points.shape[1]
        weighted = outer * self._kernel
        apart = self.points[:, None, :] != self.points[None, :, :]
        words = -0.5 * rates * np.einsum("pq,pqw->w", weighted, apart) - self.scales.words / LOOSE**2
        return words, 0.5 * float(np.trace(outer)) * float(np.exp(self.scales.noise))


def fit(points: Points, values: Float[np.ndarray, " points"], scales: Scales) -> Surrogate:
    """The process with its scales moved a few steps towards what explains the values best (warm start: give the last).

    Steps are bounded, so a likelihood that is flat or steep cannot throw the scales far.
    """
    for _ in range(STEPS):
        words, noise = Surrogate(points, values, scales).slope()
        moved = np.clip(scales.words + RATE * np.clip(words, -1.0, 1.0), -4.0, 4.0)
        level = float(np.clip(scales.noise + RATE * np.clip(noise, -1.0, 1.0), np.log(1e-4), np.log(1.0)))
        scales = Scales(moved, level if scales.drawn else scales.noise, scales.drawn)
    return Surrogate(points, values, scales)


def expected_improvement(
    means: Float[np.ndarray, " points"], deviations: Float[np.ndarray, " points"], best: float
) -> Float[np.ndarray, " points"]:
    """By how much a point is expected to fall below ``best``, where above it counts 0."""
    safe = np.maximum(deviations, 1e-12)
    ahead = (best - means) / safe
    density = np.exp(-0.5 * ahead**2) / np.sqrt(2 * np.pi)
    found: np.ndarray = np.maximum((best - means) * ndtr(ahead) + safe * density, 0.0)
    return found


def diverse(
    quality: Float[np.ndarray, " points"], covariance: Float[np.ndarray, "points points"], count: int
) -> list[int]:
    """At most ``count`` points of high quality that are unlike each other.

    The greedy mode of a determinantal point process with kernel quality x covariance x quality (Chen et al. 2018).
    """
    kernel = quality[:, None] * covariance * quality
    gain = np.diag(kernel).copy()
    rows: list[np.ndarray] = []
    chosen: list[int] = []
    while len(chosen) < min(count, len(quality)):
        best = int(gain.argmax())
        if gain[best] <= 1e-12 * max(float(kernel.max()), 1e-300):
            break
        row = (kernel[best] - sum((r[best] * r for r in rows), np.zeros(len(quality)))) / np.sqrt(gain[best])
        rows.append(row)
        gain = gain - row**2
        chosen.append(best)
        gain[chosen] = -np.inf
    return chosen


def _kernel(one: Points, other: Points, words: Float[np.ndarray, " words"]) -> Float[np.ndarray, "points others"]:
    apart: Bool[np.ndarray, "points others words"] = one[:, None, :] != other[None, :, :]
    return np.exp(-(apart @ (np.exp(words) / max(1, one.shape[1]))))

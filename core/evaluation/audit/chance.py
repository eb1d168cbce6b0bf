"""Are two sets of random answers of one kind? Permutation tests, for classifiers whose draws no seed repeats.

Under the null hypothesis the draws of a text are exchangeable, so the labels "first" and "second" may be dealt anew
(Fisher 1935; Pitman 1937). Same answers and seed, same p-value.
"""

import numpy as np
from jaxtyping import Float

SURE = 0.001
"""A p-value below which a difference of answers is called one; checks are many, and a false alarm costs trust."""
RESHUFFLES = 2999


def two_ways(
    first: Float[np.ndarray, "draws texts classes"], second: Float[np.ndarray, "draws texts classes"], seed: int = 0
) -> float:
    """The p-value that answers asked for in two ways come from one distribution, text by text.

    The statistic is the sum over texts of the squared distance of the two mean answers.
    """
    return _further(*_distances(first, second, seed))


def odd_one_out(
    odd: Float[np.ndarray, "texts classes"], others: Float[np.ndarray, "draws texts classes"], seed: int = 0
) -> float:
    """The p-value that ``odd`` is one more draw like ``others``, two-sided.

    Further from the others' mean than a draw lies, it is of another classifier; nearer, it is that mean or an answer
    without the noise, which is another mode.
    """
    observed, dealt = _distances(odd[None], others, seed)
    return min(1.0, 2 * min(_further(observed, dealt), _further(-observed, -dealt)))


def _distances(first: np.ndarray, second: np.ndarray, seed: int) -> tuple[float, np.ndarray]:
    """The statistic of the answers as they came, and dealt anew ``RESHUFFLES`` times."""
    rng = np.random.default_rng(seed)
    every = np.concatenate([first, second])
    half = len(first)

    def apart(order: np.ndarray) -> float:
        dealt = np.take_along_axis(every, order[..., None], axis=0)
        gap = dealt[:half].mean(axis=0) - dealt[half:].mean(axis=0)
        return float((gap**2).sum())

    shape = every.shape[:2]
    usual = np.broadcast_to(np.arange(shape[0])[:, None], shape)
    return apart(usual), np.array([apart(rng.permuted(usual, axis=0)) for _ in range(RESHUFFLES)])


def _further(observed: float, dealt: np.ndarray) -> float:
    """The p-value of so much or more. Ties count as reached, up to rounding: equal answers are no evidence."""
    reached = int((dealt >= observed - 1e-9 * abs(observed) - 1e-12).sum())
    return (1 + reached) / (1 + len(dealt))

"""Are two sets of random answers of one kind? Permutation tests, for classifiers whose draws no seed repeats.

Under the null hypothesis the draws of a text are exchangeable, so the labels "first" and "second" may be dealt anew
(Fisher 1935; Pitman 1937). Same answers and seed, same p-value.
"""

import numpy as np
from jaxtyping import Float

SURE = 0.001
"""A p-value below which a difference of answers is called one; checks are many, and a false alarm costs trust."""
RESHUFFLES = 4999


def two_ways(
    first: Float[np.ndarray, "draws texts classes"], second: Float[np.ndarray, "draws texts classes"], seed: int = 0
) -> float:
    """The p-value that answers asked for in two ways come from one distribution, text by text.

    The statistic is the sum over texts of the squared distance of the two mean answers.
    """
    rng = np.random.default_rng(seed)
    every = np.concatenate([first, second])
    half = len(first)

    def apart(order: np.ndarray) -> float:
        dealt = np.take_along_axis(every, order[..., None], axis=0)
        gap = dealt[:half].mean(axis=0) - dealt[half:].mean(axis=0)
        return float((gap**2).sum())

    shape = every.shape[:2]
    usual = np.broadcast_to(np.arange(shape[0])[:, None], shape)
    return _share(apart(usual), [apart(rng.permuted(usual, axis=0)) for _ in range(RESHUFFLES)])


def odd_one_out(
    odd: Float[np.ndarray, "texts classes"], others: Float[np.ndarray, "draws texts classes"], seed: int = 0
) -> float:
    """The p-value that ``odd`` is one more draw like ``others``: two ways, one of which was asked once."""
    return two_ways(odd[None], others, seed)


def _share(observed: float, dealt: list[float]) -> float:
    """Ties count as reached, up to rounding: equal answers are no evidence."""
    reached = sum(value >= observed * (1 - 1e-9) - 1e-12 for value in dealt)
    return (1 + reached) / (1 + len(dealt))

"""How sure a number is: intervals and paired tests (METHODS, section 9).

Shares get Wilson's interval (Wilson 1927), everything else a percentile bootstrap over samples (Efron 1979), and over
draws as well where a classifier was asked several times; two classifiers on the same samples are compared by McNemar's
exact test (McNemar 1947).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core.errors import InputError

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A measured value with its 95 % interval and the number of samples behind it."""

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.4f} (95 % {self.low:.4f} to {self.high:.4f}, n = {self.n:,})"


def wilson(successes: int, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share. With no samples it is all of 0 to 1."""
    from scipy.stats import binomtest

    if not 0 <= successes <= n:
        raise InputError(f"A share needs 0 <= successes <= n, was given {successes} of {n}.")
    if n == 0:
        return 0.0, 1.0
    interval = binomtest(successes, n).proportion_ci(LEVEL, method="wilson")
    return float(interval.low), float(interval.high)


def share(successes: int, n: int) -> Estimate:
    """``successes / n`` with Wilson's interval."""
    return Estimate(successes / n if n else float("nan"), *wilson(successes, n), n)


def bootstrap(
    values: Sequence[float] | np.ndarray,
    statistic: Callable[..., np.ndarray] = np.mean,
    resamples: int = 2000,
    seed: int = 0,
) -> Estimate:
    """A statistic of ``values`` (one a sample) with its percentile bootstrap interval.

    ``statistic`` takes ``axis``, as numpy's do. The same values and seed give the same interval.
    """
    from scipy.stats import bootstrap as resample

    given = np.asarray(values, dtype=np.float64)
    if given.ndim != 1 or len(given) == 0:
        raise InputError(f"A bootstrap needs one value a sample and one sample or more, was given shape {given.shape}.")
    value = float(statistic(given, axis=0))
    if len(given) == 1 or np.ptp(given) == 0:
        return Estimate(value, value, value, len(given))
    batch = max(1, 1_000_000 // len(given))
    interval = resample(
        (given,), statistic, n_resamples=resamples, batch=batch, method="percentile", rng=np.random.default_rng(seed)
    ).confidence_interval
    return Estimate(value, float(interval.low), float(interval.high), len(given))


def over_draws(right: np.ndarray, resamples: int = 2000, seed: int = 0) -> Estimate:
    """The mean of ``right``, shape (draws, samples), with a percentile bootstrap interval over both.

    Draws are resampled whole, as if one answered all samples alike; ``n`` counts samples.
    """
    given = np.asarray(right, dtype=np.float64)
    if given.ndim != 2 or given.size == 0:
        raise InputError(f"Expected answers of shape (draws, samples), one each or more, was given {given.shape}.")
    draws, samples = given.shape
    rng = np.random.default_rng(seed)
    means = []
    together = max(1, 1_000_000 // samples)
    for start in range(0, resamples, together):
        count = min(together, resamples - start)
        taken = rng.multinomial(draws, np.full(draws, 1 / draws), size=count) / draws
        rows = rng.multinomial(samples, np.full(samples, 1 / samples), size=count) / samples
        means.append(np.einsum("rs,rs->r", taken @ given, rows))
    low, high = np.quantile(np.concatenate(means), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    ends = np.clip([low, high], given.min(), given.max())  # rounding may step over
    return Estimate(float(given.mean()), float(ends[0]), float(ends[1]), samples)


def self_agreement(votes: np.ndarray, classes: int) -> Estimate:
    """The chance that two of the draws, two or more, give a sample the same label; ``votes`` is (draws, samples).

    The interval is over samples. A vote outside ``range(classes)`` agrees with no other.
    """
    draws = len(votes)
    counts = np.stack([(votes == label).sum(axis=0) for label in range(classes)])
    return bootstrap((counts * (counts - 1)).sum(axis=0) / (draws * (draws - 1)))


@dataclass(frozen=True)
class PairedTest:
    """McNemar's test: samples that only the first or only the second classifier got right, and the p-value."""

    only_first: int
    only_second: int
    p: float
    n: int


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> PairedTest:
    """Exact McNemar test of two classifiers; ``first`` and ``second`` say which samples each got right.

    Under the null hypothesis the samples on which they differ split like fair coins.
    """
    from scipy.stats import binomtest

    if len(first) != len(second):
        raise InputError(f"A paired test needs the same samples: {len(first)} and {len(second)} were given.")
    a, b = np.asarray(first, dtype=bool), np.asarray(second, dtype=bool)
    only_first, only_second = int((a & ~b).sum()), int((b & ~a).sum())
    differ = only_first + only_second
    p = float(binomtest(only_first, differ, 0.5).pvalue) if differ else 1.0
    return PairedTest(only_first, only_second, p, len(a))


def difference(test: PairedTest) -> Estimate:
    """How much larger the first one's share of right answers is; the interval is Agresti and Min's for pairs (2005)."""
    from scipy.stats import norm

    gap, differ = test.only_first - test.only_second, test.only_first + test.only_second
    n = test.n + 2
    reach = float(norm.ppf(0.5 + LEVEL / 2)) * float(np.sqrt(max(0.0, differ + 1 - gap**2 / n))) / n
    return Estimate(
        gap / test.n if test.n else float("nan"), max(-1.0, gap / n - reach), min(1.0, gap / n + reach), test.n
    )

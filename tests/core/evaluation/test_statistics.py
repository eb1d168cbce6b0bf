"""Intervals and paired tests against numbers worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.evaluation.statistics import Estimate, bootstrap, mcnemar, over_draws, share, wilson


def test_wilson_by_hand() -> None:
    # Wilson 1927 with z = 1.959964: 8 of 10, centre (0.8 + z2/20) / (1 + z2/10), half width z/(1 + z2/10) * sqrt(...)
    z = 1.959963984540054
    centre = (0.8 + z * z / 20) / (1 + z * z / 10)
    half = z / (1 + z * z / 10) * math.sqrt(0.8 * 0.2 / 10 + z * z / 400)
    assert wilson(8, 10) == pytest.approx((centre - half, centre + half), abs=1e-9)
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)


def test_wilson_at_the_ends() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    low, high = wilson(0, 10)
    assert low == 0.0
    assert high == pytest.approx(1.959963984540054**2 / (10 + 1.959963984540054**2))
    assert wilson(10, 10) == pytest.approx((1 - high, 1.0))


@pytest.mark.parametrize(("successes", "n"), [(-1, 4), (5, 4)])
def test_wilson_refuses_what_is_no_share(successes: int, n: int) -> None:
    with pytest.raises(InputError, match=f"{successes} of {n}"):
        wilson(successes, n)


@given(n=st.integers(1, 5000), data=st.data())
def test_wilson_holds_the_share_and_mirrors(n: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, n))
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n + 1e-12
    assert successes / n <= high + 1e-12 <= 1 + 2e-12
    mirrored_low, mirrored_high = wilson(n - successes, n)
    assert (1 - mirrored_high, 1 - mirrored_low) == pytest.approx((low, high), abs=1e-9)


def test_share_of_nothing_is_not_a_number() -> None:
    empty = share(0, 0)
    assert math.isnan(empty.value)
    assert (empty.low, empty.high, empty.n) == (0.0, 1.0, 0)


def test_estimate_reads_as_a_sentence() -> None:
    assert str(Estimate(0.905, 0.9009, 0.9091, 20000)) == "0.9050 (95 % 0.9009 to 0.9091, n = 20,000)"


def test_bootstrap_of_a_mean_is_near_the_normal_interval() -> None:
    values = np.random.default_rng(3).normal(2.0, 1.0, 400)
    found = bootstrap(values)
    error = values.std() / math.sqrt(400)
    assert found.value == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - 1.96 * error, abs=0.25 * error)
    assert found.high == pytest.approx(values.mean() + 1.96 * error, abs=0.25 * error)


def test_bootstrap_repeats_with_its_seed_and_only_then() -> None:
    values = [0.0, 1.0, 1.0, 3.0, 7.0, 2.0, 9.0, 4.5]
    assert bootstrap(values, seed=1) == bootstrap(values, seed=1)
    assert bootstrap(values, seed=1) != bootstrap(values, seed=2)
    assert bootstrap(values, np.median).value == 2.5


def test_bootstrap_of_constants_has_no_width() -> None:
    assert bootstrap([1.0, 1.0, 1.0]) == Estimate(1.0, 1.0, 1.0, 3)
    with pytest.raises(InputError, match="one sample or more"):
        bootstrap([])


def test_mcnemar_by_hand() -> None:
    # 1 sample only the first got right, 5 only the second: two-sided p = 2 * (1 + 6) / 2**6
    first = [True] * 10 + [True] + [False] * 5 + [False] * 3
    second = [True] * 10 + [False] + [True] * 5 + [False] * 3
    found = mcnemar(first, second)
    assert (found.only_first, found.only_second, found.n) == (1, 5, 19)
    assert found.p == pytest.approx(14 / 64)


def test_mcnemar_of_equal_classifiers_says_nothing() -> None:
    assert mcnemar([True, False], [True, False]).p == 1.0
    with pytest.raises(InputError, match="same samples"):
        mcnemar([True], [True, False])


def test_an_interval_over_draws_covers_both() -> None:
    """Samples that agree leave the draws' spread; draws that agree leave the samples'."""
    split = np.repeat([[1.0], [0.0], [1.0], [1.0]], 50, axis=1)
    by_draws = over_draws(split)
    assert (by_draws.value, by_draws.n) == (0.75, 50)
    assert by_draws.low <= 0.5
    assert by_draws.high == 1.0
    steady = np.repeat(np.array([[1.0] * 30 + [0.0] * 20]), 9, axis=0)
    plain = bootstrap(steady[0])
    assert over_draws(steady).low == pytest.approx(plain.low, abs=0.03)
    assert over_draws(steady).high == pytest.approx(plain.high, abs=0.03)
    assert over_draws(steady) == over_draws(steady)
    with pytest.raises(InputError, match="shape"):
        over_draws(np.zeros((0, 3)))

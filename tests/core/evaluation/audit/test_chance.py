"""Permutation tests of two ways of asking: exact where everything can be counted, silent under the null."""

import numpy as np
import pytest

from core.evaluation.audit.chance import SURE, odd_one_out, two_ways


def draws(count: int, texts: int = 20, seed: int = 0, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, 1.0, (count, texts, 2))


def test_two_draws_of_one_kind_are_not_told_apart() -> None:
    found = [two_ways(draws(4, seed=2 * i), draws(4, seed=2 * i + 1)) for i in range(5)]
    assert min(found) > 0.01


def test_two_kinds_are() -> None:
    assert two_ways(draws(6), draws(6, seed=1, shift=1.0)) <= SURE


def test_equal_answers_are_no_evidence() -> None:
    same = np.ones((4, 10, 2))
    assert two_ways(same, same) == 1
    assert odd_one_out(same[0], same) == 1


def test_of_one_text_the_p_value_can_be_counted() -> None:
    """Four draws, (0, 0) against (1, 1): of the 6 ways to deal two ones, 2 put them together."""
    first, second = np.zeros((2, 1, 1)), np.ones((2, 1, 1))
    assert two_ways(first, second) == pytest.approx(1 / 3, abs=0.03)


def test_an_answer_from_elsewhere_and_one_without_the_noise_are_both_odd() -> None:
    others = draws(8)
    assert odd_one_out(draws(1, seed=9)[0], others) > 0.01
    assert odd_one_out(draws(1, seed=9, shift=2.0)[0], others) <= SURE
    assert odd_one_out(others.mean(axis=0), others) <= SURE  # too near to be a draw
    assert odd_one_out(np.zeros((20, 2)), others) <= SURE  # the noise-free answer


def test_the_same_answers_and_seed_give_the_same_p_value() -> None:
    assert two_ways(draws(3), draws(3, seed=1), 5) == two_ways(draws(3), draws(3, seed=1), 5)

"""The three rules, worked out by hand, and what must hold for any vote."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.defenses.voting import VoteConfig, vote
from core.errors import ConfigError

THREE = np.array([[2.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
ONES = np.ones(3)


def test_mean_logits_by_hand():
    combined, label = vote(THREE, ONES, "mean_logits")
    assert combined == pytest.approx([2 / 3, 2 / 3])
    assert label == 0, "a tie goes to the original's label"


def test_mean_probabilities_by_hand():
    combined, label = vote(np.log(np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]])), ONES, "mean_probabilities")
    assert np.exp(combined) == pytest.approx([0.5, 0.5])
    assert label == 0


def test_majority_by_hand():
    combined, label = vote(THREE, ONES, "majority")
    assert np.exp(combined) == pytest.approx([2 / 5, 3 / 5]), "votes 1 and 2, plus one each, over 3 + 2"
    assert label == 1


def test_the_original_can_count_more_or_not_at_all():
    assert vote(THREE, np.array([3.0, 1.0, 1.0]), "majority")[1] == 0
    assert vote(THREE, np.array([0.0, 1.0, 1.0]), "mean_logits")[0] == pytest.approx([0.0, 1.0])


@given(st.integers(0, 10_000), st.sampled_from(["mean_logits", "mean_probabilities", "majority"]))
def test_order_of_the_others_is_nothing_and_unanimity_wins(seed, rule):
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(6, 3))
    mixed = np.concatenate([logits[:1], rng.permutation(logits[1:])])
    weights = np.ones(6)
    assert vote(mixed, weights, rule)[0] == pytest.approx(vote(logits, weights, rule)[0])
    logits[:, 1] = logits.max() + 1
    combined, label = vote(logits, weights, rule)
    assert label == 1
    assert np.exp(combined).argmax() == 1


def test_majority_probabilities_add_up():
    combined, _ = vote(np.random.default_rng(0).normal(size=(9, 3)), np.ones(9), "majority")
    assert np.exp(combined).sum() == pytest.approx(1.0)


def test_bad_settings_are_refused():
    with pytest.raises(ConfigError, match="rule must be one of mean_logits, mean_probabilities, majority"):
        VoteConfig("loudest")
    with pytest.raises(ConfigError, match="a member with a weight above 0"):
        vote(THREE, np.zeros(3), "majority")

"""A ballot counts with weights, says what decides, and what the page says of it agrees with the outcome."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.defenses.ballot import RANDOMISED, UNDEFENDED, Member, count
from core.defenses.voting import VoteConfig

RULES = ("mean_logits", "mean_probabilities", "majority")


def members_of(logits, weight=1.0):
    rows = [tuple(map(float, row)) for row in logits]
    return [
        Member(
            "original" if i == 0 else "noised", "a text", (), None, row, int(np.argmax(row)), weight if i == 0 else 1.0
        )
        for i, row in enumerate(rows)
    ]


def ballot_of(logits, config, drawn=True):
    return count(members_of(logits, config.original_weight), (), 0, config, (), drawn, "Nobody else.")


BALLOTS = st.builds(
    lambda seed, size, classes, rule, weight: ballot_of(
        np.random.default_rng(seed).normal(size=(size, classes)).round(1), VoteConfig(rule, weight)
    ),
    st.integers(0, 10_000), st.integers(2, 9), st.integers(2, 4), st.sampled_from(RULES),
    st.sampled_from([0.0, 0.5, 1.0, 4.0]),
)  # fmt: skip


def test_the_text_that_counts_four_times():
    """The fault: MNLI's FuSE, one against three, and the one wins."""
    ballot = ballot_of([[1.0, 0.0, 0.0]] + 3 * [[0.0, 1.0, 0.0]], VoteConfig("majority", 4.0))
    assert ballot.votes(3) == (4.0, 3.0, 0.0)
    assert ballot.shares(3) == pytest.approx((4 / 7, 3 / 7, 0.0))
    assert ballot.prediction.label == ballot.counted == 0


@given(BALLOTS)
def test_a_count_is_the_outcome_where_votes_are_counted(ballot):
    votes = ballot.votes(len(ballot.prediction.logits))
    assert sum(votes) == pytest.approx(sum(m.weight for m in ballot.members))
    assert votes[ballot.counted] == max(votes)
    if ballot.rule == "majority":
        assert ballot.counted == ballot.prediction.label


def test_an_average_may_differ_from_the_count():
    ballot = ballot_of([[0.0, 9.0], [1.0, 0.0], [1.0, 0.0]], VoteConfig("mean_logits"))
    assert (ballot.counted, ballot.prediction.label) == (0, 1)
    assert "not the count" in ballot.decided_by


def test_a_lone_original_says_why_and_is_not_called_randomised():
    ballot = ballot_of([[0.0, 9.0]], VoteConfig())
    assert ballot.prediction.flags == (f"Nobody else. {UNDEFENDED}",)
    assert ballot.decided_by == "Nobody else."


def test_only_what_is_drawn_is_flagged_as_randomised():
    two = [[0.0, 1.0], [1.0, 0.0]]
    assert RANDOMISED in ballot_of(two, VoteConfig(), drawn=True).prediction.flags
    assert RANDOMISED not in ballot_of(two, VoteConfig(), drawn=False).prediction.flags


def test_a_weight_may_be_a_whole_number():
    """A link or a control gives 1 where 1.0 is meant; a lone voter is counted as well."""
    assert ballot_of([[0.0, 1.0]], VoteConfig("majority", 1)).counted == 1
    assert ballot_of([[0.0, 1.0], [1.0, 0.0]], VoteConfig("majority", 2)).counted == 1

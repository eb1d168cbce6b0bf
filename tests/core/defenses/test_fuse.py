"""FuSE: its members come from the text being classified, and without them it is the plain classifier."""

from dataclasses import replace

import pytest

from core.defenses.ballot import RANDOMISED, UNDEFENDED
from core.defenses.fuse import Fuse, FuseConfig
from core.defenses.voting import VoteConfig
from core.perturbation.switch import Switch, SwitchConfig
from core.tasks import Example
from tests.conftest import CountingClassifier

FREE = SwitchConfig(gate="off", pos="none", total_alternatives=4)


@pytest.fixture
def build(tiny_classifier, toy_lexicon):
    def make(switch=FREE, config=None, classifier=None):
        return Fuse(classifier or tiny_classifier, Switch(tiny_classifier, toy_lexicon, switch), config or FuseConfig())

    return make


def test_members_derive_from_the_text_being_classified(build, reviews):
    """The released code fetched members by index: after a shuffle they belonged to another text."""
    for order in (reviews, reviews[::-1], reviews[5:] + reviews[:5]):
        for example, ballot in zip(order, build().ballots(order), strict=True):
            assert ballot.members[0].text == example.text_a
            for member in ballot.members[1:]:
                shared = set(example.text_a.lower().split()) & set(member.text.lower().split())
                assert len(shared) >= len(set(example.text_a.lower().split())) - FREE.perturb_words


def test_no_alternatives_is_the_plain_classifier(build, tiny_classifier, reviews):
    plain = tiny_classifier.predict(reviews)
    for before, after in zip(plain, build(replace(FREE, total_alternatives=0)).predict(reviews), strict=True):
        assert (after.label, after.logits) == (before.label, pytest.approx(before.logits, abs=1e-5))
        assert any(flag.endswith(UNDEFENDED) for flag in after.flags)


def test_companions_and_order_do_not_matter(build, reviews):
    together = [p.logits for p in build().predict(reviews)]
    alone = [build().predict([example])[0].logits for example in reviews]
    for one, other in zip(together, alone, strict=True):
        assert one == pytest.approx(other, abs=1e-5)


def test_the_vote_is_the_mean_of_its_members(build, tiny_classifier, reviews):
    for ballot in build().ballots(reviews):
        asked = tiny_classifier.predict([Example(m.text) for m in ballot.members])
        for member, answer in zip(ballot.members, asked, strict=True):
            assert member.logits == pytest.approx(answer.logits, abs=1e-5)
        means = [sum(column) / len(column) for column in zip(*(m.logits for m in ballot.members), strict=True)]
        assert ballot.prediction.logits == pytest.approx(means, abs=1e-5)


def test_same_seed_repeats_and_another_draws_anew(build, reviews):
    assert build().ballots(reviews) == build().ballots(reviews)
    assert build().reseeded(1).ballots(reviews) != build().ballots(reviews)
    assert any(RANDOMISED in p.flags for p in build().predict(reviews))


def test_the_real_reason_is_said(build, reviews):
    """Nothing to swap, nothing wanted and nothing let through are three things."""
    strict = replace(FREE, gate="filter", min_similarity=1.0, total_alternatives=2, multiplier=2)
    for switch, text, reason in (
        (FREE, "the of and", "No word could be perturbed"),
        (replace(FREE, total_alternatives=0), "A good film.", "No alternatives were asked for."),
        (strict, "A good film.", "The sentence gate refused all 4 alternatives."),
    ):
        (answer,) = build(switch).predict([Example(text)])
        assert any(flag.startswith(reason) and flag.endswith(UNDEFENDED) for flag in answer.flags)
        assert RANDOMISED not in answer.flags


def test_where_every_alternative_votes_no_seed_matters(build):
    every = build(replace(FREE, perturb_words=1, total_alternatives=50))
    (answer,), (other,) = every.predict([Example("good")]), every.reseeded(5).predict([Example("good")])
    assert answer.logits == pytest.approx(other.logits, abs=1e-5)
    assert RANDOMISED not in answer.flags
    assert not build(replace(FREE, total_alternatives=0)).randomised


def test_cost_is_one_row_a_member(build, tiny_classifier, reviews):
    counter = CountingClassifier(tiny_classifier)
    ballots = build(classifier=counter).ballots(reviews)
    assert counter.examples == sum(len(b.members) for b in ballots) <= len(reviews) * (1 + FREE.total_alternatives)


@pytest.mark.parametrize(
    "vote", [VoteConfig("majority"), VoteConfig("mean_probabilities"), VoteConfig(original_weight=0)]
)
def test_every_vote_setting_changes_the_outcome(build, reviews, vote):
    plain = [p.logits for p in build().predict(reviews)]
    assert [p.logits for p in build(config=FuseConfig(vote)).predict(reviews)] != plain


def test_fuse_wraps_fuse(build, reviews):
    twice = build(classifier=build())
    assert twice.name.startswith("FuSE(FuSE(")
    assert len(twice.predict(reviews[:3])) == 3

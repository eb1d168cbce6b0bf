"""What an attacker may look at: the answers stay, the scores change; draws are the classifier's own."""

from typing import Any

import numpy as np
import pytest

from core.evaluation.audit.views import by_votes, cooled, labels_only, shows_votes
from core.models.classifier import is_randomised
from core.tasks import Example
from tests.core.attacks.conftest import BagOfWords, Noisy
from tests.core.evaluation.audit import planted

TEXTS = [Example("A good film."), Example("A bad story, a boring man.")]


@pytest.mark.parametrize("view", [lambda c: cooled(c, 4.0), labels_only, lambda c: cooled(c, 0.25)])
def test_a_view_changes_no_label(view: Any) -> None:
    bag = BagOfWords()
    assert [a.label for a in view(bag).predict(TEXTS)] == [a.label for a in bag.predict(TEXTS)]


def test_a_temperature_divides_the_logits() -> None:
    for seen, given in zip(cooled(BagOfWords(), 4.0).predict(TEXTS), BagOfWords().predict(TEXTS), strict=True):
        assert seen.logits == pytest.approx([x / 4 for x in given.logits])


def test_labels_only_show_one_score_a_label() -> None:
    assert len({max(a.probabilities) for a in labels_only(BagOfWords()).predict(TEXTS)}) == 1


def test_votes_are_the_members_mean_probabilities() -> None:
    hidden = planted.HidesVotes()
    assert shows_votes(hidden)
    (seen, _), (ballot, _) = by_votes(hidden).predict(TEXTS), hidden.ballots(TEXTS)
    mean = np.mean([np.exp(m.logits) / np.exp(m.logits).sum() for m in ballot.members], axis=0)
    assert seen.probabilities == pytest.approx(mean.tolist())
    assert not shows_votes(BagOfWords())


def test_a_view_draws_as_its_classifier_does() -> None:
    view = labels_only(Noisy(noise=9.0))
    assert is_randomised(view)
    assert not is_randomised(labels_only(BagOfWords()))
    asked = [cooled(Noisy(), 1.0).reseeded(seed).predict(TEXTS) for seed in (1, 2)]
    assert asked == [Noisy(seed=seed).predict(TEXTS) for seed in (1, 2)]

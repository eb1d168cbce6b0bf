"""What attacks say: when a score is the label in disguise, when too little is known, and the test of two attacks."""

from typing import Any

import pytest

from core.datasets import Row
from core.defenses.ballot import Ballot, Member
from core.evaluation.audit import under_attack
from core.evaluation.audit.bench import AuditConfig, Bench, Subject
from core.tasks import IMDB, Example
from tests.conftest import ScriptedClassifier
from tests.core.attacks.conftest import BagOfWords
from tests.core.evaluation.audit import planted

BAG = BagOfWords(scale=2.0)


def bench(classifier: Any, lexicon: Any, count: int = 12, plain: Any = None) -> Bench:
    return Bench(Subject(classifier, plain), planted.texts(BAG, count), lexicon, AuditConfig(attacked=count))


@pytest.mark.parametrize(("one", "other", "p"), [(0, 0, 1.0), (1, 0, 0.5), (3, 0, 0.125), (0, 3, 1.0), (7, 0, 1 / 128)])
def test_the_one_sided_test_of_two_attacks_by_hand(one: int, other: int, p: float) -> None:
    assert under_attack._more(one, other) == pytest.approx(p)


def test_bare_labels_are_called_by_their_name(toy_lexicon: Any) -> None:
    found = under_attack.scores(bench(planted.LabelsOnly(), toy_lexicon))
    assert found.verdict == "fail"
    assert "label in disguise" in found.said


def voter(votes: tuple[int, ...]) -> Any:
    """Shows the label of a majority and nothing else; who voted how is in its ballots."""

    class Voter(planted.Wrapped):
        def ballots(self, examples: Any) -> list[Ballot]:
            return [self.counted(a.label, place) for place, a in enumerate(self.core.predict(examples))]

        def counted(self, label: int, place: int) -> Ballot:
            own = [label if place % 12 < count else 1 - label for count in votes]
            members = tuple(Member("noised", "", (), None, (1.0 - v, float(v)), v, 1.0) for v in (label, label, *own))
            return Ballot(planted.prediction((3.0 * (1 - label), 3.0 * label)), members, (), 0, "majority")

        def predict(self, examples: Any) -> Any:
            return [ballot.prediction for ballot in self.ballots(examples)]

    return Voter()


def test_votes_that_differ_behind_one_score_are_hidden(toy_lexicon: Any) -> None:
    assert "votes behind them differ" in under_attack._hidden(bench(voter((4,)), toy_lexicon))


def test_votes_that_all_agree_hide_nothing(toy_lexicon: Any) -> None:
    assert under_attack._hidden(bench(voter((99,)), toy_lexicon)) == ""


def test_without_plain_or_with_few_texts_it_cannot_say(toy_lexicon: Any) -> None:
    assert under_attack.fools_plain(bench(BAG, toy_lexicon)).verdict == "cannot say"
    few = bench(BAG, toy_lexicon, 4, BAG)
    found = [check(few) for check in (under_attack.fools_plain, under_attack.ungated, under_attack.temperature)]
    assert {one.verdict for one in found} == {"cannot say"}


def test_attacks_that_all_fail_are_no_pass(toy_lexicon: Any) -> None:
    def refuse(example: Example) -> int:
        raise ValueError("no")

    rows = (Row(Example("A good film."), 1),)
    refused = Bench(Subject(BagOfWords()), rows, toy_lexicon, AuditConfig())
    refused.__dict__["deployed"] = ScriptedClassifier(IMDB, refuse)
    assert under_attack.budget(refused).said == under_attack.NO_ATTACK
    assert under_attack.ungated(refused).verdict == "cannot say"

"""Races: each entrant is attacked as if alone, all about equally often, and Stop takes one slice."""

import pytest

from core.attacks.attack import Attack
from core.attacks.driver import step_attack
from core.attacks.events import AttackFinished, AttackStarted
from core.attacks.presets import attack_config
from core.attacks.race import PLAIN_SLICE, Asking, Entrant, line_up, race
from core.attacks.recording import Step
from core.errors import InputError
from core.models.classifier import Prediction
from core.tasks import IMDB, MNLI, Example
from tests.core.attacks.conftest import LONG, PAIR, BagOfWords, Noisy


def lane(items: list, number: int) -> list:
    return [item.event for item in items if isinstance(item, Step) and item.lane == number]


@pytest.fixture
def attack(toy_lexicon) -> Attack:
    return Attack(attack_config("ungated"), toy_lexicon)


def test_alone_the_events_are_those_of_a_stepped_attack(attack, bag, texts) -> None:
    for example in texts:
        assert lane(list(race(attack, [Entrant("a", bag)], example)), 0) == list(
            step_attack(attack, bag, example, None)
        )


def test_side_by_side_each_is_attacked_as_if_alone_on_the_answer_of_the_first(attack) -> None:
    example = Example(LONG)
    entrants = [Entrant("a", BagOfWords()), Entrant("b", BagOfWords(scale=3.0)), Entrant("c", Noisy(noise=0.1))]
    items = list(race(attack, entrants, example))
    label = lane(items, 0)[0].label
    for number, entrant in enumerate(entrants):
        assert lane(items, number) == list(step_attack(attack, entrant.classifier, example, label))
        assert lane(items, number)[0].label == label


def test_who_was_asked_least_goes_on(attack) -> None:
    entrants = [Entrant("a", BagOfWords()), Entrant("b", BagOfWords(scale=0.1))]
    asked, over = [0, 0], [False, False]
    for item in race(attack, entrants, Example(LONG)):
        if isinstance(item, Asking):
            other = 1 - item.lane
            assert over[other] or asked[item.lane] <= asked[other] or not asked[other]
            asked[item.lane] += item.total if item.done == item.total else 0
        else:
            over[item.lane] |= isinstance(item.event, AttackFinished)
    assert min(asked) > 1


def test_a_given_label_is_attacked_and_who_never_had_it_is_skipped(attack, scripted_classifier) -> None:
    entrants = [Entrant("right", scripted_classifier(IMDB, 1)), Entrant("wrong", scripted_classifier(IMDB, 0))]
    items = list(race(attack, entrants, Example("A good film."), label=1))
    assert isinstance(lane(items, 0)[0], AttackStarted)
    assert [event.status for event in lane(items, 1)] == ["skipped"]


def test_stop_is_heard_between_slices_and_ends_every_lane_with_what_it_has(attack) -> None:
    long = Example(" ".join([LONG] * 20))
    entrants = [Entrant("a", BagOfWords()), Entrant("b", BagOfWords())]
    items = []
    for item in race(attack, entrants, long, stop=lambda: len(items) >= 4):
        items.append(item)
    assert [lane(items, number)[-1].status for number in (0, 1)] == ["stopped", "stopped"]
    assert all(max(entrant.classifier.calls, default=0) <= PLAIN_SLICE for entrant in entrants)
    assert sum(len(entrant.classifier.calls) for entrant in entrants) <= 6


def test_one_that_breaks_does_not_end_the_others(attack, bag) -> None:
    class Broken(BagOfWords):
        def predict(self, examples: list[Example]) -> list[Prediction]:
            if len(self.calls) > 1:
                raise RuntimeError("no memory\nleft")
            return super().predict(examples)

    items = list(race(attack, [Entrant("a", bag), Entrant("b", Broken())], Example(LONG)))
    assert lane(items, 0)[-1].status in ("success", "failed")
    assert (lane(items, 1)[-1].status, lane(items, 1)[-1].reason) == ("error", "RuntimeError: no memory left")
    told = list(race(attack, [Entrant("b", Broken())], Example(LONG), explain=lambda error: "it broke"))
    assert lane(told, 0)[-1].reason == "it broke"


def test_the_time_budget_is_each_entrants_own(toy_lexicon, bag) -> None:
    attack = Attack(attack_config("ungated", max_seconds=0.0), toy_lexicon)
    items = list(race(attack, [Entrant("a", bag)], Example(LONG)))
    assert lane(items, 0)[-1].status == "exhausted"


def test_a_pair_is_lined_up_with_its_premise(attack, pair_bag) -> None:
    lined = line_up(attack, [Entrant("Plain", pair_bag)], Example(*PAIR), "A pair", "Look.")
    assert (lined.text, lined.other_text, lined.labels) == (PAIR[1], PAIR[0], MNLI.labels)
    assert (lined.title, lined.classifiers, lined.preset) == ("A pair", ("Plain",), "ungated")


def test_nobody_to_attack_is_an_error(attack) -> None:
    with pytest.raises(InputError, match="at least one"):
        list(race(attack, [], Example("A film.")))

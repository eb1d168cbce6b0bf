"""Classifiers that draw: fresh draws, and successes that others confirm."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.attacks.attack import Attack
from core.attacks.driver import attack_many, step_attack
from core.attacks.events import AttackFinished, CandidateTried, FlipChecked
from core.attacks.presets import attack_config
from core.datasets import Row
from core.models.classifier import Prediction
from core.tasks import IMDB, Example
from tests.core.attacks.conftest import LONG, BagOfWords, Lottery, Noisy, end_of


def test_a_lucky_draw_is_no_success(toy_lexicon: Any) -> None:
    lucky = 0
    for seed in range(10):
        attack = Attack(attack_config("ungated", seed=seed), toy_lexicon)
        events = list(step_attack(attack, Lottery(), Example(LONG), 1))
        end = end_of(events)
        lucky += end.single_draw
        checks = [e for e in events if isinstance(e, FlipChecked)]
        assert end.status == "failed"
        assert 2 * end.wrong < end.draws
        assert all(check.confirmed == (2 * check.wrong > check.draws) for check in checks)
        if checks and not checks[-1].confirmed:
            place = events.index(checks[-1])
            assert any(isinstance(e, CandidateTried | AttackFinished) for e in events[place + 1 :])
    assert lucky >= 8


def test_no_draw_is_used_twice(toy_lexicon: Any) -> None:
    classifier = Lottery(odds=3)
    list(step_attack(Attack(attack_config("ungated"), toy_lexicon), classifier, Example(LONG), 1))
    assert len(set(classifier.log)) == len(classifier.log)


def test_checks_use_seeds_that_the_search_never_saw(toy_lexicon: Any) -> None:
    classifier = Noisy(noise=3.0)
    asked: list[tuple[int, bool]] = []
    from core.attacks.flow import Query, Victim

    flow = Attack(attack_config("ungated"), toy_lexicon).flow(Example(LONG), None, Victim("noisy", IMDB, True))
    item: Any = next(flow)
    try:
        while True:
            if isinstance(item, Query):
                asked += [(seed, item.deployed) for seed in item.seeds]
                item = flow.send([p for s in item.seeds for p in classifier.reseeded(s).predict(item.examples)])
            else:
                item = next(flow)
    except StopIteration:
        pass
    search = [seed for seed, deployed in asked if not deployed]
    checks = [seed for seed, deployed in asked if deployed]
    assert len(set(search)) == len(search) >= 3
    assert len(set(checks)) == len(checks) >= 18
    assert not set(search) & set(checks)


def test_without_noise_it_is_the_plain_attack(toy_lexicon: Any, reviews: list[Example]) -> None:
    attack = Attack(attack_config("paper"), toy_lexicon)
    rows = [Row(example, None) for example in [Example(LONG), *reviews]]
    plain = [e for _, e in attack_many(attack, BagOfWords(), rows) if isinstance(e, AttackFinished)]
    noisy = [e for _, e in attack_many(attack, Noisy(noise=0.0), rows) if isinstance(e, AttackFinished)]
    for one, other in zip(sorted(plain, key=lambda e: e.text), sorted(noisy, key=lambda e: e.text), strict=True):
        assert (one.status, one.text, one.swaps) == (other.status, other.text, other.swaps)
        assert other.draws == other.draws_before == 101
        assert other.wrong in (0, 101)
        assert other.queries == one.queries


def test_the_original_is_judged_by_its_majority(toy_lexicon: Any) -> None:
    @dataclass
    class Mostly(Lottery):
        def predict(self, examples: Sequence[Example]) -> list[Prediction]:
            return [Prediction((1.0, 0.0), 0) if self.seed % 4 else Prediction((0.0, 1.0), 1) for _ in examples]

    attack = Attack(attack_config("paper"), toy_lexicon)
    (end,) = step_attack(attack, Mostly(), Example(LONG), 1)
    assert (end.status, end.queries) == ("skipped", 0)
    assert (end.wrong, end.draws) == (end.wrong_before, end.draws_before)
    assert (end.model_rows, end.fresh_draws, end.fresh_rows) == (1, 101, 101)
    assert next(step_attack(attack, Mostly(), Example(LONG), None)).label == 0


def test_more_budget_never_helps_the_defender(toy_lexicon: Any, reviews: list[Example], bag: BagOfWords) -> None:
    rows = [Row(e, None) for e in [Example(LONG), *reviews]]
    before = -1
    for budget in (2, 5, 10, 20, 40, 80):
        attack = Attack(attack_config("ungated", max_queries=budget), toy_lexicon)
        won = sum(e.status == "success" for _, e in attack_many(attack, bag, rows) if isinstance(e, AttackFinished))
        assert won >= before
        before = won
    assert before >= 4

"""Classifiers that draw: fresh draws, confirmed successes, and attackers who average."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from core.attacks.adaptive import Averaged, Fixed, climb, judge, survivors
from core.attacks.attack import Attack
from core.attacks.driver import attack_many, step_attack
from core.attacks.events import AttackFinished, CandidateTried, FlipChecked
from core.attacks.presets import attack_config
from core.datasets import Row
from core.errors import ConfigError
from core.models.classifier import Prediction
from core.tasks import IMDB, Example, Task
from tests.core.attacks.conftest import LONG, BagOfWords, Noisy


@dataclass
class Lottery:
    """Right on the original; elsewhere one seed in ``odds`` is wrong, whatever the text. Logs (seed, text)."""

    odds: int = 4
    seed: int = 0
    task: Task = IMDB
    name: str = "lottery"
    log: list[tuple[int, str]] = field(default_factory=list)

    @property
    def randomised(self) -> bool:
        return True

    def reseeded(self, seed: int) -> "Lottery":
        return replace(self, seed=seed)

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        self.log += [(self.seed, example.text_a) for example in examples]
        wrong = self.seed % self.odds == 0
        return [
            Prediction((0.0, 1.0), 1) if e.text_a == LONG or not wrong else Prediction((1.0, 0.0), 0) for e in examples
        ]


def end_of(events: list[Any]) -> AttackFinished:
    assert isinstance(events[-1], AttackFinished)
    return events[-1]


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


def test_a_repeated_text_is_asked_again(toy_lexicon: Any) -> None:
    """A deterministic classifier is asked about a text once, a randomised one each time."""
    from core.language.neighbors import Neighbor

    class Doubled(type(toy_lexicon.neighbors)):  # type: ignore[misc]  # the fixture's class
        def neighbors(self, word: str, limit: int = 100) -> tuple[Neighbor, ...]:
            return tuple(n for n in super().neighbors(word, limit) for _ in range(2))

    from tests.conftest import NEIGHBOURS

    lexicon = replace(toy_lexicon, neighbors=Doubled(NEIGHBOURS))
    bag, noisy = BagOfWords(), Noisy(noise=0.0)
    for classifier in (bag, noisy):
        list(step_attack(Attack(attack_config("ungated"), lexicon), classifier, Example("good film"), None))
    assert len(bag.examples) == len(set(bag.examples))
    assert len(noisy.examples) > len(set(noisy.examples)) + 9


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


def test_averaging_costs_draws_and_steadies(toy_lexicon: Any) -> None:
    noisy = Noisy(noise=2.0)
    example = Example(LONG)
    singles = [noisy.reseeded(s).predict([example])[0].probabilities[0] for s in range(40)]
    means = [Averaged(noisy, 16, s).predict([example])[0].probabilities[0] for s in range(40)]
    spread = [max(values) - min(values) for values in (singles, means)]
    assert spread[1] < spread[0] / 2
    assert Averaged(noisy, 4, 1).predict([example]) == Averaged(noisy, 4).reseeded(1).predict([example])
    assert Averaged(noisy, 4).predict([]) == []
    with pytest.raises(ConfigError, match="one draw or more"):
        Averaged(noisy, 0)


def test_the_verdict_is_the_deployed_classifiers(toy_lexicon: Any) -> None:
    """An attacker who looks at an average still has to fool fresh single draws."""
    attack = Attack(attack_config("ungated"), toy_lexicon)
    noisy = Noisy(noise=2.0)
    end = end_of(list(step_attack(attack, noisy, Example(LONG), None, searched=Averaged(noisy, 8))))
    assert end.draws == 101
    assert (end.status == "success") == (2 * end.wrong > end.draws)


def test_a_fixed_seed_is_deterministic() -> None:
    fixed = Fixed(Noisy(noise=2.0), 5)
    assert fixed.predict([Example(LONG)]) == fixed.predict([Example(LONG)])
    assert not hasattr(fixed, "reseeded")


def test_judging_texts_from_elsewhere() -> None:
    examples = [Example(LONG), Example("other")]
    verdicts = judge(Lottery(odds=1), examples, [1, 1], draws=5)
    assert [(v.wrong, v.draws, v.broken) for v in verdicts] == [(0, 5, False), (5, 5, True)]
    assert judge(BagOfWords(), [Example(LONG)], [0], draws=5)[0].draws == 1
    assert judge(Lottery(), [], [], draws=5) == []


def test_the_ladder_takes_the_minimum(toy_lexicon: Any, reviews: list[Example]) -> None:
    core = BagOfWords()
    rows = [Row(e, core.answer(e).label) for e in [Example(LONG), *reviews]]
    attack = Attack(attack_config("ungated", confirm_draws=5, verdict_draws=11), toy_lexicon)
    rungs = list(climb(attack, Noisy(), rows, [("the core", core)], means=(2,)))
    assert [rung.name for rung in rungs] == ["transfer from the core", "single draws", "fixed seed", "mean of 2 draws"]
    alive = survivors(rungs)
    assert sum(alive) <= min(sum(not b for b in rung.broken) for rung in rungs)
    for index, lives in enumerate(alive):
        assert lives == (not any(rung.broken[index] for rung in rungs))
    assert all(rung.left_out == 0 for rung in rungs)
    with pytest.raises(ConfigError, match="label"):
        next(climb(attack, Noisy(), [Row(Example(LONG), None)]))


def test_the_ladder_leaves_errors_out_and_counts_them(toy_lexicon: Any, reviews: list[Example]) -> None:
    """An error says nothing: the row is neither broken nor a survivor, at any rung."""

    @dataclass
    class Fragile(Noisy):
        def predict(self, examples: Sequence[Example]) -> list[Prediction]:
            if any("dog" in example.text_a for example in examples):
                raise RuntimeError("no dogs")
            return super().predict(examples)

    class FragileCore(BagOfWords):
        def predict(self, examples: Sequence[Example]) -> list[Prediction]:
            if any("Great" in example.text_a for example in examples):
                raise RuntimeError("no great")
            return super().predict(examples)

    rows = [Row(e, BagOfWords().answer(e).label) for e in reviews]
    dogs = {i for i, e in enumerate(reviews) if "dog" in e.text_a}
    great = {i for i, e in enumerate(reviews) if "Great" in e.text_a}
    attack = Attack(attack_config("paper", verdict_draws=11), toy_lexicon)
    steady = list(climb(attack, Noisy(noise=0.1), rows, [("the core", FragileCore())], means=(2,)))
    assert [{i for i, b in enumerate(rung.broken) if b is None} for rung in steady] == [great, set(), set(), set()]
    assert [rung.left_out for rung in steady] == [len(great), 0, 0, 0]
    for i in great:
        assert survivors(steady)[i] in (None, False)
    fragile = list(climb(attack, Fragile(noise=0.1), rows, means=(2,)))
    for rung in fragile:
        assert {i for i, b in enumerate(rung.broken) if b is None} >= dogs
    alive = survivors(fragile)
    assert all(alive[i] is None for i in dogs)
    assert len(dogs) == 2
    assert True in alive


def test_more_budget_never_helps_the_defender(toy_lexicon: Any, reviews: list[Example], bag: BagOfWords) -> None:
    rows = [Row(e, None) for e in [Example(LONG), *reviews]]
    before = -1
    for budget in (2, 5, 10, 20, 40, 80):
        attack = Attack(attack_config("ungated", max_queries=budget), toy_lexicon)
        won = sum(e.status == "success" for _, e in attack_many(attack, bag, rows) if isinstance(e, AttackFinished))
        assert won >= before
        before = won
    assert before >= 4

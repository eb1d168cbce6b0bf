"""Attackers who average or who know the seed: what they see, and what it costs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from core.attacks.adaptive import Averaged, Fixed
from core.attacks.attack import Attack
from core.attacks.driver import step_attack
from core.attacks.events import AttackFinished
from core.attacks.flow import derived_seed
from core.attacks.presets import attack_config
from core.errors import ConfigError
from core.models.classifier import Prediction
from core.tasks import Example
from tests.core.attacks.conftest import LONG, Lottery, Noisy, end_of


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


def test_an_average_costs_what_it_asks(toy_lexicon: Any) -> None:
    """A mean of 4 is 4 questions; confirmations and verdicts are nobody's questions."""

    @dataclass
    class Counted(Noisy):
        @property
        def randomised(self) -> bool:
            return True

        def reseeded(self, seed: int) -> "Counted":
            return replace(self, seed=seed)  # the same lists of calls and examples

    for times in (1, 4):
        noisy = Counted(noise=2.0)
        attack = Attack(attack_config("ungated"), toy_lexicon)
        searched = Averaged(noisy, times) if times > 1 else noisy
        end = list(step_attack(attack, noisy, Example(LONG), None, searched))[-1]
        assert isinstance(end, AttackFinished)
        assert end.queries % times == 0
        assert end.model_rows == end.queries
        assert end.fresh_draws == end.fresh_rows >= 2 * 101
        assert end.queries + end.fresh_draws == len(noisy.examples)


@pytest.mark.parametrize("budget", [1, 4, 5, 30, 60])
def test_a_budget_bounds_averaged_questions(toy_lexicon: Any, budget: int) -> None:
    noisy = Noisy(noise=0.1)
    attack = Attack(attack_config("ungated", max_queries=budget), toy_lexicon)
    end = list(step_attack(attack, noisy, Example(LONG), None, Averaged(noisy, 4)))[-1]
    assert isinstance(end, AttackFinished)
    assert end.queries <= budget
    if end.status == "exhausted":
        assert budget - end.queries < 4


def test_a_mean_is_of_probabilities() -> None:
    """Seeds 0 and 1 of two: (0.9, 0.1) and (0.2, 0.8) make (0.55, 0.45), where a mean of logits would differ."""

    @dataclass
    class Two(Lottery):
        def predict(self, examples: Sequence[Example]) -> list[Prediction]:
            at_odds = (0.9, 0.1) if self.seed == seeds[0] else (0.2, 0.8)
            return [Prediction(tuple(math.log(p) for p in at_odds), 0) for _ in examples]

    seeds = [derived_seed(7, "mean", draw) for draw in range(2)]
    (found,) = Averaged(Two(), 2, seed=7).predict([Example("a")])
    assert found.probabilities == pytest.approx((0.55, 0.45))
    assert (found.label, found.questions, found.rows) == (0, 2, 2)


def test_who_knows_the_seed_sees_that_draw() -> None:
    noisy = Noisy(noise=2.0)
    examples = [Example(LONG), Example("a good film")]
    assert Fixed(noisy, 5).predict(examples) == noisy.reseeded(5).predict(examples)
    assert Fixed(noisy, 5).predict(examples) != noisy.reseeded(6).predict(examples)

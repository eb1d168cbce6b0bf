"""An attack as plain values: pickled it is the same, and what it prepares is the classifier, its words and the view."""

import pickle
from typing import Any

import pytest

from core.attacks.presets import attack_config
from core.datasets import Row
from core.defenses.five import FiveConfig, FiveSettings
from core.defenses.recipe import Recipe
from core.errors import ConfigError
from core.evaluation.attack_recipe import AttackRecipe
from core.evaluation.attack_run import run_attack
from core.tasks import IMDB, Example

ATTACK = attack_config("ungated", max_queries=10, verdict_draws=3)
FIVE = Recipe(IMDB, "some/model", "five", FiveSettings(FiveConfig(samples=2)), seed=4)


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch, tiny_classifier: Any, toy_lexicon: Any) -> list[Any]:
    """What loading gives: a tiny model and toy words; the arguments that it was called with."""
    asked: list[Any] = []
    monkeypatch.setattr("core.models.loading.load_classifier", lambda *given: (asked.append(given), tiny_classifier)[1])
    monkeypatch.setattr("core.defenses.recipe.load_lexicon", lambda *_, **__: toy_lexicon)
    return asked


def test_pickled_it_gives_the_same_results(loaded: list[Any], reviews: list[Example]) -> None:
    made = AttackRecipe(ATTACK, FIVE)
    again = pickle.loads(pickle.dumps(made))
    assert again == made
    rows = [Row(example, 0) for example in reviews[:2]]
    one, other = (
        [p.record for p in run_attack(a, c, rows, searched=s)] for a, c, s in (made.prepare(), again.prepare())
    )
    assert one == other
    assert one[0]["made_by"]["defense"] == "five"
    assert loaded == [("some/model", IMDB, "cpu", None, {})] * 2


def test_a_mean_of_draws_is_looked_at_and_the_defence_attacked(loaded: list[Any]) -> None:
    _, deployed, searched = AttackRecipe(ATTACK, FIVE, average=4).prepare()
    assert searched is not None
    assert searched.name == f"mean of 4 draws of {deployed.name}"
    assert AttackRecipe(ATTACK, FIVE).prepare()[2] is None


def test_a_mean_of_what_never_draws_is_refused(loaded: list[Any]) -> None:
    with pytest.raises(ConfigError, match="--average is for a defence that draws"):
        AttackRecipe(ATTACK, Recipe(IMDB, "some/model"), average=4).prepare()

"""The shelf: one loading for many recipes, and nothing travels to another process."""

import pickle
from typing import Any

from core.attacks.presets import attack_config
from core.defenses.five import FiveConfig, FiveSettings
from core.defenses.recipe import Recipe
from core.evaluation.attack_recipe import AttackRecipe
from core.evaluation.shelf import Shelf
from core.tasks import IMDB

PLAIN = Recipe(IMDB, "some/model")
FIVE = Recipe(IMDB, "some/model", "five", FiveSettings(FiveConfig(samples=2)), seed=4)


def test_shared_parts_are_loaded_once(toy_models: list[Any]) -> None:
    shelf = Shelf()
    plain, five, (_, deployed, _) = (
        shelf.classifier(PLAIN),
        shelf.classifier(FIVE),
        shelf.attack(AttackRecipe(attack_config(), FIVE)),
    )
    assert (plain.name, five.name, deployed.name) == ("tiny-imdb", "FIVE(tiny-imdb)", "FIVE(tiny-imdb)")
    assert toy_models == ["some/model"]
    shelf.core(Recipe(IMDB, "other/model"))
    assert toy_models == ["some/model", "other/model"]


def test_pickled_it_is_empty(toy_models: list[Any]) -> None:
    shelf = Shelf()
    shelf.core(PLAIN)
    pickle.loads(pickle.dumps(shelf)).core(PLAIN)
    assert toy_models == ["some/model"] * 2

"""What the tests of evaluation share: an attack, and rows of which it skips some, breaks some and leaves some."""

from collections.abc import Callable
from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.presets import attack_config
from core.datasets import Row
from core.evaluation.table_plan import Asked
from core.evaluation.table_rows import chosen_rows
from core.tasks import IMDB, Example
from tests.core.attacks.conftest import LONG, SHORT, BagOfWords


@pytest.fixture
def attack(toy_lexicon: Any) -> Attack:
    return Attack(attack_config("textattack"), toy_lexicon)


@pytest.fixture
def rows(reviews: list[Example]) -> list[Row]:
    bag = BagOfWords()
    return [
        Row(e, bag.answer(e).label if i % 4 else i % 2) for i, e in enumerate([Example(LONG), *reviews, Example(SHORT)])
    ]


@pytest.fixture
def toy_models(monkeypatch: pytest.MonkeyPatch, tiny_factory: Any, toy_lexicon: Any) -> list[str]:
    """Recipes load tiny models, other weights for another name, and toy words; the names that were loaded, in order."""
    asked: list[str] = []

    def load(name: str, task: Any, *_: Any) -> Any:
        asked.append(name)
        return tiny_factory(task, seed=len(name))

    monkeypatch.setattr("core.models.loading.load_classifier", load)
    monkeypatch.setattr("core.defenses.recipe.load_lexicon", lambda *_, **__: toy_lexicon)
    return asked


@pytest.fixture
def asked(toy_models: list[str], reviews: list[Example]) -> Callable[..., Asked]:
    """``asked(number, rows)``: a table of twelve reviews with tiny models, FACT's of other weights than plain's."""
    rows = [Row(example, i % 2) for i, example in enumerate(reviews)]
    models = {"plain": "some/model", "fact": "another/model"}
    config = attack_config("ungated", max_queries=30, verdict_draws=3)

    def ask(number: int = 2, names: str = "plain,five,fact", **more: Any) -> Asked:
        return Asked(number, IMDB, rows, chosen_rows(names), models, config, together=4, **more)

    return ask

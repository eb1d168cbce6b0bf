"""What the tests of evaluation share: an attack, and rows of which it skips some, breaks some and leaves some."""

from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.presets import attack_config
from core.datasets import Row
from core.tasks import Example
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

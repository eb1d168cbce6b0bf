"""Searches in processes of their own: the same events in the same order, group after group; failures stay outcomes."""

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.driver import attack_many
from core.attacks.events import AttackFinished
from core.attacks.presets import attack_config
from core.datasets import Row
from core.errors import ConfigError
from core.evaluation.search_processes import SpreadAttack
from core.language.lexicon import Lexicon
from core.models.classifier import Prediction
from core.tasks import Example
from tests.conftest import NEIGHBOURS, STOP_WORDS, ToyEncoder, ToyNeighbors, ToyTagger
from tests.core.attacks.conftest import BagOfWords

CONFIG = attack_config("paper")
ROWS = [
    Row(Example(text), label)
    for text, label in (
        ("a good film about a man who walks outside", 1), ("a boring story", 0), ("the actors are great", 1),
        ("?", 0), ("a bad movie", 0),
    )
]  # fmt: skip


def toy_words() -> Lexicon:
    """Opened in each process."""
    return Lexicon(ToyNeighbors(NEIGHBOURS), ToyTagger(), ToyEncoder(), STOP_WORDS)


class Choosy(BagOfWords):
    """Cannot say what it reads of one of the texts, and answers no text with "boring" in it."""

    def encode(self, examples: Sequence[Example]) -> list[Any]:
        if examples[0].text_a == "?":
            raise RuntimeError("nothing to read")
        return [SimpleNamespace(overflowing=[]) for _ in examples]

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        if any("boring" in example.text_a for example in examples):
            raise RuntimeError("no boring texts")
        return super().predict(examples)


@pytest.fixture(scope="module")
def spread() -> Iterator[SpreadAttack]:
    attack = SpreadAttack(CONFIG, toy_words(), toy_words, 2)
    yield attack
    attack.close()


def test_the_same_events_in_the_same_order(spread: SpreadAttack) -> None:
    here = list(attack_many(Attack(CONFIG, toy_words()), BagOfWords(), ROWS, 3))
    assert list(attack_many(spread, BagOfWords(), ROWS, 3)) == here
    assert len({event.status for _, event in here if isinstance(event, AttackFinished)}) > 1


def test_what_fails_is_that_rows_outcome(spread: SpreadAttack) -> None:
    here = list(attack_many(Attack(CONFIG, toy_words()), Choosy(), ROWS, 5))
    assert list(attack_many(spread, Choosy(), ROWS, 5)) == here
    ends = {place: event for place, event in here if isinstance(event, AttackFinished)}
    assert ends[3].reason == "RuntimeError: nothing to read"
    assert [place for place, end in ends.items() if "no boring texts" in end.reason] == [1]


def test_no_process_is_none_too_few() -> None:
    with pytest.raises(ConfigError, match="gate workers must be 1 or more"):
        SpreadAttack(CONFIG, toy_words(), toy_words, 0).searches()

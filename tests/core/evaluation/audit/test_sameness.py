"""Ways to ask for the same answer, each of which gives an answer a text, in its order."""

from typing import Any

import pytest

from core.evaluation.audit import sameness
from core.evaluation.audit.bench import AuditConfig, Bench, Subject
from core.tasks import MNLI
from tests.core.attacks.conftest import BagOfWords
from tests.core.evaluation.audit import planted

BAG = BagOfWords(scale=2.0)
WAYS = (sameness.alone, sameness.together, sameness.backwards, sameness.beside_long)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_an_exact_classifier_answers_the_same_in_each_way(way: sameness.Way) -> None:
    examples = [row.example for row in planted.texts(BAG, 6)]
    assert way(BAG, examples) == BAG.predict(examples)


def test_the_companion_is_long_and_keeps_the_other_text() -> None:
    asked = BagOfWords(MNLI)
    (example,) = [row.example for row in planted.texts(BAG, 2)][:1]
    pair = type(example)("A man walks.", example.text_a)
    sameness.beside_long(asked, [pair])
    own, long = asked.examples
    assert own == pair
    assert long.text_a == pair.text_a
    assert len((long.text_b or "").split()) == 400


def test_a_few_moved_answers_are_forgiven_and_more_are_not(toy_lexicon: Any) -> None:
    class Moves(planted.Wrapped):
        many = 1

        def predict(self, examples: Any) -> Any:
            found = super().predict(examples)
            moved = range(self.many if len(examples) > 1 else 0)
            return [planted.prediction((9.0, 0.0)) if place in moved else p for place, p in enumerate(found)]

    forgiving = Bench(Subject(Moves()), planted.texts(BAG, 40), toy_lexicon, AuditConfig())
    assert sameness.in_a_batch(forgiving).verdict == "pass"
    Moves.many = 3
    assert sameness.in_a_batch(forgiving).verdict == "fail"

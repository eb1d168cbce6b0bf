"""A classifier as TextAttack calls one: texts in, rows of probabilities out."""

from typing import Any

import numpy as np
import pytest

from core.errors import InputError
from core.interop.textattack import TextAttackModel
from core.tasks import MNLI


def test_a_row_of_probabilities_a_text(tiny_classifier: Any) -> None:
    rows = TextAttackModel(tiny_classifier)(["A good film.", "A bad film."])
    assert rows.shape == (2, 2)
    assert rows.sum(axis=1) == pytest.approx([1, 1], abs=1e-9)
    assert TextAttackModel(tiny_classifier)([]).shape == (0, 2)


def test_pairs_are_tuples_as_textattack_gives_them(scripted_classifier: Any) -> None:
    fake = scripted_classifier(MNLI, lambda example: len(example.text_b) % 3)
    rows = TextAttackModel(fake)([("It rains.", "Wet"), ("It rains.", "Dry!")])
    assert rows.argmax(axis=1).tolist() == [0, 1]
    assert fake.asked[0].text_a == "It rains."


def test_a_pair_for_a_task_of_one_text_is_refused(tiny_classifier: Any) -> None:
    with pytest.raises(InputError, match="has 2 parts"):
        TextAttackModel(tiny_classifier)([("a", "b")])


def test_a_goal_function_of_textattacks_kind_takes_it(tiny_classifier: Any) -> None:
    """What TextAttack's untargeted goal does with a model, in three lines of our own."""
    wrapper = TextAttackModel(tiny_classifier)
    assert wrapper.model.__class__.__name__ == "TransformersClassifier"
    score = 1 - wrapper(["A good film."])[0]
    assert score[int(np.argmin(score))] < 0.5

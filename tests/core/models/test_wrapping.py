"""A classifier around another one says what that one says, of everything it does not answer itself."""

import numpy as np

from core.models.wrapping import WrappingClassifier
from core.tasks import IMDB, Example
from tests.conftest import make_tiny_classifier


def test_what_is_not_answered_is_passed_on() -> None:
    inner = make_tiny_classifier(IMDB)
    around = WrappingClassifier(inner)
    (mine,), (its,) = (one.encode([Example("A good film.")]) for one in (around, inner))
    assert mine.ids == its.ids
    assert around.cut_flags(mine) == inner.cut_flags(its)
    assert np.array_equal(around.word_vectors(mine.ids), inner.word_vectors(its.ids))
    assert np.array_equal(around.special_vector("mask"), inner.special_vector("mask"))
    facts = ("name", "task", "embedding_std", "hidden_size", "vocabulary_size")
    assert [getattr(around, fact) for fact in facts] == [getattr(inner, fact) for fact in facts]

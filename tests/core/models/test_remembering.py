"""Remembering: the inner classifier's answers, and each distinct row and gradient asked for once."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from core.models.gradients import EmbeddedRow
from core.models.importance import word_importance
from core.models.remembering import RememberingClassifier
from core.tasks import IMDB, Example


@pytest.fixture
def counted(tiny_factory: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> tuple[Any, dict[str, list[int]]]:
    """A classifier of its own, and how many rows each of its verbs was given, call by call."""
    inner = tiny_factory(IMDB)
    asked: dict[str, list[int]] = {"encode": [], "encoded_logits": [], "gradients": []}
    for name, sizes in asked.items():

        def counting(
            rows: Sequence[Any], *more: Any, sizes: list[int] = sizes, inner: Any = getattr(inner, name)
        ) -> Any:
            sizes.append(len(rows))
            return inner(rows, *more)

        monkeypatch.setattr(inner, name, counting)
    return inner, asked


def test_it_answers_as_the_inner_one_and_the_same_again(tiny_classifier: Any, reviews: list[Example]) -> None:
    shared = RememberingClassifier(tiny_classifier)
    first = shared.predict(reviews)
    assert shared.predict(reviews[::-1]) == first[::-1], "bit for bit, whatever the batch"
    plain = tiny_classifier.predict(reviews)
    assert [(p.label, p.flags) for p in first] == [(p.label, p.flags) for p in plain]
    assert np.allclose([p.logits for p in first], [p.logits for p in plain], atol=1e-5)
    ours, theirs = word_importance(shared, reviews[:3]), word_importance(tiny_classifier, reviews[:3])
    assert [i.order for i in ours] == [i.order for i in theirs]
    assert shared.predict([Example("good " * 300)])[0].flags, "it says that a text was cut"


def test_each_distinct_row_is_asked_for_once(counted: Any, reviews: list[Example]) -> None:
    inner, asked = counted
    shared = RememberingClassifier(inner)
    shared.predict([*reviews[:3], reviews[0]])
    shared.predict([*reviews[1:4], Example("A GOOD film.")])
    shared.predict(reviews[:4])
    assert asked["encoded_logits"] == [3, 1], "pieces decide, not letters: GOOD is good here"
    assert asked["encode"] == [3, 2]
    assert shared.predict([]) == []


def test_gradients_are_kept_apart_by_scalar(counted: Any, reviews: list[Example]) -> None:
    inner, asked = counted
    shared = RememberingClassifier(inner)
    rows = shared.encode(reviews[:2])
    first = shared.gradients([*rows, rows[0]], "predicted_logit")
    (other,) = shared.gradients(rows[:1], "logit_norm")
    again = shared.gradients(rows, "predicted_logit")
    assert asked["gradients"] == [2, 1]
    assert again[0] is first[0] is first[2]
    assert again[1] is first[1]
    assert not np.allclose(other.gradient, first[0].gradient, atol=1e-3)


def test_what_is_added_makes_another_row(counted: Any, reviews: list[Example]) -> None:
    inner, asked = counted
    shared = RememberingClassifier(inner)
    (encoding,) = shared.encode(reviews[:1])
    step = np.eye(1, 32, dtype=np.float32)
    rows = [encoding, *(EmbeddedRow(encoding, np.array([at]), d * step) for at, d in ((1, 0), (1, 3), (2, 3), (1, 3)))]
    plain, nothing, moved, elsewhere, again = shared.encoded_logits(rows)
    assert asked["encoded_logits"] == [4]
    assert np.allclose(nothing, plain, atol=1e-5)
    assert np.array_equal(moved, again)
    assert not np.allclose(moved, plain, atol=1e-3)
    assert not np.allclose(moved, elsewhere, atol=1e-3)
    nowhere = EmbeddedRow(encoding, np.zeros(0, dtype=int), np.zeros((0, 32), dtype=np.float32))
    assert np.array_equal(shared.encoded_logits([nowhere])[0], plain)
    assert asked["encoded_logits"] == [4], "nothing added anywhere is the row itself"


def test_the_two_texts_of_a_pair_are_told_apart(tiny_pair_classifier: Any) -> None:
    shared = RememberingClassifier(tiny_pair_classifier)
    pairs = [Example("A man walks.", "A dog."), Example("A dog.", "A man walks."), Example("A man", "walks. A dog.")]
    found = np.array([p.logits for p in shared.predict(pairs)])
    alone = np.array([tiny_pair_classifier.predict([pair])[0].logits for pair in pairs])
    assert np.allclose(found, alone, atol=1e-5)
    assert len({tuple(row) for row in found.round(4).tolist()}) == 3

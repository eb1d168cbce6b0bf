"""Before and after: the swap that decides is found, the deletion curve starts at the whole text and ends at none."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.analysis.before_after import Comparison, Faithfulness, compare, deletion
from core.analysis.words import with_swaps
from core.errors import InputError
from core.language.text import find_words
from core.models.classifier import Prediction
from core.models.importance import ImportanceConfig, word_importance
from core.tasks import IMDB, Example

EXAMPLE = Example("A good film about a small man who walks outside.")
SWAPS = ((1, "nice"), (5, "little"))


def test_both_texts_are_weighed_and_every_swap_is_put_back(tiny_classifier: Any) -> None:
    found = compare(tiny_classifier, EXAMPLE, SWAPS, ImportanceConfig())
    made = with_swaps(IMDB, EXAMPLE, SWAPS)
    assert [w.text for w in found.after.words] == [w.text for w in find_words(made.text_a)]
    assert len(found.before.words) == len(found.after.words)
    both = word_importance(tiny_classifier, [EXAMPLE, made])
    assert found.after.scores == pytest.approx(both[1].scores, rel=1e-4)
    for answer, left in zip(found.undone, ((SWAPS[1],), (SWAPS[0],)), strict=True):
        (alone,) = tiny_classifier.predict([with_swaps(IMDB, EXAMPLE, left)])
        assert answer.probabilities == pytest.approx(alone.probabilities, abs=1e-5)
    with pytest.raises(InputError, match="Word 40"):
        compare(tiny_classifier, EXAMPLE, ((40, "nice"),), ImportanceConfig())


def test_the_decisive_swap_gives_the_most_back(tiny_classifier: Any) -> None:
    found = compare(tiny_classifier, EXAMPLE, SWAPS, ImportanceConfig())
    yes, no = Prediction((0.0, 2.0), 1), Prediction((2.0, 0.0), 0)
    turned = replace(found, answer_before=yes, answer_after=no, undone=(no, yes))
    assert turned.decisive == 5
    assert replace(turned, undone=(yes, no)).decisive == 1
    assert Comparison(SWAPS, found.before, found.after, yes, yes, (no, yes)).decisive is None


def test_a_deletion_curve_goes_from_the_whole_text_to_none_of_its_words(tiny_classifier: Any) -> None:
    found = deletion(tiny_classifier, EXAMPLE, ("gradient", "leave_one_out"), orders=5, places=4)
    assert (found.counts[0], found.counts[-1], len(found.counts)) == (0, 10, 4)
    (answer,) = tiny_classifier.predict([EXAMPLE])
    ends = {(round(curve.left[0], 5), round(curve.left[-1], 5)) for curve in found.curves}
    assert ends == {(round(answer.probabilities[answer.label], 5), round(found.chance[-1], 5))}
    assert found.lowest[0] == pytest.approx(found.highest[0], abs=1e-5)
    for low, mean, high in zip(found.lowest, found.chance, found.highest, strict=True):
        assert low - 1e-6 <= mean <= high + 1e-6
    assert deletion(tiny_classifier, EXAMPLE, ("gradient",), orders=5, places=4).chance == pytest.approx(found.chance)


def test_the_first_word_taken_out_is_the_one_that_leaving_out_costs_most(tiny_classifier: Any) -> None:
    (ranked,) = word_importance(tiny_classifier, [EXAMPLE], ImportanceConfig("leave_one_out"))
    found = deletion(tiny_classifier, EXAMPLE, ("leave_one_out",), orders=3, places=11)
    first = max(ranked.order, key=lambda i: ranked.scores[i])
    assert found.counts == tuple(range(11))
    (answer,) = tiny_classifier.predict([EXAMPLE])
    left = found.curves[0].left[1]
    lost = answer.probabilities[answer.label] - left
    assert lost * (2 if left < 0.5 else 1) == pytest.approx(ranked.scores[first], rel=1e-3)  # what the other gained


def test_the_area_under_a_curve() -> None:
    found = Faithfulness((0, 1, 4), 0, (), (), (), (), 0)
    assert found.area((1.0, 0.5, 0.5)) == pytest.approx((0.75 + 3 * 0.5) / 4)
    assert replace(found, counts=(0,)).area((0.7,)) == 0.7


def test_a_text_without_words_has_one_place(tiny_classifier: Any) -> None:
    found = deletion(tiny_classifier, Example("?!"), ("gradient",), orders=2)
    assert (found.counts, len(found.curves[0].left)) == ((0,), 1)
    assert np.allclose(found.lowest, found.highest)

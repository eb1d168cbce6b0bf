"""Counting answers: numbers by hand, the same in any order of arrival of the groups, abstentions never right."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from core.datasets import Row
from core.evaluation.tally import Tally, answer_lines
from core.tasks import IMDB, Example
from tests.core.attacks.conftest import Noisy


def line(given: int, *votes: int, top: float = 0.6, flags: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"given": given, "votes": list(votes), "top": top, "rows": len(votes), "flags": list(flags)}


LINES = [line(0, 0, 0, 1), line(1, 0, 0, 1, top=0.9995), line(1, 1, 1, 1, flags=("cut",)), line(0, 1, 0, 0)]


def test_by_hand() -> None:
    tally = Tally(2)
    tally.add(LINES)
    assert (tally.draws, list(tally.right)) == (3, [1, 0, 1, 1])
    assert (tally.accuracy.value, tally.accuracy.n) == (0.75, 4)
    assert tally.scores().accuracy.value == 0.5, "the first draw alone"
    assert tally.expected().value == pytest.approx(8 / 12)
    assert tally.agreement().value == pytest.approx((1 / 3 + 1 / 3 + 1 + 1 / 3) / 4)
    assert (tally.saturated, tally.abstained, tally.model_rows, dict(tally.flags)) == (1, 0, 12, {"cut": 1})


def test_an_abstention_is_never_right() -> None:
    tally = Tally(2)
    tally.add([line(0, -1), line(1, 2), line(1, 1)])
    assert (list(tally.right), tally.abstained) == ([0, 0, 1], 2)
    assert tally.accuracy.value == tally.scores().accuracy.value == pytest.approx(1 / 3)


def test_groups_may_come_one_by_one() -> None:
    whole, parts = Tally(2), Tally(2)
    whole.add(LINES)
    for one in LINES:
        parts.add([one])
    assert whole == parts


def test_lines_of_a_classifier(scripted_classifier: Callable[..., Any]) -> None:
    rows = [Row(Example("good"), 1), Row(Example("bad"), 1)]
    (first, second) = answer_lines(scripted_classifier(IMDB, {"good": 1, None: 0}), rows)
    assert first == {"given": 1, "votes": [1], "top": 0.880797, "rows": 1, "flags": []}
    assert second["votes"] == [0]
    assert answer_lines(scripted_classifier(IMDB, 0), []) == []
    still = scripted_classifier(IMDB, 0)
    (asked,) = answer_lines(still, rows[:1], (1, 2, 3))
    assert (asked["votes"], asked["rows"], len(still.asked)) == ([0, 0, 0], 1, 1), "what never draws is asked once"


def test_every_draw_votes() -> None:
    rows = [Row(Example("A good film with a bad end."), 0)]
    noisy = Noisy(noise=5.0)
    (drawn,) = answer_lines(noisy, rows, range(15))
    expected = [noisy.reseeded(seed).predict([rows[0].example])[0].label for seed in range(15)]
    assert drawn["votes"] == expected
    assert (len(set(expected)), drawn["rows"]) == (2, 15)


def test_how_common_the_commonest_answer_is() -> None:
    tally = Tally(3)
    assert math.isnan(tally.commonest)
    tally.add([{"given": 0, "votes": [v, 2], "top": 0.5, "rows": 1, "flags": []} for v in (1, 1, 0, 1)])
    assert tally.commonest == 0.75

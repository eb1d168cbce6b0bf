"""Two classifiers side by side on the same rows: counts by hand, progress that adds up, and stopping."""

from collections.abc import Callable
from typing import Any

import pytest

from core.attacks.attack import Attack
from core.attacks.presets import attack_config
from core.datasets import Row
from core.evaluation.comparison import ALTERNATIVES, ATTACKED, ROWS, SLICE, Comparing, Measure, compare
from core.evaluation.statistics import share
from core.tasks import IMDB, Example
from tests.core.attacks.conftest import BagOfWords

ROWS_GIVEN = [Row(Example(f"film {number}"), number % 2) for number in range(20)]
SWAPPED = [Row(Example(f"movie {number}"), 1) for number in range(3)]


@pytest.fixture
def free(toy_lexicon: Any) -> Attack:
    return Attack(attack_config("ungated"), toy_lexicon)


def measures(events: list[Comparing | Measure]) -> dict[str, tuple[float, float, int]]:
    found = [event for event in events if isinstance(event, Measure)]
    return {one.what: (one.before.value, one.after.value, one.after.n) for one in found}


def test_right_answers_by_hand(scripted_classifier: Callable[..., Any], free: Attack) -> None:
    """Always "positive" is right on half of the rows and on all alternatives; always "negative" on none of these."""
    before, after = scripted_classifier(IMDB, 1), scripted_classifier(IMDB, 0)
    events = list(compare(before, after, ROWS_GIVEN, SWAPPED, free, 4))
    assert measures(events) == {ROWS: (0.5, 0.5, 20), ALTERNATIVES: (1.0, 0.0, 3), ATTACKED: (0.5, 0.5, 4)}
    assert events[-1] == Measure(ATTACKED, share(2, 4), share(2, 4))


def test_progress_reaches_the_total_and_costs_what_is_said(
    scripted_classifier: Callable[..., Any], free: Attack
) -> None:
    before, after = scripted_classifier(IMDB, 1), scripted_classifier(IMDB, 1)
    events = list(compare(before, after, ROWS_GIVEN, SWAPPED, free, 100))
    told = [event for event in events if isinstance(event, Comparing)]
    assert [event.done for event in told] == sorted({event.done for event in told})
    assert {event.total for event in told} == {2 * (20 + 3 + 20)}
    assert told[-1].done == told[-1].total
    assert [len(call) for call in before.calls[:3]] == [SLICE, 20 - SLICE, 3]
    kinds = [event.what for event in events if isinstance(event, Measure)]
    assert kinds == [ROWS, ALTERNATIVES, ATTACKED]


def test_an_error_says_nothing_of_the_classifier(scripted_classifier: Callable[..., Any], free: Attack) -> None:
    """The attack on the third row breaks with one of them: of that one, two rows are left, and both hold."""

    def script(example: Example) -> int:
        if "broken" in example.text_a and example.text_a != "broken film":
            raise RuntimeError("no answer")
        return 1

    rows = [Row(Example(text), 1) for text in ("zebra", "zebra two", "broken film")]
    steady, fragile = scripted_classifier(IMDB, 1), scripted_classifier(IMDB, script)
    *_, last = compare(steady, fragile, rows, [], free, 3)
    assert last == Measure(ATTACKED, share(3, 3), share(2, 2))


@pytest.mark.parametrize("after", range(0, 12, 2))
def test_stopped_it_ends_with_what_was_measured(free: Attack, rows: list[Row], after: int) -> None:
    whole = list(compare(BagOfWords(), BagOfWords(scale=2.0), rows, SWAPPED, free, 3))
    seen: list[Comparing | Measure] = []
    for event in compare(BagOfWords(), BagOfWords(scale=2.0), rows, SWAPPED, free, 3, stop=lambda: len(seen) >= after):
        seen.append(event)
    assert [event for event in seen if isinstance(event, Measure)] == [
        event for event in whole if isinstance(event, Measure)
    ][: sum(isinstance(event, Measure) for event in seen)]
    assert len(seen) < len(whole)
    assert not any(isinstance(event, Measure) and event.what == ATTACKED for event in seen)


def test_the_same_classifier_twice_is_a_tie(free: Attack, rows: list[Row]) -> None:
    for found in compare(BagOfWords(), BagOfWords(), rows, rows[:5], free, 6):
        if isinstance(found, Measure):
            assert found.before == found.after
            assert found.before.n == {ROWS: len(rows), ALTERNATIVES: 5, ATTACKED: 6}[found.what]

"""A search goes on to its next question, which comes last; what it raises is its outcome; each group begins anew."""

from typing import Any

import pytest

from core.attacks.events import AttackFinished
from core.attacks.flow import Flow, Query, Victim
from core.attacks.searches import Item, SearchesHere, Start
from core.tasks import IMDB, Example

VICTIM = Victim("toy", IMDB, False)


def flow(example: Example, label: int | None, victim: Victim) -> Flow:
    """Asks twice and ends; breaks on a text without words."""
    for seed in (1, 2):
        answers = yield Query((example,), (seed,))
        assert answers == [seed]
        if not example.text_a:
            raise ValueError("no words")
    yield AttackFinished(**FINISHED)


FINISHED: dict[str, Any] = {}


@pytest.fixture(autouse=True)
def finished() -> None:
    error = Start(Example("a"), 1, IMDB, VICTIM).failed(ValueError("x"))
    FINISHED.update(vars(error) | {"reason": "done"})


def begun(*texts: str, victim: Victim | Exception = VICTIM) -> SearchesHere:
    searches = SearchesHere(flow)
    searches.begin({place: Start(Example(text), 1, IMDB, victim) for place, text in enumerate(texts)})
    return searches


def said(searches: SearchesHere, answers: dict[int, Any]) -> list[tuple[int, object]]:
    def short(item: Item) -> object:
        return item.seeds if isinstance(item, Query) else getattr(item, "reason", item)

    return [(place, short(item)) for place, item in searches.advance(answers)]


def test_each_goes_on_to_its_next_question() -> None:
    searches = begun("good film", "bad film")
    assert said(searches, {0: None, 1: None}) == [(0, (1,)), (1, (1,))]
    assert said(searches, {1: [1]}) == [(1, (2,))]
    assert said(searches, {1: [2], 0: [1]}) == [(1, "done"), (0, (2,))]


def test_what_fails_is_an_outcome() -> None:
    searches = begun("")
    assert said(searches, {0: None}) == [(0, (1,))]
    assert said(searches, {0: [1]}) == [(0, "ValueError: no words")]
    assert said(begun("good", victim=RuntimeError("unread")), {0: None}) == [(0, "RuntimeError: unread")]


def test_a_new_group_begins_anew() -> None:
    searches = begun("good film")
    said(searches, {0: None})
    searches.begin({0: Start(Example("bad film"), 0, IMDB, VICTIM)})
    assert said(searches, {0: None}) == [(0, (1,))]

"""Best-first search: it goes back where TextFooler cannot, asks no set twice, and ends where it should."""

from typing import Any

import pytest

from core.attacks.events import AttackFinished, CandidateTried, WordsRanked
from core.tasks import IMDB, Example
from tests.core.attacks.conftest import LONG, BagOfWords, Firm, Lottery, Noisy, Run, end_of, of


def trap(example: Example) -> list[float]:
    """The first word's best synonym is a dead end: only without it do two others flip the answer."""
    text = example.text_a
    if "<oov>" in text:
        return [0.0, 1.0] if text.startswith("<oov>") else [0.0, 2.0]
    if "kind" in text.split():
        return [0.0, 0.5]
    if "terrible" in text.split() and "movie" in text.split():
        return [1.0, 0.0]
    return [0.0, 2.0 - 0.3 * ("terrible" in text.split()) - 0.2 * ("movie" in text.split())]


def test_it_goes_back_to_an_older_set(run: Run, scripted_classifier: Any) -> None:
    text = "good bad film"
    assert end_of(run(scripted_classifier(IMDB, trap), text, label=1)).status == "failed"
    end = end_of(run(scripted_classifier(IMDB, trap), text, label=1, method="best_first"))
    assert end.status == "success"
    assert {word for _, _, word in end.swaps} == {"terrible", "movie"}


def test_no_set_is_asked_twice(run: Run) -> None:
    bag = Firm()
    events = run(bag, LONG, method="best_first", search_budget=400)
    assert end_of(events).queries == 400
    texts = [example.text_a for example in bag.examples]
    assert len(set(texts)) == len(texts)
    assert any(event.beside for event in of(events, CandidateTried))


def test_where_nothing_is_left_it_fails_with_the_best_set(run: Run, scripted_classifier: Any) -> None:
    """Of "story" there are three neighbours, of "small" four: 4 x 5 sets, the original among them."""
    classifier = scripted_classifier(IMDB, lambda e: [0.0, 3.0 - e.text_a.startswith("young")])
    end = end_of(run(classifier, "small story", label=1, method="best_first"))
    assert (end.status, end.reason) == ("failed", "Every set of swaps was tried and the answer held.")
    assert end.queries == len(classifier.asked) == 4 * 5
    assert end.paper_queries == end.queries
    assert end.text.startswith("young")


@pytest.mark.parametrize("budget", [1, 2, 3, 8, 20, 60])
def test_a_larger_budget_goes_the_same_way_further(run: Run, bag: BagOfWords, budget: int) -> None:
    whole = run(bag, LONG, method="best_first")
    part = run(BagOfWords(), LONG, method="best_first", search_budget=budget)
    tried = of(part, CandidateTried)
    assert [(e.word, e.replacement, e.beside) for e in tried] == [
        (e.word, e.replacement, e.beside) for e in of(whole, CandidateTried)[: len(tried)]
    ]
    assert end_of(part).queries <= budget
    assert end_of(part).status in ("exhausted", end_of(whole).status)


def test_only_so_many_words_as_may_be(run: Run) -> None:
    events = run(Firm(), LONG, method="best_first", max_changed_share=0.08, search_budget=300)
    assert len(end_of(events).swaps) <= 2
    assert max(len(event.beside) for event in of(events, CandidateTried)) == 1


def test_a_lucky_draw_is_no_success(run: Run) -> None:
    for seed in range(3):
        end = run(Lottery(), LONG, label=1, method="best_first", seed=seed, search_budget=60)[-1]
        assert isinstance(end, AttackFinished)
        assert end.status != "success"
        assert end.queries <= 60


def test_random_choices_depend_on_the_seed_alone(run: Run, bag: BagOfWords) -> None:
    assert run(bag, method="best_first", seed=4) == run(BagOfWords(), method="best_first", seed=4)
    firsts = {of(run(bag, method="best_first", seed=seed), CandidateTried)[0].replacement for seed in range(6)}
    assert len(firsts) > 1
    assert run(Noisy(), method="best_first") == run(Noisy(), method="best_first")
    assert len(of(run(bag, method="best_first"), WordsRanked)) == 1

"""Bayesian optimisation: few questions, blocks, draws that are averaged, swaps that are taken back."""

import math
from typing import Any

import pytest

from core.attacks import bayes
from core.attacks.events import AttackFinished, CandidateTried, FlipChecked
from core.tasks import IMDB, Example
from tests.core.attacks.conftest import LONG, BagOfWords, Firm, Lottery, Noisy, Run, end_of, of


def test_it_asks_less_than_textfooler_to_turn_the_same_answers(run: Run) -> None:
    """A linear classifier, texts of our own, thirty seeds: as many fall, for fewer questions in all."""
    asked, fell = {"bayes": 0, "textfooler": 0}, {"bayes": 0, "textfooler": 0}
    for scale in (1.0, 2.0, 3.0, 4.0, 5.0):
        for text in (LONG, "The good actors make a small story great", "A boring dog and a sleeping man in a bad film"):
            for method in asked:
                end = end_of(run(BagOfWords(scale=scale), text, method=method))
                asked[method] += end.queries
                fell[method] += end.status == "success"
    assert fell["bayes"] >= fell["textfooler"] > 3
    assert asked["bayes"] < asked["textfooler"]


@pytest.mark.parametrize("seed", range(4))
def test_swaps_that_were_not_needed_are_taken_back(run: Run, scripted_classifier: Any, seed: int) -> None:
    """Two words have to change, whatever else does: no success keeps a third swap."""

    def script(example: Example) -> list[float]:
        kept = len({"good", "story"} & set(example.text_a.split()))
        others = sum(word in example.text_a.split() for word in ("film", "actors", "man", "dog"))
        return [0.0, kept - 0.5 + 0.01 * others]

    text = "good story film actors man dog"
    end = end_of(run(scripted_classifier(IMDB, script), text, label=1, method="bayes", seed=seed))
    assert end.status == "success"
    assert {index for index, _, _ in end.swaps} == {0, 1}


def test_where_nothing_moves_it_ends_by_itself(run: Run, scripted_classifier: Any) -> None:
    """Seven neighbours of "small" and "story": no more than TextFooler's 2 + 7 after the original, and a batch."""
    classifier = scripted_classifier(IMDB, [0.0, 1.0])
    end = end_of(run(classifier, "small story", label=1, method="bayes"))
    assert end.status == "failed"
    assert end.queries == len(classifier.asked) <= 1 + 2 + 7 + bayes.BATCH
    assert len({example.text_a for example in classifier.asked}) == len(classifier.asked)
    for text in ("The 1990 zebra was", "…!"):
        assert end_of(run(classifier, text, label=1, method="bayes")).queries == 1


def test_long_texts_go_block_by_block(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block starts from the best so far: what is found has words of several blocks."""
    monkeypatch.setattr(bayes, "BLOCK", 3)
    end = end_of(run(Firm(), LONG, method="bayes"))
    words = sorted(index for index, _, _ in end.swaps)
    assert end.status == "failed"
    assert words[-1] - words[0] > 6


@pytest.mark.parametrize("budget", [1, 2, 7, 30])
def test_a_budget_bounds_it(run: Run, budget: int) -> None:
    bag = Firm()
    events = run(bag, LONG, method="bayes", search_budget=budget)
    assert end_of(events).queries == len(bag.examples) <= budget
    assert end_of(events).status == "exhausted"
    if budget > 7:
        assert end_of(events).probability < end_of(events).probability_before


def test_draws_are_averaged_before_a_flip_is_believed(run: Run) -> None:
    """One draw in four is wrong whatever the text: single draws flip all the time, the process hardly ever does."""
    for seed in range(4):
        events = run(Lottery(), LONG, label=1, method="bayes", seed=seed)
        flips = sum(event.predicted != 1 for event in of(events, CandidateTried))
        end = events[-1]
        assert isinstance(end, AttackFinished)
        assert end.status != "success"
        assert flips >= 4
        assert len(of(events, FlipChecked)) < flips


def test_a_noisy_classifier_falls_and_a_text_is_asked_again(run: Run) -> None:
    fell = again = 0
    for seed in range(6):
        noisy = Noisy(scale=3.0, noise=1.0)
        events = run(noisy, LONG, method="bayes", seed=seed)
        fell += end_of(events).status == "success"
        told = [(e.word, e.replacement, e.beside) for e in of(events, CandidateTried)]
        again += len(told) - len(set(told))
        assert not math.isnan(end_of(events).probability)
    assert fell >= 5
    assert again > 0


def test_only_so_many_words_as_may_be(run: Run) -> None:
    events = run(Firm(), LONG, method="bayes", max_changed_share=0.08)
    assert max(len(event.beside) for event in of(events, CandidateTried)) <= 1
    assert len(end_of(events).swaps) <= 2


def test_same_seed_same_search(run: Run) -> None:
    assert run(BagOfWords(), method="bayes", seed=5) == run(BagOfWords(), method="bayes", seed=5)
    assert run(Noisy(), method="bayes") == run(Noisy(), method="bayes")

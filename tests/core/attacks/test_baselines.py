"""Attacks to compare with: random words, words by saliency, typing errors; each keeps to its own cost."""

import math
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from core.attacks.baselines import EDITS, edit
from core.attacks.events import CandidateTried, SwapAccepted, WordsRanked
from core.language.text import find_words
from core.tasks import IMDB
from tests.core.attacks.conftest import LONG, BagOfWords, Run, of


def test_random_draws_depend_on_seed_and_text(run: Run, bag: BagOfWords) -> None:
    for method in ("random_order", "random_word", "characters"):
        assert run(bag, method=method) == run(bag, method=method)
        ends = {run(bag, method=method, seed=seed)[-1].text for seed in range(6)}
        assert len(ends) > 1


def test_random_words_are_kept_whatever_they_do(run: Run, scripted_classifier: Any) -> None:
    events = run(scripted_classifier(IMDB, 1), "good film", method="random_word")
    assert len(of(events, SwapAccepted)) == 2
    assert events[-1].queries == 3


def test_saliency_looks_at_every_word_before_it_acts(run: Run, bag: BagOfWords) -> None:
    events = run(bag, LONG, preset="paper", method="saliency")
    first, second = (i for i, e in enumerate(events) if isinstance(e, WordsRanked))
    assert not of(events[:second], SwapAccepted)
    assert of(events[first:second], CandidateTried)
    gains = events[second].scores
    assert list(gains) == sorted(gains, reverse=True)
    assert all(gain > 0 for gain in gains)


def test_typing_errors() -> None:
    assert [edit("film", kind, 1, "x") for kind in EDITS] == ["flim", "flm", "fxilm", "fxlm"]


def test_typing_errors_keep_first_and_last_letters(run: Run, bag: BagOfWords) -> None:
    events = run(bag, LONG, method="characters")
    words = find_words(LONG)
    tried = of(events, CandidateTried)
    assert tried
    for event in tried:
        original = words[event.word].text
        assert event.replacement != original
        assert event.replacement[0] == original[0]
        assert abs(len(event.replacement) - len(original)) <= 1
        if len(original) > 3:
            assert event.replacement[-1] == original[-1]


def test_saliency_times_effect_by_hand(run: Run, scripted_classifier: Any) -> None:
    """P(positive) is 0.9; 0.5 without "good", 0.7 without "film"; 0.6 with "nice", 0.4 with "movie".

    Saliency (0.4, 0.2); its softmax times the best effect, 0.3 and 0.5, puts "film" first.
    """
    share = {"good film": 0.9, "<oov> film": 0.5, "good <oov>": 0.7, "nice film": 0.6, "good movie": 0.4}
    held = {None: (0.0, math.log(0.9 / 0.1))}
    classifier = scripted_classifier(IMDB, {**held, **{t: (0.0, math.log(p / (1 - p))) for t, p in share.items()}})
    events = run(classifier, "good film", method="saliency", blank="oov", flip_bonus=False)
    first, second = of(events, WordsRanked)
    assert (first.order, first.scores) == ((0, 1), pytest.approx((0.4, 0.2)))
    weight = 1 / (1 + math.exp(-0.2))
    assert second.order == (1, 0)
    assert second.scores == pytest.approx(((1 - weight) * 0.5, weight * 0.3))


@pytest.mark.parametrize("seed", range(5))
def test_random_words_cost_at_most_a_query_each(run: Run, bag: BagOfWords, seed: int) -> None:
    events = run(bag, method="random_word", seed=seed, preset="paper")
    (ranked,) = of(events, WordsRanked)
    assert ranked.queries == 1, "ranking at random asks nothing"
    assert events[-1].queries <= 1 + len(ranked.order)
    assert len(of(events, CandidateTried)) == len(of(events, SwapAccepted)) <= len(ranked.order)


@given(word=st.text("abcxyz", min_size=3, max_size=12), data=st.data())
def test_a_typing_error_is_one_edit(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(word) - 2))
    swapped, dropped, added, changed = (edit(word, kind, at, "q") for kind in EDITS)
    assert (sorted(swapped), swapped[:at], swapped[at + 2 :]) == (sorted(word), word[:at], word[at + 2 :])
    assert dropped == word[:at] + word[at + 1 :]
    assert added.replace("q", "") == word
    assert (len(changed), changed.index("q"), changed.replace("q", "")) == (len(word), at, dropped)


def test_short_words_are_left_alone_and_capitals_stay(run: Run, scripted_classifier: Any) -> None:
    events = run(scripted_classifier(IMDB, 1), "No FILM is so good, MOVIE!", method="characters", candidates_per_word=3)
    words = [word.text for word in find_words("No FILM is so good, MOVIE!")]
    tried = of(events, CandidateTried)
    assert {words[event.word] for event in tried} == {"FILM", "good", "MOVIE"}
    assert all(event.replacement.isupper() for event in tried if words[event.word].isupper())
    assert max(sum(event.word == index for event in tried) for index in range(len(words))) <= 3

"""TextFooler's ranking and its greedy walk: orders and costs by hand."""

from typing import Any

import pytest

from core.attacks.events import CandidateTried, SwapAccepted, WordPassed, WordsRanked
from core.tasks import IMDB
from tests.core.attacks.conftest import LONG, BagOfWords, Run, of


def test_words_are_ranked_by_the_loss_they_leave(run: Run, scripted_classifier: Any) -> None:
    logits = {"A good bad film": [0.0, 3.0], "A <oov> bad film": [0.0, 2.0], "A good <oov> film": [0.0, 1.0]}
    classifier = scripted_classifier(IMDB, {**logits, None: [0.0, 3.0]})
    events = run(classifier, "A good bad film", blank="oov")
    (ranked,) = of(events, WordsRanked)
    assert ranked.order == (2, 1, 3)
    assert ranked.scores[2] == 0.0
    assert ranked.left_out == ((0, "stop word"),)
    assert ranked.queries == 1 + 3


def test_a_changed_answer_adds_what_it_gains(run: Run, scripted_classifier: Any) -> None:
    logits = {"A good film": [0.0, 1.0], "A <oov> film": [1.0, 0.0], None: [0.0, 1.0]}
    classifier = scripted_classifier(IMDB, logits)
    with_bonus = of(run(classifier, "A good film", flip_bonus=True), WordsRanked)[0].scores[0]
    without = of(run(classifier, "A good film", flip_bonus=False), WordsRanked)[0].scores[0]
    assert with_bonus == pytest.approx(2 * without)


def test_a_passed_word_says_why(run: Run, scripted_classifier: Any) -> None:
    events = run(scripted_classifier(IMDB, 1), "good film", preset="adjusted", short_text="keep", min_similarity=1.0)
    assert {e.reason for e in of(events, WordPassed)} <= {"every replacement was refused"}
    assert events[-1].reason == "Every word was tried and the answer held."


def test_equal_scores_keep_the_order_of_the_text(run: Run, scripted_classifier: Any) -> None:
    events = run(scripted_classifier(IMDB, 1), "film good story bad")
    (ranked,) = of(events, WordsRanked)
    assert (ranked.order, set(ranked.scores)) == ((0, 1, 2, 3), {0.0})
    assert [event.word for event in of(events, WordPassed)] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("blank", "asked"), [("oov", "A <oov> film."), ("unk", "A [UNK] film."), ("delete", "A film.")]
)
def test_a_word_is_left_out_in_the_way_of_the_preset(
    run: Run, scripted_classifier: Any, blank: str, asked: str
) -> None:
    classifier = scripted_classifier(IMDB, 1)
    run(classifier, "A good film.", blank=blank)
    assert [example.text_a for example in classifier.asked[:2]] == ["A good film.", asked]


def test_what_cannot_be_attacked_costs_nothing(run: Run, scripted_classifier: Any) -> None:
    """Two stop words, a number, a word without neighbours: the original alone is asked about."""
    classifier = scripted_classifier(IMDB, 1)
    events = run(classifier, "The 1990 zebra was", preset="paper")
    assert len(classifier.asked) == events[-1].queries == 1
    (ranked,) = of(events, WordsRanked)
    assert (ranked.order, len(ranked.left_out)) == ((), 4)
    assert events[-1].status == "failed"


def test_it_asks_the_original_each_word_and_each_candidate(run: Run, scripted_classifier: Any) -> None:
    """An answer that never moves costs all of 1 + n + candidates: "story" has three neighbours, "small" four."""
    events = run(scripted_classifier(IMDB, 1), "small story")
    assert events[-1].queries == 1 + 2 + 3 + 4
    assert run(scripted_classifier(IMDB, 1), "small story", candidates_per_word=2)[-1].queries == 1 + 2 + 2 + 2


def test_words_that_the_budget_did_not_reach_are_told(run: Run, scripted_classifier: Any) -> None:
    events = run(scripted_classifier(IMDB, 1), "film good story bad", max_queries=3)
    (ranked,) = of(events, WordsRanked)
    assert ranked.order == (0, 1)
    assert ranked.left_out == ((2, "not reached by the query budget"), (3, "not reached by the query budget"))
    assert (events[-1].status, events[-1].queries) == ("exhausted", 3)


@pytest.mark.parametrize("seed", range(4))
def test_in_random_order_nothing_is_asked_to_rank(run: Run, bag: BagOfWords, seed: int) -> None:
    plain = of(run(BagOfWords(), LONG), WordsRanked)[0]
    events = run(bag, LONG, method="random_order", seed=seed)
    (ranked,) = of(events, WordsRanked)
    assert (sorted(ranked.order), ranked.left_out) == (sorted(plain.order), plain.left_out)
    assert (ranked.queries, ranked.scores) == (1, ())
    assert events[-1].queries <= 1 + 6 * len(ranked.order)


def test_each_word_starts_from_where_the_text_stands(run: Run, scripted_classifier: Any) -> None:
    """The second word's candidates are put beside the first one's replacement."""
    logits = {"good film": (0.0, 3.0), "<oov> film": (0.0, 1.0), "nice film": (0.0, 2.0), None: (0.0, 2.9)}
    classifier = scripted_classifier(IMDB, logits)
    events = run(classifier, "good film", blank="oov")
    assert of(events, SwapAccepted)[0].text == "nice film"
    behind = [event for event in of(events, CandidateTried) if event.word == 1]
    asked = {example.text_a for example in classifier.asked}
    assert behind
    assert {f"nice {event.replacement}" for event in behind} <= asked
    assert not {f"good {event.replacement}" for event in behind} & asked

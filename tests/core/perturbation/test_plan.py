"""A plan: the words worth replacing by importance, those passed over with the reason, and what was not read."""

from dataclasses import replace

import pytest

from core.language.text import find_words
from core.models.importance import Importances
from core.perturbation.candidates import find_candidates
from core.perturbation.config import SwitchConfig
from core.perturbation.draft import Draft
from core.perturbation.plan import make_plan, plans_of

TEXT = "The good film was bad in 1999, a story of zebras."
#       0    1    2    3   4   5   6    7   8   9   10
BASE = SwitchConfig(perturb_words=2, pos="none", gate="off")
ORDER = (0, 6, 1, 10, 4, 2, 8, 3, 5, 7, 9)


def ranked(order=ORDER, text=TEXT):
    """Importances as they would come: the first of ``order`` scores most; what is not in it was not read."""
    words = tuple(find_words(text))
    scores = [0.0] * len(words)
    for place, index in enumerate(order):
        scores[index] = float(len(order) - place)
    return Importances(words, tuple(scores), tuple(order), ((),) * len(words))


def plan(lexicon, order=ORDER, **changes):
    return make_plan(TEXT, ranked(order), lexicon, replace(BASE, **changes))


def chosen(found):
    return [one.word.text for one in found.words]


def skipped(found):
    return [(word.text, reason) for word, reason in found.skipped]


def test_the_most_important_that_can_be_replaced(toy_lexicon):
    found = plan(toy_lexicon)
    assert (found.text, found.unread) == (TEXT, 0)
    assert chosen(found) == ["good", "bad"]
    assert skipped(found) == [("The", "stop word"), ("1999", "a number"), ("zebras", "not in the neighbour table")]
    assert [one.importance for one in found.words] == [9.0, 7.0]
    due = find_candidates(Draft(TEXT), 1, toy_lexicon, 10, "none", None)
    assert (found.words[0].candidates, found.words[0].refused) == (due.kept, due.refused)
    assert plan(toy_lexicon) == found


def test_as_many_as_are_wanted_or_as_there_are(toy_lexicon):
    assert chosen(plan(toy_lexicon, perturb_words=3)) == ["good", "bad", "film"]
    assert chosen(plan(toy_lexicon, random_out_of=3)) == ["good", "bad", "film"], "to choose from at random"
    assert chosen(plan(toy_lexicon, perturb_words=50)) == ["good", "bad", "film", "story"]
    assert skipped(plan(toy_lexicon, perturb_words=1)) == [("The", "stop word"), ("1999", "a number")]


def test_only_words_that_could_be_replaced_count_as_left_alone(toy_lexicon):
    found = plan(toy_lexicon, leave_alone=1)
    assert chosen(found) == ["bad", "film"]
    assert skipped(found)[2:] == [("good", "left alone"), ("zebras", "not in the neighbour table")]
    assert plan(toy_lexicon, leave_alone=4).words == ()


def test_stop_words_stay_unless_they_are_asked_for(toy_lexicon):
    table = type(toy_lexicon.neighbors)({"the": [("that", 0.9)], "good": [("nice", 0.9)]})
    words = replace(toy_lexicon, neighbors=table)
    assert chosen(make_plan(TEXT, ranked(), words, BASE)) == ["good"]
    assert chosen(make_plan(TEXT, ranked(), words, replace(BASE, stop_words=False))) == ["The", "good"]


@pytest.mark.parametrize(
    ("read", "unread"),
    [
        ((1, 0, 2), len(" was bad in 1999, a story of zebras.")),
        ((9, 10, 8), -len("The good film was bad in 1999, a ")),
        ((), len(TEXT)),
        (tuple(range(11)), 0),
    ],
)
def test_what_was_not_read_is_counted_from_its_end(toy_lexicon, read, unread):
    """Negative where it is the beginning; words that were not read are never chosen."""
    found = plan(toy_lexicon, read, perturb_words=9)
    assert found.unread == unread
    assert set(chosen(found)) <= {find_words(TEXT)[i].text for i in read}


def test_a_plan_for_each_text(toy_lexicon):
    texts = [TEXT, "good film", ""]
    orders = [ranked(), ranked((1, 0), "good film"), ranked((), "")]
    found = plans_of(texts, orders, toy_lexicon, BASE)
    assert found == [make_plan(t, o, toy_lexicon, BASE) for t, o in zip(texts, orders, strict=True)]
    assert [chosen(one) for one in found] == [["good", "bad"], ["film", "good"], []]
    with pytest.raises(ValueError, match="zip"):
        plans_of(texts, orders[:2], toy_lexicon, BASE)

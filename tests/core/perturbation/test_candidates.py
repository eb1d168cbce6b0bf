"""What a word may become: the nearest that fit, the nearer ones refused with a reason, and no tag asked for in vain."""

import pytest

from core.perturbation.candidates import RefusedCandidate, find_candidates, in_window
from core.perturbation.constraints import TAG_CONTEXT
from core.perturbation.draft import Draft

TEXT = "The good film was bad and small"
GOOD = 1
FAR = "the words are too far apart: cosine {:.2f}, at least {} asked"
ADVERB = RefusedCandidate("well", 0.64, "another part of speech: ADV here, not ADJ")


def find(lexicon, limit=10, pos="universal", min_cosine=None, text=TEXT, index=GOOD):
    return find_candidates(Draft(text), index, lexicon, limit, pos, min_cosine)


def names(found):
    return [one.word for one in found.kept], [one.word for one in found.refused]


def test_all_that_fit_nearest_first(toy_lexicon):
    found = find(toy_lexicon)
    assert [(near.word, near.cosine) for near in found.kept] == [
        ("nice", 0.92), ("fine", 0.88), ("great", 0.85), ("kind", 0.71), ("bad", 0.41)
    ]  # fmt: skip
    assert found.refused == (ADVERB,)


@pytest.mark.parametrize(
    ("limit", "kept", "refused"),
    [
        (0, [], []),
        (2, ["nice", "fine"], []),
        (4, ["nice", "fine", "great", "kind"], []),
        (5, ["nice", "fine", "great", "kind", "bad"], ["well"]),
    ],
)
def test_only_those_nearer_than_the_last_are_named_as_refused(toy_lexicon, limit, kept, refused):
    assert names(find(toy_lexicon, limit)) == (kept, refused)


@pytest.mark.parametrize("pos", ["universal", "none"])
def test_the_floor_refuses_what_is_too_far_unless_there_are_enough_nearer(toy_lexicon, pos):
    assert names(find(toy_lexicon, 3, pos, 0.71)) == (["nice", "fine", "great"], [])
    found = find(toy_lexicon, 5, pos, 0.71)
    assert names(found) == (["nice", "fine", "great", "kind"], ["well", "bad"]), "its own value passes"
    assert [one.reason for one in found.refused] == [FAR.format(0.64, 0.71), FAR.format(0.41, 0.71)]
    assert find(toy_lexicon, 5, pos, -1.0) == find(toy_lexicon, 5, pos, None)


def test_it_looks_no_further_than_it_must(toy_lexicon):
    """The word's own tag, and one for each candidate until there are enough; without part of speech none."""
    find(toy_lexicon, 2)
    assert [words[GOOD] for words in toy_lexicon.tagger.calls] == ["good", "nice", "fine"]
    find(toy_lexicon, 9, "none")
    assert len(toy_lexicon.tagger.calls) == 3


def test_the_same_window_is_not_judged_twice(toy_lexicon):
    """Words further away than the tagger looks are no part of it, and other sources have a memory of their own."""
    words = [f"w{i}" for i in range(2 * TAG_CONTEXT + 3)]
    middle = TAG_CONTEXT + 1
    words[middle] = "good"
    first = find(toy_lexicon, text=" ".join(words), index=middle)
    asked = len(toy_lexicon.tagger.calls)
    assert all(len(call) == 2 * TAG_CONTEXT + 1 for call in toy_lexicon.tagger.calls)
    ends = " ".join(["dog", *words[1:-1], "cat"])
    assert find(toy_lexicon, text=ends, index=middle) == first
    assert len(toy_lexicon.tagger.calls) == asked
    inside = " ".join([*words[:1], "dog", *words[2:]])
    assert find(toy_lexicon, text=inside, index=middle) == first
    assert len(toy_lexicon.tagger.calls) == 2 * asked
    other = type(toy_lexicon.neighbors)({"good": [("bad", 0.9)]})
    assert names(in_window(other, toy_lexicon.tagger, ("good",), 0, 5, "none", None)) == (["bad"], [])


def test_a_word_that_is_not_in_the_table_has_none(toy_lexicon):
    assert names(find(toy_lexicon, index=0)) == ([], [])

"""Constraints say why they refuse, ask for no more than they must, and let their own limit pass."""

import pytest

from core.perturbation.constraints import (
    Candidate,
    PartOfSpeech,
    Refusal,
    SentenceFloor,
    WordFloor,
)
from core.perturbation.draft import Draft

TEXT = "The good film was bad, and small actors walk outside the garden of an old school in the town."
GOOD, BAD = 1, 4


def judged(constraint, draft, index, words, cosine=0.9):
    return list(constraint.judge(draft, index, [Candidate(word, cosine) for word in words]))


def test_the_word_floor_lets_its_own_value_and_what_has_none_pass():
    floor, draft = WordFloor(0.5), Draft(TEXT)
    assert judged(floor, draft, GOOD, ["nice"], 0.5) == [Candidate("nice", 0.5)]
    assert judged(floor, draft, GOOD, ["nice"], None) == [Candidate("nice", None)]
    (refusal,) = judged(floor, draft, GOOD, ["nice"], 0.49)
    assert refusal == Refusal("word", "the words are too far apart: cosine 0.49, at least 0.5 asked", 0.49)
    assert judged(WordFloor(None), draft, GOOD, ["nice"], -0.2) == [Candidate("nice", -0.2)]


def test_the_part_of_speech_is_the_word_s_own_or_a_verb_for_a_noun(toy_lexicon):
    draft, strict = Draft(TEXT), PartOfSpeech(toy_lexicon.tagger, "universal")
    nice, well = judged(strict, draft, GOOD, ["nice", "well"])
    assert nice == Candidate("nice", 0.9)
    assert well == Refusal("part_of_speech", "another part of speech: ADV here, not ADJ")
    walk = 8
    assert isinstance(judged(strict, draft, walk, ["story"])[0], Refusal)
    assert judged(PartOfSpeech(toy_lexicon.tagger, "universal", exchange=True), draft, walk, ["story"]) == [
        Candidate("story", 0.9)
    ]


@pytest.mark.parametrize("context", ["window", "sentence"])
def test_tags_are_asked_for_one_by_one(toy_lexicon, context):
    constraint = PartOfSpeech(toy_lexicon.tagger, "universal", context=context)
    answers = constraint.judge(Draft(TEXT), GOOD, [Candidate(word, 0.9) for word in ("nice", "fine", "kind", "well")])
    next(answers)
    assert len(toy_lexicon.tagger.calls) == 2, "the word's own and the first candidate's"


def test_the_sentence_is_compared_with_the_original_or_with_what_stands_there(toy_lexicon):
    draft = Draft(TEXT)
    for index, word in ((8, "runs"), (6, "people"), (2, "movie")):
        draft.swap(index, word)
    before = SentenceFloor(toy_lexicon.encoder, -1.0, "cosine", 0, None)
    first = SentenceFloor(toy_lexicon.encoder, -1.0, "cosine", 0, Draft(TEXT))
    (previous,), (original,) = (judged(one, draft, BAD, ["poor"]) for one in (before, first))
    assert previous.similarity > original.similarity, "one word differs, not four"
    (refusal,) = judged(SentenceFloor(toy_lexicon.encoder, 0.999, "cosine", 0, None), draft, BAD, ["poor"])
    assert (refusal.gate, refusal.value) == ("sentence", pytest.approx(previous.similarity))


def test_all_sentences_are_encoded_in_one_call_and_the_source_once(toy_lexicon):
    floor, draft = SentenceFloor(toy_lexicon.encoder, -1.0, "cosine", 0, None), Draft(TEXT)
    judged(floor, draft, GOOD, ["nice", "fine"])
    judged(floor, draft, BAD, ["poor"])
    assert toy_lexicon.encoder.encoded.count(TEXT) == 1
    assert len(toy_lexicon.encoder.encoded) == 4

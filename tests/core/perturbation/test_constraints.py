"""Constraints say why; SWITCH, the attacks' gates and the list of a word's neighbours judge by the same ones."""

from dataclasses import replace

import pytest

from core.attacks.gates import Gates
from core.attacks.presets import AttackConfig
from core.perturbation.candidates import find_candidates
from core.perturbation.constraints import (
    Candidate,
    Neighbors,
    PartOfSpeech,
    Refusal,
    SentenceFloor,
    WordFloor,
)
from core.perturbation.draft import Draft
from core.perturbation.neighborhood import neighbors_of_word

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


def around(lexicon, index, constraints, limit=50, draft=None):
    tags = PartOfSpeech(lexicon.tagger, "universal")
    return neighbors_of_word(draft or Draft(TEXT), index, Neighbors(lexicon.neighbors, limit), tags, constraints)


def test_the_neighbours_of_a_word_with_what_speaks_against_each(toy_lexicon):
    floor, tags = WordFloor(0.5), PartOfSpeech(toy_lexicon.tagger, "universal")
    found = around(toy_lexicon, GOOD, (floor, tags))
    assert [one.candidate.word for one in found] == ["nice", "fine", "great", "kind", "well", "bad"]
    assert [one.tag for one in found] == ["ADJ", "ADJ", "ADJ", "ADJ", "ADV", "ADJ"]
    assert [one.refusal and one.refusal.gate for one in found] == [None] * 4 + ["part_of_speech", "word"]
    assert around(toy_lexicon, 0, ()) == (), "a word outside the table has none"


def test_they_are_cased_as_the_word_and_judged_in_the_text_as_it_stands(toy_lexicon):
    draft = Draft("GOOD film")
    assert [one.candidate.word for one in around(toy_lexicon, 0, (), 2, draft)] == ["NICE", "FINE"]
    draft.swap(1, "movie")
    (near, *_) = around(toy_lexicon, 0, (SentenceFloor(toy_lexicon.encoder, -1, "cosine", 0, None),), 2, draft)
    assert "NICE movie" in toy_lexicon.encoder.encoded
    assert near.candidate.similarity is not None


def test_switch_keeps_what_the_list_lets_through(toy_lexicon):
    for floor in (None, 0.5, 0.8):
        constraints = (WordFloor(floor), PartOfSpeech(toy_lexicon.tagger, "universal"))
        for index in range(len(Draft(TEXT).words)):
            listed = around(toy_lexicon, index, constraints)
            found = find_candidates(Draft(TEXT), index, toy_lexicon, 50, "universal", floor)
            assert [n.word for n in found.kept] == [one.candidate.word for one in listed if one.refusal is None]
            assert {r.word: r.reason for r in found.refused} == {
                one.candidate.word: one.refusal.reason for one in listed if one.refusal
            }


@pytest.mark.parametrize(
    "change", [{}, {"pos": "none"}, {"sentence_gate": False}, {"compare_with": "previous"}], ids=str
)
def test_an_attack_lets_through_what_the_list_does(toy_lexicon, change):
    config = replace(AttackConfig(), candidates_per_word=50, **change)
    for index in (GOOD, BAD):
        gates = Gates(config, toy_lexicon, TEXT)
        listed = around(toy_lexicon, index, gates.constraints)
        draft = Draft(TEXT)
        passing = gates.passing(draft, index, Neighbors(toy_lexicon.neighbors, 50).candidates(draft, index))
        refused = {}
        try:
            while True:
                event = next(passing)
                refused[event.replacement] = event.reason
        except StopIteration as end:
            kept = end.value
        assert kept == [one.candidate for one in listed if one.refusal is None]
        assert refused == {one.candidate.word: one.refusal.reason for one in listed if one.refusal}

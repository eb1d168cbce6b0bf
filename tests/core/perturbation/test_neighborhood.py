"""The list of a word's neighbours, each with what speaks against it: SWITCH and the attacks judge by the same."""

from dataclasses import replace

import pytest

from core.attacks.gates import Gates
from core.attacks.presets import AttackConfig
from core.perturbation.candidates import find_candidates
from core.perturbation.constraints import Candidate, Neighbors, PartOfSpeech, Refusal, SentenceFloor, WordFloor
from core.perturbation.draft import Draft
from core.perturbation.neighborhood import neighbors_of_word

TEXT = "The good film was bad, and small actors walk outside the garden of an old school in the town."
GOOD, BAD = 1, 4


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


class Refuses:
    """Refuses some words, and notes which it was asked about."""

    def __init__(self, gate, *words):
        self.gate, self.words, self.asked = gate, words, []

    def judge(self, draft, index, candidates):
        for candidate in candidates:
            self.asked.append(candidate.word)
            refused = candidate.word in self.words
            yield Refusal(self.gate, "no") if refused else Candidate(candidate.word.upper(), candidate.cosine)


def test_the_first_that_refuses_is_named_and_the_next_is_not_asked(toy_lexicon):
    first, second = Refuses("first", "nice", "kind"), Refuses("second", "FINE")
    found = around(toy_lexicon, GOOD, (first, second), limit=4)
    assert [one.refusal and one.refusal.gate for one in found] == ["first", "second", None, "first"]
    assert second.asked == ["FINE", "GREAT"], "in the order of the source, as the one before handed them on"
    assert [one.candidate.word for one in found] == ["nice", "fine", "GREAT", "kind"]
    assert [one.tag for one in found] == ["ADJ"] * 4

"""A reader as the attacker: what a word's neighbours would lead to, and what the rules say of them and of swaps."""

import pytest

from core.analysis.words import judge_swaps, look_around, swapped, with_swaps, words_allowed
from core.attacks.presets import attack_config
from core.errors import InputError
from core.tasks import IMDB, MNLI, Example

TEXT = "The good film was bad, and the small actors walk outside."
GOOD, FILM, BAD = 1, 2, 4
RULES = attack_config("paper", sentence_gate=False)


def answers_by_words(word):
    """Negative (0) if the text holds the word."""
    return lambda example: 0 if word in example.text_a.lower() else 1


def around(lexicon, classifiers, index=GOOD, swaps=(), config=RULES, **more):
    return look_around(classifiers, lexicon, Example(TEXT), swaps, index, config, **more)


def test_each_neighbour_has_the_answers_to_the_text_with_it(toy_lexicon, scripted_classifier):
    plain, fact = scripted_classifier(script=answers_by_words("fine")), scripted_classifier(script=1)
    found = around(toy_lexicon, [plain, fact])
    assert [one.word for one in found.options] == ["nice", "fine", "great", "kind", "well", "bad"]
    assert [one.answers[0].label for one in found.options] == [1, 0, 1, 1, 1, 1]
    assert {one.answers[1].label for one in found.options} == {1}
    assert found.word.text == "good"
    assert found.tag == "ADJ"
    assert [len(call) for call in plain.calls] == [7], "one batch: the word itself and its six neighbours"


def test_the_first_rule_that_refuses_is_told_and_nobody_is_left_out(toy_lexicon, scripted_classifier):
    found = around(toy_lexicon, [scripted_classifier()])
    told = {one.word: one.refusal.gate for one in found.options if one.refusal}
    assert told == {"well": "part_of_speech", "bad": "word"}
    strict = around(toy_lexicon, [scripted_classifier()], config=attack_config("jia2019", candidates_per_word=2))
    assert [bool(one.refusal) for one in strict.options] == [False, False, True, True, True, True]
    assert "2 nearest" in strict.options[2].refusal.reason


@pytest.mark.parametrize(("text", "said"), [("Was it good", "stop word"), ("In 1990 it was good", "number")])
def test_a_word_that_the_rules_leave_alone_lends_nobody_its_place(toy_lexicon, text, said):
    word = next(i for i, w in enumerate(text.split()) if w in ("Was", "1990"))
    (judged,) = judge_swaps(toy_lexicon, text, ((word, "good"),), RULES)
    assert said in judged.refusal.reason


def test_the_other_swaps_stay_and_the_words_own_does_not(toy_lexicon, scripted_classifier):
    plain = scripted_classifier()
    around(toy_lexicon, [plain], swaps=((FILM, "movie"), (GOOD, "fine")), limit=2)
    assert [e.text_a[:16] for e in plain.asked] == ["The good movie w", "The nice movie w", "The fine movie w"]


def test_a_premise_is_never_touched(toy_lexicon, scripted_classifier):
    plain = scripted_classifier(MNLI)
    pair = Example("A good premise.", "A good man.")
    found = look_around([plain], toy_lexicon, pair, (), 1, RULES)
    assert {e.text_a for e in plain.asked} == {"A good premise."}
    assert [e.text_b for e in plain.asked] == ["A good man.", *(f"A {one.word} man." for one in found.options)]


def test_swaps_keep_the_casing_and_every_other_character():
    text = "GOOD film!  Good\tfilm."
    assert swapped(text, ()).text == text
    assert swapped(text, ((0, "fine"), (3, "movie"), (2, "nice"))).text == "FINE film!  Nice\tmovie."
    assert with_swaps(IMDB, Example(text), ((1, "movie"),)) == Example("GOOD movie!  Good\tfilm.")


@pytest.mark.parametrize(
    ("swaps", "said"),
    [
        (((11, "fine"),), "words 0 to 10"),
        (((-1, "fine"),), "words 0 to 10"),
        (((1, "fine"), (1, "nice")), "swapped twice"),
        (((1, "very fine"),), "one word"),
        (((1, ""),), "one word"),
        (((1, "<b>"),), "one word"),
    ],
)
def test_a_swap_that_cannot_be_made_is_refused_in_words(swaps, said):
    with pytest.raises(InputError, match=said):
        swapped(TEXT, swaps)


def test_a_word_that_is_not_there_has_no_neighbours(toy_lexicon, scripted_classifier):
    with pytest.raises(InputError, match="no word 99"):
        around(toy_lexicon, [scripted_classifier()], index=99)


def test_swaps_are_judged_as_their_neighbours_were(toy_lexicon, scripted_classifier):
    for config in (RULES, attack_config("adjusted"), attack_config("ungated")):
        for one in around(toy_lexicon, [scripted_classifier()], config=config).options:
            (judged,) = judge_swaps(toy_lexicon, TEXT, ((GOOD, one.word),), config)
            assert (judged.cosine, judged.refusal) == (one.cosine, one.refusal)


def test_a_word_of_ones_own_is_outside_the_rules(toy_lexicon):
    (judged,) = judge_swaps(toy_lexicon, TEXT, ((GOOD, "purple"),), RULES)
    assert judged.cosine is None
    assert "nearest neighbours" in judged.refusal.reason


def test_swaps_are_judged_in_the_text_as_it_was_then(toy_lexicon):
    gated = attack_config("paper", short_text="keep", min_similarity=-2.0)
    judge_swaps(toy_lexicon, TEXT, ((GOOD, "fine"), (FILM, "movie")), gated)
    assert any("fine movie" in text for text in toy_lexicon.encoder.encoded)
    assert not any("good movie" in text for text in toy_lexicon.encoder.encoded)


def test_the_rules_say_how_many_words_may_change():
    assert words_allowed(TEXT, RULES) is None
    assert words_allowed(TEXT, attack_config("bench2021")) == 3

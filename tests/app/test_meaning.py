"""Same meaning? Judged before it is told, kept in a file, and the pairs are what they say they are."""

import json
import re
from urllib.parse import unquote

from app.meaning import FLOOR, Judgement, pairs, record
from app.present.meaning import meaning
from core.language.text import find_words

FIRST = pairs()[0]


def test_pairs_are_of_an_attack_and_of_opposites_in_turn() -> None:
    made = [pair.made_by for pair in pairs()]
    assert made == ["attack", "opposite"] * (len(made) // 2)
    assert len(made) >= 10
    for pair in pairs():
        assert pair.first != pair.second
        if pair.made_by == "attack":
            assert len(find_words(pair.first)) == len(find_words(pair.second))


def test_nothing_is_told_before_it_was_judged() -> None:
    before = meaning(())
    assert "cosine" not in before
    assert "made it" not in before
    after = meaning((Judgement(FIRST, True, 0.97),))
    assert "cosine <strong>0.97</strong>, alike" in after
    assert "TextFooler made it" in after
    assert "Pair 2 of" in after


def test_the_file_has_every_judgement_and_the_agreement_with_its_interval() -> None:
    judged = (Judgement(FIRST, True, FLOOR), Judgement(pairs()[1], False, 0.95), Judgement(pairs()[2], False, 0.2))
    assert [one.agrees for one in judged] == [True, False, True]
    link = re.search(r'href="data:application/json;charset=utf-8,([^"]+)"', meaning(judged))
    assert link
    read = json.loads(unquote(link[1]))
    assert read == record(judged)
    low, high = read["agreement"]["interval"]
    assert (read["agreement"]["agreeing"], read["agreement"]["n"]) == (2, 3)
    assert low < 2 / 3 < high


def test_after_the_last_pair_there_is_no_more() -> None:
    judged = tuple(Judgement(pair, True, 0.5) for pair in pairs())
    assert "That was all" in meaning(judged)
    assert "data-act" not in meaning(judged)

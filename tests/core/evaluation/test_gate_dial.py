"""The gate dial over many texts: shares and means by hand, nobody fallen, and its rows in a table."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from core.attacks.presets import PRESETS
from core.errors import InputError
from core.evaluation.dials import Fall
from core.evaluation.gate_dial import FOOLED, QUESTIONS, SIMILARITY, WORDS, add_to, falls_of, fold
from core.evaluation.results import ResultTable
from core.tasks import IMDB, Example


def fell(rules: str, similarity: float, words: int, queries: int = 10, status: str = "success") -> Fall:
    end: Any = SimpleNamespace(status=status, swaps=((0, "a", "b"),) * words, words=10, queries=queries)
    return Fall(rules, 1.0, end, similarity)


def falls() -> list[Fall]:
    """Nobody falls by the strict rules; by all others one of two."""
    strict = [fell("adjusted", 1.0, 0, 4, "failed")] * 2
    return strict + [
        one
        for rules in PRESETS
        if rules != "adjusted"
        for one in (fell(rules, 0.8, 2, 20), fell(rules, 1, 0, 40, "failed"))
    ]


def test_shares_and_means_are_those_of_the_texts_that_fell() -> None:
    strict, paper, *rest = fold(falls())
    assert (strict.fooled.value, strict.similarity, strict.words, strict.questions.value) == (0.0, None, None, 4.0)
    assert (paper.fooled.value, paper.fooled.n, paper.questions.value) == (0.5, 2, 30.0)
    assert paper.similarity is not None
    assert paper.words is not None
    assert (paper.similarity.value, paper.similarity.n, paper.words.value) == (0.8, 1, 0.2)
    assert [step.rules for step in (strict, paper, *rest)] == list(PRESETS)
    with pytest.raises(InputError, match="one text or more"):
        fold([])


def test_a_table_has_a_row_for_each_set_of_rules_and_keeps_those_of_others() -> None:
    other = replace(add_to(ResultTable("t", "T", ()), "mnli-plain", fold(falls()), "c", {"task": "mnli"}), digits=3)
    table = add_to(other, "imdb-plain", fold(falls()), "python -m core gates", {"task": "imdb"})
    again = add_to(table, "imdb-plain", fold(falls()), "python -m core gates", {"task": "imdb"})
    assert again == table
    ours = [one for one in table.results if one.task == "imdb"]
    assert len(table.results) == 2 * len(ours)
    assert {one.row for one in ours} == {f"imdb-plain: {rules.title}" for rules in PRESETS.values()}
    strict = [one.column for one in ours if one.attack == "adjusted"]
    assert strict == [FOOLED, QUESTIONS]
    assert [one.column for one in ours if one.attack == "paper"] == [FOOLED, SIMILARITY, WORDS, QUESTIONS]


def test_every_text_meets_every_set_of_rules(scripted_classifier: Any, toy_lexicon: Any) -> None:
    done: list[int] = []
    texts = [Example("A good film."), Example("A great story.")]
    found = list(falls_of(scripted_classifier(IMDB, 1), toy_lexicon, texts, 20, told=done.append))
    assert [one.rules for one in found] == [*PRESETS, *PRESETS]
    assert done == [1, 2]
    assert not any(one.fooled for one in found)

"""Example texts: enough of them, balanced, varied in length, and a wrong file is refused with its place named."""

import json
from collections import Counter

import pytest

from core.errors import DataFileError, UnknownNameError
from core.examples import load_examples, parse_examples
from core.language.text import find_words
from core.tasks import IMDB, MNLI, get_task

GOOD = {"title": "A", "label": "positive", "topic": "t", "note": "n", "review": "Fine."}


@pytest.mark.parametrize("name", ["imdb", "mnli"])
def test_there_are_enough_and_the_labels_are_balanced(name: str) -> None:
    examples = load_examples(name)
    counts = Counter(example.label for example in examples)
    assert len(examples) >= 24
    assert set(counts) == set(get_task(name).labels)
    assert max(counts.values()) - min(counts.values()) <= 1
    assert len({example.topic for example in examples}) >= 12


def test_reviews_run_from_8_to_about_220_words() -> None:
    lengths = sorted(len(find_words(example.text_a)) for example in load_examples("imdb"))
    assert lengths[0] == 8
    assert 190 <= lengths[-1] <= 225
    assert lengths[len(lengths) // 2] in range(30, 90)
    assert all(example.text_b is None for example in load_examples("imdb"))


def test_pairs_have_both_texts_and_a_hypothesis_worth_attacking() -> None:
    for example in load_examples("mnli"):
        assert example.example.text_b == example.text_b
        assert len(find_words(example.text_a)) >= 7
        assert 3 <= len(find_words(example.text_b or "")) <= 20


@pytest.mark.parametrize("name", ["imdb", "mnli"])
def test_titles_fit_a_menu_and_texts_are_plain(name: str) -> None:
    for example in load_examples(name):
        assert len(example.title) <= 30
        text = f"{example.text_a} {example.text_b or ''} {example.note} {example.title}"
        assert "\u2014" not in text, example.title
        assert "\u2013" not in text, example.title
        assert "<" not in text, example.title
        assert "  " not in example.text_a, example.title


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label": "neutral"}, "negative, positive"),
        ({"note": " "}, "note must be a text"),
        ({"review": None}, "review must be a text"),
        ({"extra": "x"}, "expected the fields"),
    ],
)
def test_a_wrong_example_is_refused_and_named(change: dict[str, object], said: str) -> None:
    content = json.dumps({"source": "s", "examples": [GOOD, {**GOOD, "title": "B", **change}]})
    with pytest.raises(DataFileError, match="example 2") as caught:
        parse_examples(content, IMDB, "imdb.json")
    assert said in str(caught.value)


def test_the_same_text_twice_is_refused() -> None:
    content = json.dumps({"source": "s", "examples": [GOOD, {**GOOD, "title": "B"}]})
    with pytest.raises(DataFileError, match="same example"):
        parse_examples(content, IMDB, "imdb.json")


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", '"text"', '{"examples": 3}', '{"examples": null}', '{"examples": [3]}']
)
def test_a_file_of_another_shape_is_refused(content: str) -> None:
    with pytest.raises(DataFileError, match=r"mnli\.json(, example 1)?: expected"):
        parse_examples(content, MNLI, "mnli.json")


def test_an_unknown_task_is_named() -> None:
    with pytest.raises(UnknownNameError, match="nosuch"):
        load_examples("nosuch")

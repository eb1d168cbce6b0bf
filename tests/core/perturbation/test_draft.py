"""The text under attack, and the window of words around a change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.language.text import find_words, replace_words
from core.perturbation.draft import Draft, window

TEXTS = st.text(alphabet=st.sampled_from("abcXY é'-.,;<br/> \n\u2019"), max_size=60)


@pytest.mark.parametrize("count", range(1, 41))
def test_window_always_holds_the_changed_word(count: int) -> None:
    for position in range(count):
        first, last = window(count, position, 15)
        assert 0 <= first <= position < last <= count
        assert last - first == min(count, 15)
        if 7 <= position < count - 7:
            assert (first, last) == (position - 7, position + 8)


def test_window_of_width_zero_is_the_whole_text() -> None:
    assert window(40, 3, 0) == (0, 40)


@given(TEXTS, st.data())
def test_swaps_equal_replace_words_on_the_original(text: str, data: st.DataObject) -> None:
    draft, words, swaps = Draft(text), find_words(text), {}
    assert draft.text == text
    for index in data.draw(st.permutations(range(len(words))))[:4]:
        new = data.draw(st.sampled_from(["dog", "a", "longer-word", "I"]))
        swaps[words[index]] = new
        draft.swap(index, draft.cased(index, new))
        assert draft.text == replace_words(text, swaps)
    for index in range(len(words)):
        start = draft.starts[index]
        assert draft.text[start : start + len(draft.words[index])] == draft.words[index]


@given(TEXTS, st.integers(1, 6))
def test_around_is_a_slice_of_the_text_that_holds_the_word(text: str, width: int) -> None:
    draft = Draft(text)
    for index, word in enumerate(draft.words):
        part = draft.around(index, width)
        assert part in text
        assert word in part
        if len(draft.words) > width:
            assert len(find_words(part)) <= len(draft.words)
            assert "ZZ" in draft.around(index, width, "ZZ")


@pytest.mark.parametrize(
    ("text", "index", "left"),
    [
        ("a good film", 1, "a film"),
        ("a good film", 2, "a good"),
        ("a good film", 0, "good film"),
        ("film", 0, ""),
        ("good, film.", 0, ", film."),
        ("a (film)", 1, "a ()"),
        ("a film.", 1, "a."),
    ],
)
def test_without_word_takes_one_space(text: str, index: int, left: str) -> None:
    assert Draft(text).without_word(index) == left


def test_a_fork_goes_its_own_way() -> None:
    draft = Draft("A good film, a good film")
    draft.swap(1, "great")
    fork = draft.fork()
    fork.swap(5, "movie")
    assert (draft.text, draft.swaps) == ("A great film, a good film", [(1, "good", "great")])
    assert fork.text == "A great film, a good movie"
    assert fork.swaps[:1] == draft.swaps
    assert draft.starts[5] == fork.starts[5]

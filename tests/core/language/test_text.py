"""Spans and edits on arbitrary Unicode: what is not replaced is never touched."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.language.text import Word, find_words, match_case, replace_words

# Any string at all, lone surrogates included, and strings thick with what the word pattern treats specially.
ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
THORNY = st.text(st.sampled_from("aB9é\u0301'’-\u2010\u2011 <>/=\"br.\u05d0\u0634日😀\u200d\ud800"), max_size=60)
TEXTS = ANY | THORNY


@given(TEXTS)
def test_words_are_spans_in_order_without_overlap(text: str) -> None:
    done = 0
    for word in find_words(text):
        assert done <= word.start < word.end <= len(text)
        assert text[word.start : word.end] == word.text
        assert word.text[0].isalnum()
        assert not any(c.isspace() for c in word.text)
        done = word.end


@given(TEXTS)
def test_replacing_nothing_or_words_by_themselves_gives_the_same_string(text: str) -> None:
    assert replace_words(text, {}) == text
    assert replace_words(text, {word: word.text for word in find_words(text)}) == text


@given(TEXTS, st.data())
def test_an_edit_leaves_every_other_character_alone(text: str, data: st.DataObject) -> None:
    words = find_words(text)
    chosen = sorted(data.draw(st.sets(st.sampled_from(words))) if words else [])
    swaps = {word: data.draw(st.text("abcXYZ", min_size=1, max_size=8)) for word in chosen}
    edited = replace_words(text, swaps)
    position = done = 0
    for word in chosen:
        kept = text[done : word.start]
        put = match_case(word.text, swaps[word])
        assert edited[position : position + len(kept)] == kept
        assert edited[position + len(kept) : position + len(kept) + len(put)] == put
        position += len(kept) + len(put)
        done = word.end
    assert edited[position:] == text[done:]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("...!? 😀", []),
        ("The cat's well-known.", ["The", "cat's", "well-known"]),
        ("don’t 'quoted' rock-", ["don’t", "quoted", "rock"]),
        ("co‑op state‐run a--b", ["co‑op", "state‐run", "a", "b"]),
        ("cafe\u0301 naïve 3D", ["cafe\u0301", "naïve", "3D"]),
        ("one<br /><br />two<BR>three</p>", ["one", "two", "three"]),
        ('see <a href="x y" class=b>this</a>', ["see", "this"]),
        ("if x <y and y> z", ["if", "x", "y", "and", "y", "z"]),
        ("a < b, I <3 it, 2>1", ["a", "b", "I", "3", "it", "2", "1"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("snake_case a.b", ["snake", "case", "a", "b"]),
    ],
)
def test_words_of(text: str, words: list[str]) -> None:
    assert [word.text for word in find_words(text)] == words


@pytest.mark.parametrize(
    ("source", "replacement", "result"),
    [
        ("good", "nice", "nice"),
        ("Good", "nice", "Nice"),
        ("GOOD", "nice", "NICE"),
        ("A", "one", "One"),
        ("good", "Paris", "Paris"),
        ("Well-Known", "famous", "Famous"),
        ("GOOD", "good", "GOOD"),
    ],
)
def test_casing_follows_the_source(source: str, replacement: str, result: str) -> None:
    assert match_case(source, replacement) == result


def test_a_span_that_is_not_there_or_overlaps_is_refused() -> None:
    with pytest.raises(InputError, match="no word 'dog'"):
        replace_words("the cat", {Word(4, 7, "dog"): "x"})
    with pytest.raises(InputError, match="overlap"):
        replace_words("the cat", {Word(0, 5, "the c"): "x", Word(4, 7, "cat"): "y"})


@pytest.mark.parametrize("unit", ["a", "word ", "<a b=", "<a", "don't-", "日", "'", "<a b='c' "])
def test_a_hundred_thousand_characters_take_no_more_than_a_moment(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    start = time.process_time()
    words = find_words(text)
    assert time.process_time() - start < 5
    assert replace_words(text, {word: word.text for word in words}) == text

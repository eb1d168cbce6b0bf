"""Spans and edits on arbitrary Unicode: what is not replaced is never touched."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.language.text import Word, find_words, is_number, is_unspaced, match_case, replace_words

# Any string at all, lone surrogates included, and strings thick with what the word pattern treats specially.
ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
THORNY = st.text(
    st.sampled_from("aB9é\u0301'’-\u2010\u2011 <>/=\"br.\u05d0\u0634日😀\u200d\u00ad\ufeff@:\ud800"), max_size=60
)
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
        ("won\u00adder\u200cful, no\u200dne", ["won\u00adder\u200cful", "no\u200dne"]),
        ("\ufeffgood\ufeff\u200b bad\u00ad-\u00adly", ["good", "bad", "ly"]),
        ("see https://example.com/a-fine,film?x=1 or www.example.org.", ["see", "or"]),
        ("write to Jo.Doe+x@mail.example.org, or HTTP://EXAMPLE.COM/", ["write", "to", "or"]),
        ("it cost 1990 or 2.5", ["it", "cost", "1990", "or", "2", "5"]),
        ("awww.nice me@home ://x", ["awww", "nice", "me", "home", "x"]),
    ],
)
def test_words_of(text: str, words: list[str]) -> None:
    assert [word.text for word in find_words(text)] == words


@pytest.mark.parametrize(
    ("word", "number"), [("1990", True), ("9-11", True), ("٣٤", True), ("3D", False), ("1990s", False), ("one", False)]
)
def test_a_number_is_all_digits(word: str, number: bool) -> None:
    assert is_number(word) is number


@pytest.mark.parametrize(
    ("text", "unspaced"),
    [
        ("这部电影很好看。", True),
        ("とても良い映画 (2019)", True),
        ("หนังเรื่องนี้ดีมาก", True),
        ("A film by 黒澤明 that I liked.", False),
        ("아주 좋은 영화", False),
        ("Plain English.", False),
        ("1 2 3", False),
        ("", False),
    ],
)
def test_a_script_without_spaces_is_told(text: str, unspaced: bool) -> None:
    assert is_unspaced(text) is unspaced


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


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "word ",
        "<a b=",
        "<a",
        "don't-",
        "日",
        "'",
        "<a b='c' ",
        "a.",
        "a@",
        "a@b.",
        "a\u200d",
        "\u00ad",
        "www.",
        "http://",
    ],
)
def test_a_hundred_thousand_characters_take_no_more_than_a_moment(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    start = time.process_time()
    words = find_words(text)
    assert time.process_time() - start < 5
    assert replace_words(text, {word: word.text for word in words}) == text

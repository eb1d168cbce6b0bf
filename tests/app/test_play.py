"""A play of the Words tab as a value: moves, there and back by Undo and by a link; nothing given is trusted."""

from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.play import MAX_SWAPS, Play, from_query, move, new_play, read_swaps, to_query
from core.errors import FireBertError
from core.tasks import Example

TEXT = "A good film about a good man."
START = new_play("imdb", TEXT, "", "paper", ["plain", "five"])
WORDS = st.sampled_from(["fine", "great", "movie", "café"])


def swap(play: Play, word: int, to: str) -> Play:
    return move(play, {"act": "swap", "word": str(word), "to": to})


def test_a_swap_takes_the_place_of_the_words_own_and_no_other() -> None:
    play = swap(swap(swap(START, 1, "fine"), 2, "movie"), 1, "great")
    assert play.swaps == ((2, "movie"), (1, "great"))
    assert (play.word, play.others) == (1, ((2, "movie"),))
    assert swap(play, 1, "").swaps == ((2, "movie"),), "a swap to nothing puts the word back"


@given(st.lists(st.tuples(st.integers(0, 6), WORDS), max_size=8))
def test_undo_goes_back_to_the_start_step_by_step(deeds: list[tuple[int, str]]) -> None:
    plays = [START]
    for word, to in deeds:
        plays.append(swap(plays[-1], word, to))
    play = plays[-1]
    for earlier in reversed(plays[:-1]):
        play = move(play, {"act": "undo"})
        assert play.swaps == earlier.swaps
    assert move(play, {"act": "undo"}) == play, "there is nothing before the start"


def test_reset_can_be_undone_and_a_look_changes_nothing() -> None:
    play = swap(swap(START, 1, "fine"), 2, "movie")
    empty = move(play, {"act": "reset"})
    assert empty.swaps == ()
    assert move(empty, {"act": "undo"}).swaps == play.swaps
    assert move(play, {"act": "word", "word": 4}).swaps == play.swaps


@given(st.dictionaries(st.integers(0, 6), WORDS, max_size=4), st.integers(0, 2**31 - 1), st.sampled_from([None, 0, 5]))
def test_a_play_survives_a_link(swaps: dict[int, str], seed: int, word: int | None) -> None:
    play = Play("imdb", Example(TEXT), "adjusted", ("plain", "five:imdb-fact"), seed, tuple(swaps.items()), word)
    assert from_query(dict(parse_qsl(to_query(play)))) == play


def test_a_pair_survives_a_link_and_other_tabs_links_are_left_alone() -> None:
    play = new_play("mnli", "A man walks.", "A man is outside.", "paper", ["plain"])
    assert from_query(dict(parse_qsl(to_query(play)))) == play
    assert from_query({"tab": "attack", "task": "imdb", "text": TEXT}) is None
    assert to_query(new_play("imdb", "x" * 7000, "", "paper", [])) == ""


@pytest.mark.parametrize(
    "deed",
    [{}, {"act": "win"}, {"act": "word"}, {"act": "word", "word": "-1"}, {"act": "word", "word": "x"},
     {"act": "swap", "word": "99", "to": "fine"}, {"act": "swap", "word": "1", "to": "two words"},
     {"act": "swap", "word": "1", "to": ["fine"]}, {"act": ["swap"]}],
    ids=str,
)  # fmt: skip
def test_a_move_that_cannot_be_made_says_why(deed: dict[str, object]) -> None:
    with pytest.raises(FireBertError, match=r"."):
        move(START, deed)


@pytest.mark.parametrize(
    "params",
    [{"swaps": "x:fine"}, {"swaps": "1:"}, {"swaps": "99:fine"}, {"swaps": "1:a b"}, {"rules": "kind"}, {"word": "x"},
     {"seed": "-1"}, {"task": "sst2"}, {"swaps": ",".join(f"{n}:a" for n in range(MAX_SWAPS + 1))}],
    ids=lambda params: str(params)[:30],
)  # fmt: skip
def test_a_broken_link_says_what_is_wrong(params: dict[str, str]) -> None:
    with pytest.raises(FireBertError, match=r"."):
        from_query({"tab": "words", "task": "imdb", "text": TEXT, **params})


def test_a_play_knows_its_own_texts_whatever_stands_in_a_hidden_box() -> None:
    assert START.is_of("imdb", TEXT, "left over from a pair")
    assert not START.is_of("imdb", TEXT + " ", "")
    assert not new_play("mnli", TEXT, "A man.", "paper", []).is_of("mnli", TEXT, "A woman.")


def test_swaps_of_programs_are_read_by_number() -> None:
    assert read_swaps({"1": "fine", 2: "movie"}) == ((1, "fine"), (2, "movie"))
    with pytest.raises(FireBertError, match="one word"):
        read_swaps({"1": 5})

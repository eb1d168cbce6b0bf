"""The play that a visitor was shown last, whatever is still on its way."""

from dataclasses import replace

from app.attack_run import MAX_VISITORS
from app.play import Play, new_play
from app.plays import Plays
from app.settings import Settings


def play(word: int | None = None) -> Play:
    made = new_play("imdb", "A good film.", "", "paper", ("plain",), limits=Settings().limits)
    return replace(made, word=word)


def test_what_was_asked_before_a_click_cannot_take_the_click_back() -> None:
    plays = Plays()
    plays.lay("one", play(0))
    asked, stop = plays.take("one", None)
    plays.lay("one", play(1))  # the visitor clicks while the answer is on its way
    assert asked == play(0)
    assert not plays.keep("one", play(0), stop)
    assert plays.take("one", play(0))[0] == play(1)


def test_who_asks_last_asks_alone() -> None:
    plays = Plays()
    plays.lay("one", play())
    first, second = plays.take("one", None)[1], plays.take("one", None)[1]
    assert (first(), second()) == (True, False)
    assert plays.keep("one", play(2), second)
    assert plays.of("one", None) == play(2)


def test_visitors_do_not_meet_and_nothing_grows() -> None:
    plays = Plays()
    for n in range(MAX_VISITORS + 1):
        plays.lay(str(n), play(n))
    assert plays.of("0", None) is None
    assert plays.of("1", None) == play(1)
    plays.clear("1")
    assert plays.of("1", play(7)) == play(7)

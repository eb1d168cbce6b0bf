"""What the Words tab shows of a play: all escaped, whole words that do not cover each other, honest sentences."""

import re
from dataclasses import replace

import pytest

from app.play import move, new_play
from app.present.words_around import around_panel
from app.present.words_board import board
from app.present.words_layout import HEIGHT, LINE, WIDTH, Box, apart
from app.present.words_said import fooled_words, listed, par_words, rules_words
from app.words_seen import Seen
from core.analysis.words import Around, Judged, Option
from core.attacks.events import AttackFinished, failure
from core.defenses.ballot import RANDOMISED
from core.language.text import find_words
from core.models.classifier import Prediction
from core.perturbation.constraints import Refusal

HOSTILE = "<img src=x onerror=alert(1)> A good film & ${story}."
NEGATIVE, POSITIVE = Prediction((2.0, 0.0), 0), Prediction((0.0, 2.0), 1)
TITLES = {"plain": "Plain", "fuse": "FuSE", "five": "FIVE"}


def found(text: str = "A good film.", swaps: dict[int, str] | None = None, fooled: tuple[str, ...] = ()) -> Seen:
    play = new_play("imdb", text, "", "paper", list(TITLES))
    for word, to in (swaps or {}).items():
        play = move(play, {"act": "swap", "word": word, "to": to})
    now = {name: NEGATIVE if name in fooled else POSITIVE for name in TITLES}
    return Seen(play, TITLES, ("Plain", "FACT"), dict.fromkeys(TITLES, POSITIVE), now, judged=())


def around(*words: str) -> Around:
    options = tuple(
        Option(word, 0.9 - n / 20, "ADJ", Refusal("word", "too <far>") if n % 2 else None,
               (NEGATIVE, POSITIVE), (n % 5 - 2) / 2, (n % 3 - 1) / 2)
        for n, word in enumerate(words)
    )  # fmt: skip
    return Around(1, find_words("A good film.")[1], "ADJ", (POSITIVE, POSITIVE), options, "sentence gate off")


def test_a_text_is_shown_whole_and_harmless() -> None:
    page = board(found(HOSTILE))
    assert "<img" not in page
    spoken = re.sub(r"<[^>]+>", "", re.search(r'aria-label="Words to click">(.*?)</p>', page, re.S)[1])
    assert spoken == "&lt;img src=x onerror=alert(1)&gt; A good film &amp; ${story}."
    assert page.count('tabindex="0"') == 1, "one stop for the keyboard, arrows do the rest"


def test_a_swapped_word_shows_both_and_who_changed_their_mind() -> None:
    page = board(found("GOOD film", {0: "fine"}, ("plain",)))
    assert "<del>GOOD</del> <ins>FINE</ins>" in page
    assert page.count('data-changed="true"') == 1
    assert "✗ changed its mind" in page


@pytest.mark.parametrize(
    ("swaps", "fooled", "said"),
    [
        ({}, (), "Nobody has been asked yet"),
        ({1: "fine"}, (), "1 word changed, and nobody has changed their mind: Plain, FuSE and FIVE hold."),
        ({1: "fine", 2: "movie"}, ("plain", "five"), "Fooled Plain and FIVE with 2 words.</strong> FuSE holds."),
        ({1: "fine"}, tuple(TITLES), "Fooled Plain, FuSE and FIVE with 1 word.</strong>"),
    ],
)
def test_the_score_in_words(swaps: dict[int, str], fooled: tuple[str, ...], said: str) -> None:
    assert said in fooled_words(found(swaps=swaps, fooled=fooled))
    assert listed([]) == ""


def test_the_rules_and_chance_are_told() -> None:
    word = find_words("A good film.")[1]
    seen = replace(found(swaps={1: "fine"}), judged=(Judged(word, "fine", 0.4, Refusal("word", "too <far>")),))
    assert "1 of 1 swap would not pass the rules “Paper”" in rules_words(seen)
    assert "too &lt;far&gt;" in rules_words(seen)
    seen.now["five"] = replace(POSITIVE, flags=(RANDOMISED,))
    assert "FIVE answers by chance: this is its draw with seed 0" in board(seen)


def ended(words: int, status: str = "success") -> AttackFinished:
    swaps = tuple((n, "Good", "nice") for n in range(words))
    return replace(failure("", "", 1), status=status, swaps=swaps, queries=1214)


@pytest.mark.parametrize(
    ("par", "fooled", "said"),
    [
        (ended(2), ("plain",), "You needed as few."),
        (ended(3), ("plain",), "You needed one fewer."),
        (ended(5), ("plain",), "You needed 3 fewer."),
        (ended(1), ("plain",), "You needed 1 more."),
        (ended(0, "failed"), (), "did not fool Plain</strong> by the rules “Paper” (1,214 questions)"),
    ],
)
def test_textfooler_beside_the_visitor(par: AttackFinished, fooled: tuple[str, ...], said: str) -> None:
    assert said in par_words(replace(found(swaps={1: "fine", 2: "movie"}, fooled=fooled), par=par))
    assert "You" not in par_words(replace(found(swaps={1: "fine"}), par=par)), "who fooled nobody is not compared"


def test_against_the_rules_does_not_compare() -> None:
    word = find_words("A good film.")[1]
    seen = replace(found(swaps={1: "fine"}, fooled=("plain",)), par=ended(3))
    broken = replace(seen, judged=(Judged(word, "fine", None, Refusal("word", "no")),))
    assert "does not compare" in par_words(broken)


def test_the_neighbours_are_on_both_maps_and_in_the_list_with_the_reason() -> None:
    seen = found(swaps={1: "fine"})
    page = around_panel(replace(seen, around=around("nice", "fine", "<b>great")))
    assert page.count("fw-mark") == 2 * 4
    assert page.count("fw-flips") - 1 == 3, "on the plain map only; once in the legend"
    assert "refused: too &lt;far&gt;" in page
    assert "<b>great" not in page
    assert page.count('class="fw-choose"') == 4
    assert len(re.findall(r'class="fw-choose"[^>]*aria-pressed="true"', page)) == 1
    assert "no neighbours" not in page
    assert "It has no neighbours" in around_panel(replace(seen, around=around()))


def test_whole_words_do_not_cover_each_other_and_stay_in_the_box() -> None:
    words = ["incomprehensible", "nice", "wonderful", "marvellous", "good", "straightforward"] * 3
    boxes = apart(
        [Box.of("the word", 0, 0), *(Box.of(w, (n % 7 - 3) / 4, (n % 5 - 2) / 3) for n, w in enumerate(words))]
    )
    assert boxes[0] == Box.of("the word", 0, 0), "the word itself stays in the middle"
    assert all(b.width / 2 <= b.x <= WIDTH - b.width / 2 for b in boxes)
    assert all(LINE / 2 <= b.y <= HEIGHT - LINE / 2 for b in boxes)
    pairs = [(i, j) for j in range(len(boxes)) for i in range(j)]
    assert max(min(boxes[i].overlap(boxes[j])) for i, j in pairs) < 1, "less than a pixel"

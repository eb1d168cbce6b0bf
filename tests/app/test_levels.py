"""Levels: a prediction before every answer, attempts that run out, a card that survives as a link, pars that hold."""

from dataclasses import replace
from urllib.parse import parse_qsl

import pytest

from app.level_pars import QUESTIONS
from app.levels import Game, Score, answered, card_query, choose, levels, read_card, score
from app.present import level as present
from core import load
from core.analysis.words import options, with_swaps
from core.attacks.presets import PRESETS, attack_config
from core.defenses.registry import PLAIN
from core.errors import ConfigError, InputError
from core.models.classifier import Prediction
from core.tasks import get_task

FIRST = Game(levels()[0])


def played(game: Game, *moves: tuple[int, str]) -> Game:
    for word, to in moves:
        game = choose(game, {"act": "swap", "word": word, "to": to})
    return game


def test_every_level_is_playable_and_its_par_is_by_its_rules() -> None:
    for level in levels():
        assert level.rules in PRESETS
        assert level.attempts >= 1
        assert level.par.fooled == bool(level.par.swaps)
        assert 0 < level.par.questions <= QUESTIONS
        words = [old for _, old, _ in level.par.swaps]
        text = get_task(level.task).text(level.example)
        assert all(word in text for word in words), level.title
    assert len({(one.task, one.example, one.rules, one.against) for one in levels()}) == len(levels()) >= 8


@pytest.mark.thorough
def test_the_par_of_the_first_level_fools_its_classifier() -> None:
    level = FIRST.level
    swaps = tuple((index, new) for index, _, new in level.par.swaps)
    task = get_task(level.task)
    assert level.against == PLAIN
    before, after = load(level.task).predict([level.example, with_swaps(task, level.example, swaps)])
    assert before.label != after.label


def test_attempts_are_counted_with_their_predictions_until_one_falls() -> None:
    game = answered(played(FIRST, (0, "nice")), predicted=True, fell=False)
    with pytest.raises(InputError, match="have been tried"):
        answered(game, True, True)
    with pytest.raises(InputError, match="Swap a word first"):
        answered(FIRST, True, True)
    won = answered(played(game, (1, "good")), predicted=True, fell=True)
    assert (won.won, won.over, won.hits) == (True, True, 1)
    assert score(won) == Score(1, 2, 2, 1)
    with pytest.raises(InputError, match="over"):
        choose(won, {"act": "reset"})
    lost = FIRST
    for n in range(FIRST.level.attempts):
        lost = answered(played(lost, (n, "nice")), predicted=False, fell=False)
    assert (lost.won, lost.over, score(lost).words) == (False, True, 0)


def test_a_move_that_cannot_be_made_is_refused() -> None:
    assert choose(played(FIRST, (0, "nice")), {"act": "swap", "word": 0}).swaps == ()
    assert choose(played(FIRST, (0, "nice")), {"act": "reset"}).swaps == ()
    for deed in (
        {"act": "jump"},
        {"act": "swap", "word": 10**5, "to": "nice"},
        {"act": "swap", "word": 0, "to": "a b"},
    ):
        with pytest.raises(InputError):
            choose(FIRST, deed)


def test_a_card_survives_as_a_link_and_a_wrong_one_is_refused() -> None:
    scores = {1: Score(1, 2, 3, 1), 2: Score(2, 1, 0, 0)}
    assert read_card(dict(parse_qsl(card_query(scores)))["card"]) == scores
    for wrong in ("1-2-3", "a-1-1-1", "99-1-1-1", "1-1-1-2", f"1-{levels()[0].attempts + 1}-1-1", "1-²-1-1"):
        with pytest.raises(ConfigError):
            read_card(wrong)


def test_the_board_shows_no_answer_before_it_was_predicted() -> None:
    game = played(FIRST, (1, "nice"))
    first, last = Prediction((0.0, 2.0), 1), Prediction((2.0, 0.0), 0)
    html = present.board(replace(game, word=1), first, None, "Plain", [("nice", None)])
    assert html.count("fb-class") == 1
    assert "its answer now" not in html.lower()
    assert "TextFooler" not in html
    won = answered(game, predicted=False, fell=True)
    shown = present.board(won, first, last, "Plain", None)
    assert "Its answer now" in shown
    assert "TextFooler needed" in shown
    assert "you said it holds; it <strong>fell</strong> ✗" in shown


def test_neighbours_are_told_with_the_rules_and_nobody_is_asked(toy_lexicon: object) -> None:
    text = "A good film about a small man."
    found = dict(options(toy_lexicon, text, (), 1, attack_config("paper", "imdb")))  # type: ignore[arg-type]
    assert found["nice"] is None
    assert found["bad"] is not None

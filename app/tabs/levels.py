"""The Levels tab: challenges over our own examples, a prediction before every answer, a score card as a link."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import gradio as gr

from app import words_run
from app.boundary import guarded
from app.entrants import at_one_table, choices
from app.levels import Game, Level, Score, answered, choose, levels, read_card, score
from app.panels import asked_of
from app.present import level as present
from app.say import say
from app.tabs import Site, chair, meaning
from app.tabs.words import script
from app.visitors import visitor_of
from core.analysis.words import Swaps, judge_swaps, options, with_swaps, words_allowed
from core.attacks.presets import AttackConfig, attack_config
from core.errors import InputError
from core.models.classifier import Prediction
from core.ranges import number
from core.tasks import Example, get_task


@dataclass(frozen=True)
class Climb:
    """What a visit has played: the game on the board, and the scores of the games before."""

    game: Game | None = None
    scores: Mapping[int, Score] = field(default_factory=dict)


def build(site: Site) -> None:
    """Lay the tab out and wire it."""
    bare: dict[str, Any] = {"js_on_load": script(), "apply_default_css": False}
    titles = {name: title for task in site.shelf.task_names() for title, name in choices(site.catalog, task)}
    rungs = gr.HTML(present.ladder({}, titles), elem_id="levels-ladder", **bare)
    board = gr.HTML("", elem_id="levels-board", **bare)
    chair.build(site.shelf.task_names())
    meaning.build(site, script())
    state = gr.State(Climb())
    outputs = [state, rungs, board]

    def step(page: gr.Request, climb: Climb, deed: gr.EventData) -> list[Any]:
        """Open a level, swap a word, or ask, with the prediction that was made."""
        given = dict(deed._data)
        act = given.get("act")
        if act == "level":
            climb = replace(climb, game=Game(level_of(given.get("word"))))
        elif climb.game is None:
            return [gr.skip()] * 3
        elif act in ("falls", "holds"):
            return ask(page, climb, climb.game, act == "falls")
        else:
            climb = replace(climb, game=choose(climb.game, given))
        return show(page, climb)

    def ask(page: gr.Request, climb: Climb, game: Game, predicted: bool) -> list[Any]:
        refused = against_rules(game)
        if refused:
            return show(page, climb, refused)
        first, now = answers(page, game, game.swaps)
        game = answered(game, predicted, now.label != first.label)
        scores = {**climb.scores, game.level.number: score(game)} if game.over else climb.scores
        return show(page, Climb(game, scores))

    def answers(page: gr.Request, game: Game, *wanted: Swaps) -> list[Prediction]:
        """To the text as it is, then to it with each of the swaps wanted."""
        task = get_task(game.level.task)
        table = at_one_table(site.catalog, task.name, [game.level.against], 0, visitor_of(page))
        asked: list[Example] = [with_swaps(task, game.level.example, swaps) for swaps in ((), *wanted)]
        return table[game.level.against].predict(asked)

    def against_rules(game: Game) -> str:
        """Why the rules do not let these swaps stand together; empty where they do."""
        config, raw = rules_of(game), get_task(game.level.task).text(game.level.example)
        most = words_allowed(raw, config)
        if most is not None and len(game.swaps) > most:
            return say("These rules let {most} words change.", most=most)
        judged = judge_swaps(site.shelf.lexicon(), raw, game.swaps, config)
        bad = [f"{one.word.text} → {one.replacement}: {one.refusal.reason}" for one in judged if one.refusal]
        return say("Not by the rules, so it was not asked. {why}.", why="; ".join(bad)) if bad else ""

    def show(page: gr.Request, climb: Climb, message: str = "") -> list[Any]:
        game = climb.game
        chosen = game.level.number if game else 0
        if game is None:
            return [climb, present.ladder(climb.scores, titles), ""]
        shown_now = [game.swaps] if game.attempts and game.attempts[-1].swaps == game.swaps else []
        first, *last = answers(page, game, *shown_now)
        near = None
        if game.word is not None and not game.over:
            raw = get_task(game.level.task).text(game.level.example)
            near = options(site.shelf.lexicon(), raw, game.swaps, game.word, rules_of(game))
        shown = present.board(game, first, last[0] if last else None, titles[game.level.against], near, message)
        return [climb, present.ladder(climb.scores, titles, chosen), shown]

    def restore(page: gr.Request) -> list[Any]:
        """The scores of a card's link, and the level that a link names."""
        asked = asked_of(page)
        if asked.get("tab") != "levels" or not (asked.get("card") or asked.get("level")):
            return [gr.skip()] * 3
        game = Game(level_of(asked["level"])) if asked.get("level") else None
        return show(page, Climb(game, read_card(asked.get("card", ""))))

    def refuse(message: str) -> list[Any]:
        return [gr.skip(), gr.skip(), present.trouble(message)]

    shared = site.asks
    gr.on([rungs.select, board.select], guarded(step, refuse), state, outputs, api_name="page_levels", **shared)
    site.page.load(guarded(restore), None, outputs, api_name="page_levels_card", **shared)


def level_of(given: Any) -> Level:
    """The level of that number. Raises InputError, and ConfigError for what is no number."""
    wanted = number(say("The level"), given, 1, 10**4, whole=True)
    found = next((one for one in levels() if one.number == wanted), None)
    if found is None:
        raise InputError(say("There is no level {wanted}: there are {n}.", wanted=wanted, n=len(levels())))
    return found


def rules_of(game: Game) -> AttackConfig:
    """The rules of a level, as TextFooler has them."""
    return attack_config(game.level.rules, game.level.task, max_queries=words_run.PAR_QUERIES, seed=0)

"""The Words tab: the visitor is the attacker, word by word, with the answers of everybody at once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from app import words_run
from app.boundary import guarded
from app.looked import Looked
from app.panels import asked_of
from app.play import Play, from_query, move, new_play
from app.plays import Plays
from app.present.words_around import around_panel
from app.present.words_board import blank, board
from app.say import say
from app.tabs import QUIET, Site, compare
from app.tabs.against import against_refresh
from app.tabs.texts import Brought, Visit
from app.tabs.words_form import WordsForm, build_form, changed, restored
from app.visitors import visitor_of
from app.words_seen import Seen, seen, usual
from core.errors import InputError
from core.resources import ASSETS

CSS = ASSETS / "words" / "words.css"
BUSY = say("Asking …")


def script() -> str:
    """For ``js_on_load`` of both parts."""
    return (ASSETS / "words" / "words.js").read_text(encoding="utf-8") + "\nmountWords(element, trigger);\n"


def build(site: Site) -> None:
    """Lay the tab out and wire it."""
    form = build_form(site)
    first = _begun(site, form.first) if form.first else None
    bare: dict[str, Any] = {"js_on_load": script(), "apply_default_css": False}
    shown = gr.HTML(board(first) if first else blank(), elem_id="words-board", **bare)
    around = gr.HTML("", elem_id="words-around", **bare)
    play = gr.State(form.first)
    compare.build(site, play)
    _wire(site, form, play, [shown, around])


def _begun(site: Site, play: Play, visitor: str = "") -> Seen:
    return seen(site.catalog, site.remembered, play, visitor)


def looked_at(play: Play) -> Looked | Any:
    """The word that the visitor looks at, for the other tabs; what they looked at before stays without one."""
    return gr.skip() if play.word is None else Looked(play.task, play.text, play.word)


def refuse(message: str) -> list[Any]:
    """What went wrong, in the board's place; the play is kept."""
    return [gr.skip(), blank(message), ""]


def _wire(site: Site, form: WordsForm, play: gr.State, parts: list[gr.HTML]) -> None:
    plays, limits = Plays(), site.settings.limits

    def lay(page: gr.Request, last: Play | None, *given: Any) -> list[Any]:
        """Lay the text out for a new play, unless it is the one that is being played."""
        return begin(visitor_of(page), last, *given)

    def begin(
        visitor: str, last: Play | None, task: str, text: str, hypothesis: str, rules: str, against: Sequence[str]
    ) -> list[Any]:
        last = plays.of(visitor, last)
        if last is not None and last.is_of(task, text, hypothesis):
            return [gr.skip()] * 3
        try:
            begun = new_play(task, text, hypothesis, rules, against, limits=limits)
        except InputError as error:
            plays.clear(visitor)
            return [None, blank(str(error)), ""]
        plays.lay(visitor, begun)
        return [begun, board(_begun(site, begun, visitor)), ""]

    def refresh(brought: Brought, last: Play | None, rules: str, chosen: list[str]) -> list[Any]:
        """The classifiers of the task and the visitor; a new play for a text, or a word, that the visitor brings."""
        task, visitor = brought.task, brought.visitor
        # What the page showed when the tab was opened; the visitor may have clicked since.
        shown, last = last, plays.of(visitor, last)
        asked = brought.wanted or (usual(site.catalog, task) if brought.moved else chosen)
        menu = against_refresh(site, task, brought.moved or bool(brought.wanted), visitor, asked)
        place = brought.place if isinstance(brought.place, int) else None
        if brought.found != brought.own:
            begun = begin(visitor, last, *brought.found, rules, asked)
            fresh = begun[0] if isinstance(begun[0], Play) and place is not None else None
            return [menu, *(show(replace(fresh, word=place), visitor) if fresh else begun)]
        if shown is not None and place == shown.word:
            place = None
        if last is None or (not brought.wanted and place is None):
            return [menu, *[gr.skip()] * 3]
        known = changed(last, rules, asked) if brought.wanted else last
        return [menu, *show(known if place is None else replace(known, word=place), visitor)]

    def step(page: gr.Request, last: Play | None, deed: gr.EventData) -> list[Any]:
        """Do what was clicked; what is known of it is shown at once, without a model and without waiting in line."""
        visitor = visitor_of(page)
        last = plays.of(visitor, last)
        if last is None:
            return [gr.skip()] * 4
        moved = move(last, deed._data)
        return [*show(moved, visitor), looked_at(moved)]

    def change(page: gr.Request, last: Play | None, rules: str, against: list[str]) -> list[Any]:
        """The same swaps by other rules, or asked of others."""
        visitor = visitor_of(page)
        last = plays.of(visitor, last)
        return [gr.skip()] * 3 if last is None else show(changed(last, rules, against), visitor)

    def show(played: Play, visitor: str) -> list[Any]:
        plays.lay(visitor, played)
        known = _begun(site, played, visitor)
        return [played, board(known, "" if known.complete else BUSY), around_panel(known)]

    def ask(page: gr.Request, played: Play | None) -> Iterator[list[Any]]:
        """Ask for what is not known yet."""
        yield [gr.skip()] * 3
        visitor = visitor_of(page)
        played, stop = plays.take(visitor, played)
        for known in words_run.ask(site.catalog, site.remembered, played, visitor, stop) if played else ():
            if plays.keep(visitor, known.play, stop):
                yield [known.play, board(known, "" if known.complete else BUSY), around_panel(known)]

    def restore(page: gr.Request) -> list[Any]:
        """What the page's address asks for."""
        visitor = visitor_of(page)
        play, shown = restored(site, form, from_query(asked_of(page), limits), visitor)
        return [*shown, *([*show(play, visitor), looked_at(play)] if play else [gr.skip()] * 4)]

    outputs = [play, *parts]
    asking, refuse_all = guarded(ask, refuse), lambda message: [*refuse(message), gr.skip()]
    then = site.asks
    # What a visitor does, never a change of a box as such: a box also changes while a link is being restored, and what
    # came of that would overtake the link's own play.
    boxes = (form.texts.text, form.texts.hypothesis)
    typed = [event for box in boxes for event in (box.input, box.blur)]  # what was pasted is no input until one leaves
    for number, event in enumerate((*typed, *(event.then for event in form.begun))):
        event(guarded(lay, refuse), [play, *form.values], outputs, api_name=f"page_words_text_{number}",
              trigger_mode="always_last", **QUIET)  # fmt: skip
    clicked = gr.on([part.select for part in parts], guarded(step, refuse_all), play, [*outputs, site.looked],
                    api_name="page_words", trigger_mode="multiple", **QUIET)  # fmt: skip
    chosen = gr.on([form.rules.input, form.against.input], guarded(change, refuse),
                   [play, form.rules, form.against], outputs, api_name="page_words_rules", **QUIET)  # fmt: skip
    linked = site.page.load(guarded(restore), None, [*form.restored, *outputs, site.looked],
                            api_name="page_words_restore", **QUIET)  # fmt: skip

    def go_on(event: Any, name: str) -> None:
        event.then(asking, play, outputs, api_name=f"page_words_ask_{name}", trigger_mode="multiple", **then)

    for number, event in enumerate((clicked, chosen, linked)):
        go_on(event, str(number))
    site.visits.append(Visit("words", site.tab, form.texts, form.against, lambda task: usual(site.catalog, task),
                             [play, form.rules, form.against], [form.against, *outputs], refresh,
                             lambda event: go_on(event, "opened")))  # fmt: skip

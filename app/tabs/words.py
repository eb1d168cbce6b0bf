"""The Words tab: the visitor is the attacker, word by word, with the answers of everybody at once."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from app import words_run
from app.attack_run import Stops
from app.boundary import guarded
from app.play import Play, from_query, move, new_play
from app.present.words_around import around_panel
from app.present.words_board import blank, board
from app.tabs import QUIET, Site
from app.tabs.words_form import WordsForm, build_form, changed, restored
from app.visitors import visitor_of
from app.words_seen import Seen, seen
from core.resources import ASSETS

CSS = ASSETS / "words" / "words.css"
BUSY = "Asking …"


def script() -> str:
    """For ``js_on_load`` of both parts."""
    return (ASSETS / "words" / "words.js").read_text(encoding="utf-8") + "\nmountWords(element, trigger);\n"


def build(site: Site) -> None:
    """Lay the tab out and wire it."""
    form = build_form(site)
    first = _begun(site, form.first) if form.first else None
    bare = {"js_on_load": script(), "apply_default_css": False}
    shown = gr.HTML(board(first) if first else blank(), elem_id="words-board", **bare)
    around = gr.HTML("", elem_id="words-around", **bare)
    play = gr.State(form.first)
    _wire(site, form, play, [shown, around])


def _begun(site: Site, play: Play, visitor: str = "") -> Seen:
    return seen(site.catalog, site.remembered, play, visitor)


def refuse(message: str) -> list[Any]:
    """What went wrong, in the board's place; the play is kept."""
    return [gr.skip(), blank(message), ""]


def _wire(site: Site, form: WordsForm, play: gr.State, parts: list[gr.HTML]) -> None:
    stops, limits = Stops(), site.settings.limits

    def lay(page: gr.Request, last: Play | None, *given: Any) -> list[Any]:
        """Lay the text out for a new play, unless it is the one that is being played."""
        task, text, hypothesis, rules, against = given
        if last is not None and last.is_of(task, text, hypothesis):
            return [gr.skip()] * 3
        stops.stop(visitor_of(page))
        if not (text or "").strip():
            return [None, blank(), ""]
        begun = new_play(task, text, hypothesis, rules, against, limits=limits)
        return [begun, board(_begun(site, begun, visitor_of(page))), ""]

    def step(page: gr.Request, last: Play | None, deed: gr.EventData) -> list[Any]:
        """Do what was clicked; what is known of it is shown at once, without a model and without waiting in line."""
        if last is None:
            return [gr.skip()] * 3
        return show(move(last, deed._data), visitor_of(page))

    def change(page: gr.Request, last: Play | None, rules: str, against: list[str]) -> list[Any]:
        """The same swaps by other rules, or asked of others."""
        return [gr.skip()] * 3 if last is None else show(changed(last, rules, against), visitor_of(page))

    def show(played: Play, visitor: str) -> list[Any]:
        stops.arm(visitor)
        known = _begun(site, played, visitor)
        return [played, board(known, "" if known.complete else BUSY), around_panel(known)]

    def ask(page: gr.Request, played: Play | None) -> Iterator[list[Any]]:
        """Ask for what is not known yet."""
        yield [gr.skip()] * 3
        visitor = visitor_of(page)
        stop = stops.flag(visitor)
        for known in words_run.ask(site.catalog, site.remembered, played, visitor, stop) if played else ():
            if not stop():
                yield [known.play, board(known, "" if known.complete else BUSY), around_panel(known)]

    def restore(page: gr.Request) -> list[Any]:
        """What the page's address asks for."""
        visitor = visitor_of(page)
        play, shown = restored(site, form, from_query(dict(page.query_params), limits), visitor)
        return [*shown, *(show(play, visitor) if play else [gr.skip()] * 3)]

    outputs = [play, *parts]
    asking = guarded(ask, refuse)
    then = {"show_progress": "hidden", "api_visibility": "undocumented", **site.settings.model_queue}
    for text in (form.texts.text, form.texts.hypothesis):
        text.change(guarded(lay, refuse), [play, *form.values], outputs, api_name="page_words_text", **QUIET)
    clicked = gr.on([part.select for part in parts], guarded(step, refuse), play, outputs, api_name="page_words",
                    trigger_mode="multiple", **QUIET)  # fmt: skip
    chosen = gr.on([form.rules.input, form.against.input], guarded(change, refuse),
                   [play, form.rules, form.against], outputs, api_name="page_words_rules", **QUIET)  # fmt: skip
    linked = site.page.load(guarded(restore), None, [*form.restored, *outputs], api_name="page_words_restore", **QUIET)
    for number, event in enumerate((clicked, chosen, linked)):
        event.then(asking, play, outputs, api_name=f"page_words_ask_{number}", trigger_mode="multiple", **then)

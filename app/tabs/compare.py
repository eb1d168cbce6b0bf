"""Before and after, under the Words board: what the swaps did to the importance of every word, and is it faithful?"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from app import words_run, work
from app.boundary import guarded
from app.figures import deletion_figure
from app.play import Play
from app.present import compare as present
from app.present.answer import waiting
from app.present.html import notice
from app.present.importance import METHODS
from app.say import say
from app.tabs import Site
from app.visitors import visitor_of
from core.analysis.before_after import METHODS as COMPARED
from core.tasks import get_task


def build(site: Site, play: gr.State) -> None:
    """Lay the panel out; ``play`` holds what is on the board."""
    with gr.Column(elem_classes="fb-block", elem_id="compare"):
        gr.HTML(present.heading())
        with gr.Row(elem_classes="fb-dice"):
            names = [(title, name) for title, name in METHODS.items() if name in COMPARED]
            method = gr.Radio(names, value=names[0][1], label=say("Measured by"), elem_id="compare-method")
            go = gr.Button(say("Compare"), elem_id="compare-go", scale=0, min_width=160, size="md")
        shown = gr.HTML(elem_id="compare-shown", apply_default_css=False)
        said = gr.HTML(elem_id="deletion-said", apply_default_css=False)
        plot = gr.Plot(show_label=False, container=False, elem_id="deletion", visible=False)
    begun = gr.State(False)

    def compare(page: gr.Request, played: Play | None, measure: str) -> Iterator[dict[Any, Any]]:
        """Importance before and after the swaps, then the deletion curves of the original text."""
        if played is None:
            yield {shown: present.unplayed()}
            return
        visitor, swaps, whose = visitor_of(page), played.swaps, say("Your swaps")
        yield {shown: waiting(say("Asking …")), said: "", plot: gr.Plot(visible=False), begun: True}
        if not swaps:
            whose = say("TextFooler's swaps")
            asked = replace(played, par=True, word=None)
            for known in words_run.ask(site.catalog, site.remembered, asked, visitor):
                yield {shown: waiting(say("TextFooler has asked {n} questions …", n=known.asking))}
            if known.par is None or not known.par.swaps:
                yield {shown: present.unfooled(known.par.reason if known.par else say("it was stopped"))}
                return
            swaps = tuple((index, new) for index, _, new in known.par.swaps)
        found = work.before_after(site.catalog, played.task, played.example, swaps, measure)
        yield {
            shown: present.compared(played.task, played.text, found, whose),
            said: waiting(say("Taking words out …")),
        }
        faith = work.faithfulness(site.catalog, played.task, played.example, played.seed)
        label = get_task(played.task).labels[faith.label]
        yield {said: present.faithful(faith, label), plot: gr.Plot(deletion_figure(faith, label), visible=True)}

    def again(page: gr.Request, asked: bool, played: Play | None, measure: str) -> Iterator[dict[Any, Any]]:
        """By another measure, if anything was compared."""
        yield {begun: asked}
        if asked:
            yield from compare(page, played, measure)

    shared = site.asks
    outputs = [shown, said, plot, begun]

    def refuse(message: str) -> dict[Any, Any]:
        return {shown: notice(message), said: ""}

    go.click(guarded(compare, refuse), [play, method], outputs, api_name="page_compare", **shared)
    method.input(guarded(again, refuse), [begun, play, method], outputs, api_name="page_compare_method", **shared)

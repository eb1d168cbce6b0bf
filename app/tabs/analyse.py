"""The Analyse tab: one text, and everything the models say about it, streamed in the order of the computation."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from app import work
from app.as_code import analysis_code
from app.boundary import guarded
from app.controls import link_of, read_controls
from app.looked import Looked, choice_of
from app.noise_dial import NoiseView, choices
from app.permalink import Link, parse_seed
from app.present.analysis import PANELS, panels, welcome
from app.present.answer import refusal, waiting
from app.present.footer import footer
from app.present.importance import heading as importance_heading
from app.tabs import Site, dice, noise
from app.tabs.inputs import build_inputs
from app.tabs.texts import Brought, changing
from app.visitors import visitor_of
from core.analysis.request import AnalysisRequest, make_example


def read_request(
    site: Site, task: str, text: str, hypothesis: str, model: str, seed: Any, *settings: Any
) -> AnalysisRequest:
    """The request that the inputs show; errors say what is wrong with them."""
    example = make_example(task, text, hypothesis, site.settings.limits.characters)
    return AnalysisRequest(task, example, read_controls(task, settings), parse_seed(seed), model)


def build(site: Site) -> None:
    """Lay the tab out and wire it."""
    inputs = build_inputs(site)
    status = gr.HTML(elem_id="analyse-status")
    shown = {"answer": gr.HTML(welcome(), elem_id="panel-answer")}
    with gr.Column(visible=False, elem_classes="fb-block", elem_id="importance") as block:
        gr.HTML(importance_heading())
        inputs.method.render()
        shown["importance"] = gr.HTML(elem_id="panel-importance")
    shown |= {name: gr.HTML(elem_id=f"panel-{name}") for name in PANELS if name not in shown}
    request, query = gr.State(), gr.Textbox(visible=False, elem_id="query")
    with gr.Column(visible=False, elem_id="more") as more:
        with gr.Column(elem_classes="fb-block", elem_id="noise"):
            noise_panel = noise.build(site, request, query)
        with gr.Column(elem_classes="fb-block", elem_id="dice"):
            dice_events = dice.build(site, request)
    made = gr.HTML(elem_id="analyse-footer")
    outputs = [status, *shown.values(), made, request, query, block, more, *noise_panel.set_up]
    before = [request, noise_panel.dial, site.looked]

    def refuse(message: str) -> dict[Any, Any]:
        blank = dict.fromkeys([*shown.values(), made], "")
        return {
            **blank,
            status: refusal(message),
            request: None,
            query: "",
            block: gr.Column(visible=False),
            more: gr.Column(visible=False),
        }

    def run(
        page: gr.Request, former: AnalysisRequest | None, step: float, looked: Looked | None, *given: Any,
        view: NoiseView | None = None,
    ) -> Iterator[dict[Any, Any]]:  # fmt: skip
        """Analyse the text: the answer, importance, votes and re-worded texts, stage by stage."""
        asked, visitor = read_request(site, *given), visitor_of(page)
        title = site.catalog.title(asked.task, asked.model, visitor)
        loaded = site.catalog.is_loaded(asked.task, asked.model)
        message = "Asking the models …" if loaded else "Loading the models; the first time takes some seconds …"
        yield {status: waiting(message), made: "", request: None}
        started, panes = time.perf_counter(), {}
        std = site.classifier(asked, visitor).embedding_std
        for known in work.analysis(site.catalog, asked, visitor):
            html = panels(known, site.catalog.is_small(asked.task, asked.model), title)
            panes = {shown[name]: content for name, content in html.items()} | {block: gr.Column(visible=True)}
            yield panes
        link, read = link_of(asked, std), known.importances.ranked if known.importances else ()
        words = choices(known.five.words if known.five else (), read)
        # All panels once more: of stages that follow each other at once, a browser that is busy may show the last only.
        yield (
            panes
            | {
                status: "",
                made: footer(known, link, time.perf_counter() - started, analysis_code(link, site.plain(asked.task))),
                request: asked,
                more: gr.Column(visible=True),
            }
            | dict(zip(noise_panel.set_up, noise.after(site, asked, words, former, step, looked, view), strict=True))
        )

    def run_if(page: gr.Request, wanted: Any, *given: Any) -> Iterator[dict[Any, Any]]:
        """Analyse what a link holds, if it holds a text; or what is shown, with another model, if anything is."""
        # A generator that yields nothing would set every output to None.
        yield {status: ""}
        if wanted:
            yield from run(page, *given, view=wanted.view if isinstance(wanted, Link) else None)

    def refresh(brought: Brought, *given: Any) -> list[Any]:
        """As the inputs have it; and the noise is on the word that the visitor brings along."""
        asked, chosen = given[-1], None
        if asked is not None and (asked.task, asked.text) == (brought.task, changing(*brought.found)):
            chosen = choice_of(brought.place, asked)
        return [*inputs.visit.refresh(brought, *given[:-1]), gr.skip() if chosen is None else chosen]

    running = guarded(run, refuse)
    shared = site.asks
    unnamed = {**shared, "api_visibility": "private"}

    def wire(trigger: Any, name: str, handler: Any = running, given: Any = (*before, *inputs.values)) -> list[Any]:
        asked = trigger(handler, list(given), outputs, api_name=name, **shared)
        drawn = asked.then(noise_panel.draw, noise_panel.inputs, noise_panel.outputs, **unnamed)
        drawn.then(None, query, js=noise.ADDRESS)
        return [asked, drawn]

    started = [event for trigger, name in inputs.triggers for event in wire(trigger, name)]
    running_if = guarded(run_if, refuse)
    started += wire(inputs.linked.then, "page_link", running_if, [inputs.wanted, *before, *inputs.values])
    started += wire(inputs.model.input, "page_model", running_if, [request, *before, *inputs.values])
    inputs.stop.click(None, cancels=[*started, *noise_panel.stop, *dice_events])

    def draw_on(opened: Any) -> None:
        drawn = opened.then(noise_panel.draw_new, noise_panel.inputs, noise_panel.outputs, **unnamed)
        drawn.then(None, query, js=noise.ADDRESS)

    visit = inputs.visit
    site.visits.append(replace(visit, inputs=[*visit.inputs, request], outputs=[*visit.outputs, noise_panel.focus],
                               refresh=refresh, then=draw_on))  # fmt: skip

"""The Analyse tab: one text, and everything the models say about it, streamed in the order of the computation."""

import time
from collections.abc import Iterator
from typing import Any

import gradio as gr

from app import work
from app.as_code import analysis_code
from app.boundary import guarded
from app.controls import described, read_controls
from app.noise_dial import choices, dial_for, first_with_neighbors
from app.permalink import Link, parse_seed, to_query
from app.present.analysis import PANELS, panels, welcome
from app.present.answer import refusal, waiting
from app.present.footer import footer
from app.present.importance import heading as importance_heading
from app.tabs import Site, dice, noise
from app.tabs.inputs import build_inputs
from app.visitors import visitor_of
from core.analysis.request import AnalysisRequest, make_example


def read_request(
    site: Site, task: str, text: str, hypothesis: str, model: str, seed: Any, *settings: Any
) -> AnalysisRequest:
    """The request that the inputs show; errors say what is wrong with them."""
    example = make_example(task, text, hypothesis, site.settings.limits.characters)
    return AnalysisRequest(task, example, read_controls(task, settings), parse_seed(seed), model)


def link_of(request: AnalysisRequest, embedding_std: float) -> Link:
    """The permalink of a request to a model with that coordinate std."""
    preset, changes = described(request.task, request.settings, embedding_std)
    texts = request.example.text_a, request.example.text_b or ""
    return Link("analyse", request.task, *texts, preset, request.seed, changes, request.model)


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
            noise_panel = noise.build(site, request)
        with gr.Column(elem_classes="fb-block", elem_id="dice"):
            dice_events = dice.build(site, request)
    made = gr.HTML(elem_id="analyse-footer")
    outputs = [status, *shown.values(), made, request, query, block, more, noise_panel.dial, noise_panel.focus]

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

    def run(page: gr.Request, *given: Any) -> Iterator[dict[Any, Any]]:
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
        yield panes | {
            status: "",
            made: footer(known, link, time.perf_counter() - started, analysis_code(link, site.plain(asked.task))),
            request: asked,
            query: to_query(link),
            noise_panel.dial: dial_for(asked),
            noise_panel.focus: gr.Dropdown(words, value=first_with_neighbors(words, site.shelf.lexicon())),
            more: gr.Column(visible=True),
        }

    def run_if(page: gr.Request, wanted: Any, *given: Any) -> Iterator[dict[Any, Any]]:
        """Analyse what a link holds, if it holds a text; or what is shown, with another model, if anything is."""
        # A generator that yields nothing would set every output to None.
        yield {status: ""}
        if wanted:
            yield from run(page, *given)

    running = guarded(run, refuse)
    shared = site.asks
    unnamed = {**shared, "api_visibility": "private"}

    def wire(trigger: Any, name: str, handler: Any = running, given: Any = inputs.values) -> list[Any]:
        asked = trigger(handler, given, outputs, api_name=name, **shared)
        linked = asked.then(
            None,
            query,
            js="(q) => { if (q && !document.documentElement.dataset.embed) history.replaceState(null, '', '?' + q); }",
        )
        return [asked, linked.then(noise_panel.draw, noise_panel.inputs, noise_panel.outputs, **unnamed)]

    started = [event for trigger, name in inputs.triggers for event in wire(trigger, name)]
    running_if = guarded(run_if, refuse)
    started += wire(inputs.linked.then, "page_link", running_if, [inputs.wanted, *inputs.values])
    started += wire(inputs.model.input, "page_model", running_if, [request, *inputs.values])
    inputs.stop.click(None, cancels=[*started, *noise_panel.stop, *dice_events])

"""The Benchmark tab's live part: a small ladder, climbed while the visitor watches, stopped whenever they like."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from app.as_code import ladder_command
from app.attack_run import Stops
from app.boundary import guarded
from app.entrants import choices
from app.present import ladder as present
from app.present.html import notice, panel
from app.small_ladder import DRAWS, ROWS, climb_small, small_tasks
from app.tabs import QUIET, Site
from app.visitors import visitor_of
from core.tasks import MNLI, get_task, task_names

LEAD = (
    f"{ROWS} labelled texts written for this project, one attacker after another, here and now: TextFooler, then a "
    "search that guesses which swaps are worth asking about. So few texts make a wide interval: the bars above are the "
    "measured ones."
)


def build(site: Site) -> None:
    """Lay it out; models are loaded when it runs."""
    stops = Stops()
    first = MNLI.name
    with gr.Column(elem_classes="fb-block", elem_id="small-ladder"):
        gr.HTML(panel("Run a small one now", LEAD, ""), apply_default_css=False)
        with gr.Row(elem_classes="fb-dials"):
            tasks = [(get_task(name).title, name) for name in small_tasks(task_names())]
            task = gr.Dropdown(tasks, value=first, label="Task", filterable=False, elem_id="small-task")
            against = gr.Dropdown(choices(site.catalog, first), value="plain", label="Classifier", filterable=False,
                                  elem_id="small-against")  # fmt: skip
        with gr.Row(elem_classes="fb-actions"):
            go = gr.Button("Run", variant="primary", scale=0, min_width=120, elem_id="small-go")
            halt = gr.Button("Stop", scale=0, min_width=120, elem_id="small-stop")
        said = gr.HTML("", elem_id="small-said", apply_default_css=False)
        bars = gr.HTML("", elem_id="small-bars", apply_default_css=False)

    def offer(name: str, request: gr.Request) -> Any:
        """The classifiers of a task."""
        return gr.Dropdown(choices=choices(site.catalog, name, visitor_of(request)), value="plain")

    def arm(request: gr.Request) -> tuple[str, str]:
        """What this visitor had running ends."""
        stops.arm(visitor_of(request))
        return present.live("Waiting for the classifier."), ""

    def run(request: gr.Request, name: str, chosen: str) -> Iterator[tuple[str, str]]:
        """Climb, and show every step."""
        visitor, command = visitor_of(request), ladder_command(name, chosen, ROWS, DRAWS, site.plain(name))
        for step in climb_small(site.catalog, name, chosen, stops.flag(visitor), visitor, command=command):
            yield present.live(step.status), present.climbed(step.rungs, command) if step.rungs else ""

    def stop(request: gr.Request) -> None:
        """Stop what runs or waits."""
        stops.stop(visitor_of(request))

    task.input(guarded(offer), task, against, api_name="page_small_task", **QUIET)
    armed = go.click(guarded(arm), None, [said, bars], api_name="page_small_arm", **QUIET)
    armed.then(guarded(run, lambda message: (notice(message), "")), [task, against], [said, bars],
               api_name="page_small_run", **site.asks)  # fmt: skip
    halt.click(guarded(stop), None, None, api_name="page_small_stop", **QUIET)

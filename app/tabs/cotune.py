"""The Co-tune tab: choose rows and settings, see the cost, watch it learn, compare, take the model along."""

import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import gradio as gr

from app.boundary import declare, guarded
from app.cotune_request import dials, make_request, sample_rows
from app.cotune_rows import check_size, read_sheet
from app.cotune_run import Desk, follow
from app.cotune_view import CotuneView, to_record
from app.figures import accuracy_figure, loss_figure
from app.jobs import Jobs
from app.present import cotune as present
from app.present.html import notice, take_away
from app.tabs import QUIET, Site
from app.tabs.cotune_form import CotuneForm, build_form, read_form, tasks_of
from app.visitors import visitor_of
from core.errors import InputError
from core.tasks import get_task

FIGURE_SECONDS = 1.5


def build(site: Site) -> None:
    """Lay the tab out and wire it; one sentence where co-tuning is off."""
    limits = site.settings.cotune
    if limits.jobs == 0 or not tasks_of(site):
        gr.HTML(present.switched_off(), elem_id="cotune-off")
        return
    desk = Desk(Jobs(limits.jobs), site.shelf, limits.minutes, site.cotune)
    gr.HTML(present.heading(), elem_id="cotune-heading")
    form = build_form(site)
    status = gr.HTML(elem_id="cotune-status")
    numbers = gr.HTML(elem_id="cotune-numbers")
    with gr.Row(elem_classes="fb-curves", visible=False, elem_id="cotune-curves") as curves:
        with gr.Column(min_width=300, elem_classes="fb-block"):
            gr.HTML(f'<h3 class="fb-curve-title">Loss {take_away("#cotune-loss", "loss")}</h3>')
            loss = gr.Plot(show_label=False, container=False, elem_id="cotune-loss")
        with gr.Column(min_width=300, elem_classes="fb-block"):
            gr.HTML(
                f'<h3 class="fb-curve-title">Accuracy on held-out rows {take_away("#cotune-accuracy", "accuracy")}</h3>'
            )
            accuracy = gr.Plot(show_label=False, container=False, elem_id="cotune-accuracy")
    result = gr.HTML(elem_id="cotune-result")
    download = gr.DownloadButton("Download the model (zip)", visible=False, elem_id="cotune-download", scale=0)
    _wire(site, desk, form, [status, numbers, curves, loss, accuracy, result, download])
    _declare(site, desk)


def _wire(site: Site, desk: Desk, form: CotuneForm, outputs: list[Any]) -> None:
    def run(request: gr.Request, *given: Any) -> Iterator[list[Any]]:
        """Co-tune and stream how it goes."""
        visitor = visitor_of(request)
        for view, drawn in _paced(_kept(site, visitor, follow(desk, visitor, read_form(*given)))):
            yield ["", gr.Button(interactive=view.over), *shown(view, drawn)]

    def refuse(message: str) -> list[Any]:
        return [notice(message), gr.skip(), *[gr.skip()] * len(outputs)]

    def ready() -> Any:
        """The button may be pressed again."""
        return gr.Button(interactive=True)

    def halt(request: gr.Request) -> None:
        """Stop the run, or leave the line."""
        desk.jobs.stop(visitor_of(request))

    def leave(request: gr.Request) -> None:
        """The page is closed: end what runs; what was made is forgotten with the visitor."""
        desk.jobs.stop(visitor_of(request), leaving=True)

    started = form.go.click(
        guarded(run, refuse), form.values, [form.warning, form.go, *outputs], api_name="page_cotune",
        concurrency_id="cotune", concurrency_limit=desk.jobs.limit + desk.jobs.waiting + 2, show_progress="hidden",
        api_visibility="undocumented",
    )  # fmt: skip
    started.then(ready, None, form.go, api_name="page_cotune_ready", **QUIET)
    form.stop.click(guarded(halt), None, None, api_name="page_cotune_stop", **QUIET)
    site.page.unload(leave)


def _kept(site: Site, visitor: str, views: Iterable[CotuneView]) -> Iterator[CotuneView]:
    """The views; a model that was made is put beside the visitor's others, under a title of its own."""
    for view in views:
        if view.made is not None:
            number = len(site.visitors.of(visitor, view.made.classifier.task.name)) + 1
            title = view.made.title if number == 1 else f"{view.made.title} ({number})"
            site.visitors.add(visitor, title, view.made.classifier)
            view = replace(view, made=replace(view.made, title=title))
        yield view


def _paced(views: Iterable[CotuneView]) -> Iterator[tuple[CotuneView, bool]]:
    """Each view, and whether its curves are drawn: when they changed, every second or two at most, and at the end."""
    drawn, last = (-1, -1), 0.0
    for view in views:
        due = time.monotonic() - last >= FIGURE_SECONDS or view.finished is not None
        draw = view.curves != drawn and due
        if draw:
            drawn, last = view.curves, time.monotonic()
        yield view, draw


def shown(view: CotuneView, drawn: bool) -> list[Any]:
    """The outputs of the tab: status, numbers, the row of curves, both figures, the result, the download."""
    figures: list[Any] = [gr.skip()] * 3
    if drawn and view.started is not None and view.steps:
        total = view.started.steps
        figures = [gr.Row(visible=True), loss_figure(view.steps, total), accuracy_figure(view.evaluations, total)]
    elif not view.steps:
        figures = [gr.Row(visible=False), None, None]
    made = view.made
    file = gr.DownloadButton(value=str(made.zipped), visible=True) if made else gr.DownloadButton(visible=False)
    return [present.status(view), present.numbers(view), *figures, present.result(view), file]


def _declare(site: Site, desk: Desk) -> None:
    def co_tune(
        request: gr.Request, task: str, csv: str = "", epochs: int = 3, alternatives: int = 0, words: int = 0,
        weight: float = 1.0, rate: float = 0.0, held_out: int = 30, seed: int = 0,
    ) -> Iterator[dict[str, Any]]:  # fmt: skip
        """Co-tune the task's built-in model on labelled rows: a stream of events, the comparison and the model last.

        The last record, Made, holds the model's folder as a zip in base64. One run at a time for each caller; the
        limits are the page's.

        Args:
            request: Filled in by the server.
            task: imdb or mnli.
            csv: The text of a CSV with a header: text,label or text,text2,label. Empty: the built-in sample.
            epochs: How often every row is learned from.
            alternatives: Re-worded versions of each row, drawn anew each epoch; 0 for the task's own number.
            words: Words replaced in each alternative, at most; 0 for the task's own number.
            weight: How much an alternative counts in the loss; a row counts 1.
            rate: Highest learning rate; 0 for the tab's own.
            held_out: Rows kept from training, per cent.
            seed: Of every random draw.
        """
        rows = _rows_of(site, task, csv)
        own = dials(task)
        given = (
            epochs, alternatives or own["alternatives"], words or own["words"], weight, rate or own["rate"], held_out,
            seed,
        )  # fmt: skip
        asked = make_request(task, rows, f"{len(rows)} rows of {'a file' if csv else 'the built-in sample'}", given)
        visitor, told = visitor_of(request) or uuid.uuid4().hex, 0
        for view in _kept(site, visitor, follow(desk, visitor, asked)):
            for event in view.events[told:]:
                yield to_record(event)
            told = len(view.events)

    declare(co_tune, concurrency_id="cotune")


def _rows_of(site: Site, task: str, content: str) -> Any:
    if not content:
        return sample_rows(get_task(task).name)
    check_size(len(content), site.settings.cotune)
    try:
        encoded = content.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(f"Character {error.start + 1} is half of a surrogate pair, no text. Take it out.") from None
    return read_sheet(encoded, get_task(task), site.settings.cotune).rows

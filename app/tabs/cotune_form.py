"""The upper part of the Co-tune tab: the task, whose rows, the dials, and what it will all cost."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from app.boundary import guarded
from app.cotune_request import RANGES, SAMPLES, CotuneRequest, Paces, dials, estimate, make_request, sample_rows
from app.cotune_rows import KINDS, Sheet, check_size, read_sheet
from app.cotune_run import check_built_in
from app.present import cotune as present
from app.present.html import notice
from app.tabs import QUIET, Site
from core.errors import ConfigError
from core.tasks import about, get_task

SAMPLE, FILE = "sample", "file"
SOURCES = {SAMPLE: "our sample", FILE: "a file of your own"}
_TITLES = {
    "epochs": ("Epochs", "how often every row is learned from"),
    "alternatives": ("Alternatives a row", "re-worded versions, drawn anew each epoch"),
    "words": ("Words replaced", "in each alternative, at most"),
    "weight": ("Weight of alternatives", "in the loss; a row itself counts 1"),
    "rate": ("Learning rate", "highest, after the warm-up"),
    "held_out": ("Held out, per cent", "rows kept from training, to measure on"),
    "seed": ("Seed", "of every random draw"),
}


@dataclass(frozen=True)
class CotuneForm:
    """``values`` in the order of :func:`read_form`; ``warning`` is where a message about them stands."""

    values: list[Any]
    warning: gr.HTML
    go: gr.Button
    stop: gr.Button


def read_form(task: str, source: str, sheet: Sheet | None, *given: Any) -> CotuneRequest:
    """The request that the form shows. Raises a FireBertError that says what to change."""
    if source == FILE and sheet is None:
        raise ConfigError("Upload a CSV first, or choose the built-in sample.")
    rows = sheet.rows if source == FILE and sheet else sample_rows(task)
    said = f"{len(rows)} rows of a visitor's file" if source == FILE else f"{len(rows)} rows of the built-in sample"
    return make_request(task, rows, said, given)


def tasks_of(site: Site) -> list[str]:
    """Tasks that can be co-tuned on here: those with a sample to begin with."""
    return [name for name in site.shelf.task_names() if (SAMPLES / f"{name}.csv").is_file()]


def build_form(site: Site) -> CotuneForm:
    """Lay the form out and wire what happens inside it."""
    names = tasks_of(site)
    first, limits, paces = names[0], site.settings.cotune, Paces(site.shelf)
    with gr.Row(elem_classes="fb-inputs"):
        with gr.Column(scale=5, min_width=300):
            task = gr.Radio([(_task_title(name), name) for name in names], value=first, label="What kind of text?",
                            elem_id="cotune-task")  # fmt: skip
            source = gr.Radio([("The built-in sample", SAMPLE), ("A CSV of your own", FILE)], value=SAMPLE,
                              label="Which rows?", elem_id="cotune-source")  # fmt: skip
            with gr.Row(elem_classes="fb-buttons"):
                upload = gr.UploadButton("Upload a CSV", file_types=[*KINDS, ".txt"], type="filepath",
                                         size="md", min_width=150, elem_id="cotune-upload")  # fmt: skip
                sample = gr.DownloadButton("Sample as CSV", str(SAMPLES / f"{first}.csv"), size="md", min_width=150,
                                           elem_id="cotune-sample")  # fmt: skip
            data = gr.HTML(_sample_said(first), elem_id="cotune-data")
            rules = gr.HTML(present.rules(get_task(first), limits), elem_id="cotune-rules")
        with gr.Column(scale=5, min_width=300):
            knobs = _dials(first)
            cost = gr.HTML(elem_id="cotune-cost")
            with gr.Row(elem_classes="fb-buttons"):
                go = gr.Button("Start co-tuning", variant="primary", elem_id="cotune-start", scale=2)
                stop = gr.Button("Stop", elem_id="cotune-stop", scale=0, min_width=90)
            warning = gr.HTML(elem_id="cotune-warning")
    sheet = gr.State()
    values = [task, source, sheet, *knobs]

    def show_cost(*given: Any) -> str:
        """What a run with these settings would cost."""
        check_built_in(site.shelf, get_task(given[0]))
        return present.cost_said(estimate(read_form(*given), paces.of(given[0])), limits.minutes)

    def tick_cost(*given: Any) -> tuple[str, gr.Timer]:
        """The same, until this machine's pace is known."""
        known = paces.of(given[0]) is not None
        return show_cost(*given), gr.Timer(active=not known)

    def choose_task(name: str) -> list[Any]:
        """A task's sample, file rules and dials; an upload for another task is forgotten."""
        file = gr.DownloadButton(value=str(SAMPLES / f"{name}.csv"))
        said = [_sample_said(name), present.rules(get_task(name), limits)]
        return [SAMPLE, None, file, *said, *dials(name).values(), "", gr.Timer(active=True)]

    def choose_source(name: str, chosen: str, held: Sheet | None) -> tuple[str, str]:
        """Say which rows are meant."""
        if chosen == SAMPLE:
            return _sample_said(name), ""
        return present.data_said(held, get_task(name), "Your file") if held else "", ""

    def take_file(name: str, path: str) -> list[Any]:
        """Read an uploaded CSV, and delete it."""
        found = _read_upload(site, name, path)
        return [FILE, found, present.data_said(found, get_task(name), "Your file"), ""]

    def refuse_file(message: str) -> list[Any]:
        # An earlier file is let go: a run on it would not be what the visitor just asked for.
        return [FILE, None, "", notice(message)]

    timer = gr.Timer(3.0)
    costing = guarded(show_cost, notice)
    timer.tick(guarded(tick_cost, lambda message: (notice(message), gr.Timer(active=False))), values, [cost, timer],
               api_name="page_cotune_pace", **QUIET)  # fmt: skip
    for event, name in (
        (task.input(guarded(choose_task), task, [source, sheet, sample, data, rules, *knobs, warning, timer],
                    api_name="page_cotune_task", **QUIET), "task"),
        (source.input(guarded(choose_source), [task, source, sheet], [data, warning], api_name="page_cotune_source",
                      **QUIET), "source"),
        (upload.upload(guarded(take_file, refuse_file), [task, upload], [source, sheet, data, warning],
                       api_name="page_cotune_file", **QUIET), "file"),
    ):  # fmt: skip
        event.then(costing, values, cost, api_name=f"page_cotune_cost_{name}", **QUIET)
    gr.on([knob.change for knob in knobs], costing, values, cost, api_name="page_cotune_cost", **QUIET)
    return CotuneForm(values, warning, go, stop)


def _read_upload(site: Site, task: str, path: str) -> Sheet:
    file, limits = Path(path), site.settings.cotune
    try:
        check_size(file.stat().st_size, limits)
        return read_sheet(file.read_bytes(), get_task(task), limits, file.suffix.lower())
    finally:
        file.unlink(missing_ok=True)


def _dials(task: str) -> list[Any]:
    at = dials(task)

    def dial(name: str) -> Any:
        title, info = _TITLES[name]
        low, high, step = RANGES[name]
        said: dict[str, Any] = {"value": at[name], "label": title, "info": info}
        said["elem_id"] = f"cotune-{name.replace('_', '-')}"
        if name in ("rate", "seed"):
            return gr.Number(minimum=low, maximum=high, precision=0 if name == "seed" else None, step=step, **said)
        return gr.Slider(low, high, step=step, **said)

    with gr.Row(elem_classes="fb-settings"):
        shown = [dial(name) for name in ("epochs", "alternatives")]
    with gr.Accordion("More settings", open=False, elem_id="cotune-more"), gr.Row(elem_classes="fb-settings"):
        shown += [dial(name) for name in list(RANGES)[2:]]
    return shown


def _sample_said(task: str) -> str:
    return present.data_said(Sheet(sample_rows(task)), get_task(task), "Our own sample")


def _task_title(name: str) -> str:
    return about(get_task(name)).many

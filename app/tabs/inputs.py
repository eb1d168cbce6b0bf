"""The upper part of the Analyse tab: task, texts, model, examples, seed, and a control for every setting."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.boundary import guarded
from app.catalog import Catalog, gone_words
from app.controls import TITLES, control, group_of, linked_settings, preset_values
from app.permalink import from_query
from app.present.examples import example_note
from app.present.html import notice
from app.present.importance import METHODS
from app.tabs import QUIET, Site
from app.visitors import OWN, visitor_of
from core.analysis.request import setting_specs, to_flat
from core.defenses.registry import PLAIN
from core.examples import load_examples
from core.tasks import get_task

OWN_PLACE = "importance.method"
"""This control stands beside the importance panel rather than among the settings."""
SETTINGS_LEAD = "Every number the methods use. Ours keep the clean accuracy; the paper's are those it calls best."


@dataclass(frozen=True)
class Inputs:
    """``values`` in the order of ``read_request``; ``triggers`` start an analysis, each with a name for its endpoint.

    ``linked`` is the event that restores a link; ``wanted`` is then True if the link has something to analyse.
    """

    values: list[Any]
    model: gr.Radio
    method: gr.Radio
    stop: gr.Button
    triggers: list[tuple[Callable[..., Any], str]]
    linked: Any
    wanted: gr.State


def build_inputs(site: Site) -> Inputs:
    """Lay the inputs out and wire what happens among them."""
    names = site.shelf.task_names()
    first = get_task(names[0])
    start = load_examples(first.name)
    controls: dict[str, Any] = dict.fromkeys(setting_specs())
    values = dict(zip(controls, preset_values(first.name, "shipped", 1.0), strict=True))
    with gr.Row(elem_classes="fb-inputs"):
        with gr.Column(scale=5, min_width=320):
            choices = [(_task_title(name), name) for name in names]
            task = gr.Radio(choices, value=first.name, label="What kind of text?", elem_id="task")
            text = gr.Textbox(start[0].text_a if start else "", label=_label(first.name, 0), lines=4, max_lines=12,
                              elem_id="text", placeholder="Write or paste here")  # fmt: skip
            hypothesis = gr.Textbox((start[0].text_b or "") if start else "", label="Hypothesis (does it follow?)",
                                    lines=2, visible=first.is_pair, elem_id="hypothesis")  # fmt: skip
            model = _models(site.catalog, first.name)
            with gr.Row(elem_classes="fb-buttons"):
                go = gr.Button("Analyse", variant="primary", elem_id="analyse", scale=2)
                stop = gr.Button("Stop", elem_id="stop", scale=0, min_width=90)
        with gr.Column(scale=4, min_width=300):
            menus = {name: _menu(name, visible=name == first.name) for name in names}
            note = gr.HTML(example_note(start[0]) if start else "", elem_id="example-note")
    with gr.Accordion("Settings", open=False, elem_id="settings"):
        gr.HTML(f'<p class="fb-lead">{SETTINGS_LEAD}</p>')
        with gr.Row(elem_classes="fb-presets"):
            ours = gr.Button("Our values", size="sm", scale=0, min_width=140, elem_id="ours")
            paper = gr.Button("Paper's values", size="sm", scale=0, min_width=140, elem_id="paper")
            seed = gr.Number(0, label="Seed", precision=0, scale=0, min_width=120, elem_id="seed")
        for group, title in TITLES.items():
            gr.HTML(f'<h3 class="fb-group">{title}</h3>')
            with gr.Row(elem_classes="fb-settings"):
                for name in controls:
                    if group_of(name) == group and name != OWN_PLACE:
                        controls[name] = control(name, values[name])
    controls[OWN_PLACE] = gr.Radio(list(METHODS.items()), value=values[OWN_PLACE], label="Measured by", render=False,
                                   elem_id="method")  # fmt: skip
    texts, settings, wanted = [task, text, hypothesis], list(controls.values()), gr.State(False)

    def choose_task(page: gr.Request, name: str) -> list[Any]:
        """Show the boxes, models, examples and settings of a task, with its first example."""
        return [*_example_boxes(name), _models(site.catalog, name, visitor_of(page)),
                example_note(load_examples(name)[0]), *_visible(menus, name),
                *preset_values(name, "shipped", 1.0)]  # fmt: skip

    def offer_models(page: gr.Request, name: str, chosen: str) -> Any:
        """The models of this visitor, when the tab is opened; what was chosen stays if it is still there."""
        visitor = visitor_of(page)
        # Nothing to add for most, and a link that is being restored must not be overtaken.
        if not (site.catalog.has_own(name, visitor) or chosen.startswith(OWN)):
            return gr.skip()
        return _models(site.catalog, name, visitor, chosen)

    def use_ours(name: str) -> list[Any]:
        """Our settings for the task."""
        return preset_values(name, "shipped", 1.0)

    def use_paper(page: gr.Request, name: str, chosen: str) -> list[Any]:
        """The paper's best settings for the task; its absolute sigma in this model's units."""
        return preset_values(name, "paper", site.catalog.classifier(name, chosen, visitor_of(page)).embedding_std)

    def restore(page: gr.Request) -> list[Any]:
        """What the page's address asks for; True last when there is something to analyse."""
        link, visitor = from_query(dict(page.query_params)), visitor_of(page)
        if not link.task or link.task not in names:
            return [gr.skip()] * (len(texts) + len(menus) + len(settings) + 3) + [False]
        there = site.catalog.knows(link.task, link.model, visitor)
        chosen, said = (link.model, "") if there else (PLAIN, notice(gone_words([link.model])))
        std = site.catalog.classifier(link.task, chosen, visitor).embedding_std if link.preset == "paper" else 1.0
        boxes = _boxes(link.task, link.text, link.hypothesis) if link.text else _example_boxes(link.task)
        return [link.task, *boxes, _models(site.catalog, link.task, visitor, chosen), said,
                *_visible(menus, link.task), link.seed,
                *to_flat(linked_settings(link, std)).values(), link.runs and link.tab in ("", "analyse")]  # fmt: skip

    filled = [text, hypothesis, model, note, *menus.values(), *settings]
    task.input(guarded(choose_task), task, filled, api_name="page_task", **QUIET)
    ours.click(guarded(use_ours), task, settings, api_name="page_ours", **QUIET)
    paper.click(guarded(use_paper), [task, model], settings, api_name="page_paper", show_progress="hidden",
                api_visibility="undocumented")  # fmt: skip
    linked = site.page.load(guarded(restore), None, [*texts, model, note, *menus.values(), seed, *settings, wanted],
                            api_name="page_restore", **QUIET)  # fmt: skip
    if site.tab is not None:
        site.tab.select(guarded(offer_models), [task, model], model, api_name="page_models", **QUIET)
    picked = [_wire_menu(name, menu, [text, hypothesis, note]) for name, menu in menus.items()]
    triggers = [(go.click, "page_analyse"), (controls[OWN_PLACE].input, "page_method")]
    triggers += [(event.then, f"page_example_{name}") for name, event in zip(menus, picked, strict=True)]
    return Inputs([*texts, model, seed, *settings], model, controls[OWN_PLACE], stop, triggers, linked, wanted)


def _wire_menu(name: str, menu: gr.Dataset, outputs: list[Any]) -> Any:
    def pick(index: int) -> list[Any]:
        """Put an example into the boxes."""
        chosen = load_examples(name)[index]
        return [chosen.text_a, chosen.text_b or "", example_note(chosen)]

    return menu.click(guarded(pick), menu, outputs, api_name=f"page_pick_{name}", **QUIET)


def _models(catalog: Catalog, task: str, visitor: str = "", chosen: str = PLAIN) -> gr.Radio:
    """The menu of models; hidden where there is no choice. A chosen model that is gone gives way to the plain one."""
    listed = [(choice.title, choice.name) for choice in catalog.choices(task, visitor)]
    value = chosen if chosen in dict(listed).values() else PLAIN
    return gr.Radio(listed, value=value, visible=len(listed) > 1, label="Model", elem_id="model",
                    info="FuSE and FIVE are built around it.")  # fmt: skip


def _menu(name: str, visible: bool) -> gr.Dataset:
    samples = [[example.title] for example in load_examples(name)]
    return gr.Dataset(components=[gr.Textbox(visible=False)], samples=samples, type="index", layout="gallery",
                      label="Examples", samples_per_page=10, visible=visible, elem_id=f"examples-{name}")  # fmt: skip


def _boxes(name: str, text: str, hypothesis: str) -> list[Any]:
    pair = get_task(name).is_pair
    return [gr.Textbox(text, label=_label(name, 0)), gr.Textbox(hypothesis, visible=pair)]


def _example_boxes(name: str) -> list[Any]:
    first = load_examples(name)[0]
    return _boxes(name, first.text_a, first.text_b or "")


def _visible(menus: dict[str, gr.Dataset], name: str) -> list[Any]:
    return [gr.Dataset(visible=other == name) for other in menus]


def _label(name: str, place: int) -> str:
    return get_task(name).text_names[place].capitalize()


def _task_title(name: str) -> str:
    return {"imdb": "A film review", "mnli": "A premise and a hypothesis"}.get(name, get_task(name).title)

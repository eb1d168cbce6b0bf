"""The upper part of the Analyse tab: task, texts, model, examples, seed, and a control for every setting."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.boundary import guarded
from app.catalog import Catalog, gone_words
from app.controls import TITLES, control, group_of, linked_settings, preset_values
from app.panels import asked_of
from app.permalink import from_query
from app.present.html import notice
from app.present.importance import METHODS
from app.tabs import QUIET, Site
from app.tabs.against import inner_of
from app.tabs.texts import Brought, Visit, build_texts
from app.visitors import OWN, visitor_of
from core.analysis.request import setting_specs, to_flat
from core.defenses.registry import PLAIN

OWN_PLACE = "importance.method"
"""This control stands beside the importance panel rather than among the settings."""
SETTINGS_LEAD = "Every number the methods use. Ours keep the clean accuracy; the paper's are those it calls best."


@dataclass(frozen=True)
class Inputs:
    """``values`` in the order of ``read_request``; ``triggers`` start an analysis, each with a name for its endpoint.

    ``linked`` is the event that restores a link; ``wanted`` is then the link, if it has something to analyse. ``visit``
    is what the opening of the tab does with these inputs.
    """

    values: list[Any]
    model: gr.Radio
    method: gr.Radio
    stop: gr.Button
    triggers: list[tuple[Callable[..., Any], str]]
    linked: Any
    wanted: gr.State
    visit: Visit


def build_inputs(site: Site) -> Inputs:
    """Lay the inputs out and wire what happens among them."""
    names = site.shelf.task_names()
    controls: dict[str, Any] = dict.fromkeys(setting_specs())
    values = dict(zip(controls, preset_values(names[0], "shipped", 1.0), strict=True))
    with gr.Row(elem_classes="fb-inputs"):
        with gr.Column(scale=5, min_width=320):
            texts = build_texts(site, "", "page", "its words are weighed")
            model = _models(site.catalog, names[0])
            with gr.Row(elem_classes="fb-buttons"):
                go = gr.Button("Analyse", variant="primary", elem_id="analyse", scale=2)
                stop = gr.Button("Stop", elem_id="stop", scale=0, min_width=90)
        with gr.Column(scale=4, min_width=300):
            for part in (*texts.menus.values(), texts.note):
                part.render()
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
    settings, wanted = list(controls.values()), gr.State()

    def choose_task(page: gr.Request, name: str) -> list[Any]:
        """Show the boxes, models, examples and settings of a task, with its first example."""
        return [*texts.start(name), _models(site.catalog, name, visitor_of(page)), *preset_values(name, "shipped", 1.0)]

    def refresh(brought: Brought, chosen: str) -> list[Any]:
        """The models of the task and the visitor, the settings of a new task; a model that is still there stays."""
        task, visitor = brought.task, brought.visitor
        chosen = inner_of(brought.wanted[0]) if brought.wanted else chosen
        theirs = site.catalog.has_own(task, visitor) or chosen.startswith(OWN)
        anew = brought.moved or theirs or brought.wanted
        menu = _models(site.catalog, task, visitor, chosen) if anew else gr.skip()
        return [menu, *(preset_values(task, "shipped", 1.0) if brought.moved else [gr.skip()] * len(settings))]

    def use_ours(name: str) -> list[Any]:
        """Our settings for the task."""
        return preset_values(name, "shipped", 1.0)

    def use_paper(page: gr.Request, name: str, chosen: str) -> list[Any]:
        """The paper's best settings for the task; its absolute sigma in this model's units."""
        return preset_values(name, "paper", site.catalog.classifier(name, chosen, visitor_of(page)).embedding_std)

    def restore(page: gr.Request) -> list[Any]:
        """What the page's address asks for; the link itself last when there is something to analyse."""
        link, visitor = from_query(asked_of(page)), visitor_of(page)
        if not link.task or link.task not in names:
            return [gr.skip()] * (len(texts.boxes) + len(settings) + 3) + [None]
        there = site.catalog.knows(link.task, link.model, visitor)
        chosen, said = (link.model, "") if there else (PLAIN, notice(gone_words([link.model])))
        std = site.catalog.classifier(link.task, chosen, visitor).embedding_std if link.preset == "paper" else 1.0
        given = link.task, link.text, link.hypothesis
        shown = texts.show(*given, said) if link.text else texts.start(link.task, said)
        return [link.task, *shown, _models(site.catalog, link.task, visitor, chosen), link.seed,
                *to_flat(linked_settings(link, std)).values(),
                link if link.runs and link.tab in ("", "analyse") else None]  # fmt: skip

    texts.task.input(guarded(choose_task), texts.task, [*texts.boxes, model, *settings], api_name="page_task", **QUIET)
    ours.click(guarded(use_ours), texts.task, settings, api_name="page_ours", **QUIET)
    paper.click(guarded(use_paper), [texts.task, model], settings, api_name="page_paper", show_progress="hidden",
                api_visibility="undocumented")  # fmt: skip
    filled = [texts.task, *texts.boxes, model]
    linked = site.page.load(
        guarded(restore), None, [*filled, seed, *settings, wanted], api_name="page_restore", **QUIET
    )
    visit = Visit("analyse", site.tab, texts, model, lambda task: [PLAIN], [model], [model, *settings], refresh)
    triggers = [(go.click, "page_analyse"), (controls[OWN_PLACE].input, "page_method")]
    triggers += [(event.then, f"page_example_{name}") for name, event in texts.picked.items()]
    return Inputs([*texts.values, model, seed, *settings], model, controls[OWN_PLACE], stop, triggers, linked, wanted,
                  visit)  # fmt: skip


def _models(catalog: Catalog, task: str, visitor: str = "", chosen: str = PLAIN) -> gr.Radio:
    """The menu of models; hidden where there is no choice. A chosen model that is gone gives way to the plain one."""
    listed = [(choice.title, choice.name) for choice in catalog.choices(task, visitor)]
    value = chosen if chosen in dict(listed).values() else PLAIN
    return gr.Radio(listed, value=value, visible=len(listed) > 1, label="Model", elem_id="model",
                    info="FuSE and FIVE are built around it.")  # fmt: skip

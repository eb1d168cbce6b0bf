"""The form of the Attack tab: the text, the rules, the attack, whom it goes against, dials and budgets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.attack_request import FIRST_METHOD, FIRST_PRESET, MAX_QUERIES, MAX_SECONDS, AttackRequest, dials
from app.boundary import guarded
from app.catalog import gone_words
from app.entrants import choices
from app.present import attack as present
from app.present.examples import example_note
from app.tabs import QUIET, Site
from app.visitors import OWN, visitor_of
from core.attacks.presets import MENU, PRESETS
from core.defenses.registry import PLAIN
from core.examples import load_examples
from core.tasks import get_task

_KINDS = {"imdb": "A film review", "mnli": "A premise and a hypothesis"}


@dataclass(frozen=True)
class FormValues:
    """``values`` in the order of :func:`app.attack_request.read_form`; ``restored`` is what :func:`restored` fills."""

    values: list[Any]
    restored: list[Any]
    go: gr.Button
    stop: gr.Button


def build_form(site: Site) -> FormValues:
    """Lay the form out, filled with the first example, and wire what happens within it."""
    names = site.shelf.task_names()
    first = get_task(names[0])
    start = load_examples(first.name)
    usual = dials(FIRST_PRESET)
    with gr.Row(elem_classes="fb-inputs fb-attack-form", elem_id="attack-form"):
        with gr.Column(scale=5, min_width=320):
            gr.HTML("<h2>Attack a text of your own</h2>", elem_classes="fb-attack-title")
            task = gr.Radio([(_KINDS.get(name, get_task(name).title), name) for name in names], value=first.name,
                            label="What kind of text?", elem_id="attack-task")  # fmt: skip
            text = gr.Textbox(start[0].text_a if start else "", label=_label(first.name, 0), lines=4, max_lines=12,
                              placeholder="Write or paste here", elem_id="attack-text")  # fmt: skip
            hypothesis = gr.Textbox((start[0].text_b or "") if start else "", label="Hypothesis (this one is attacked)",
                                    lines=2, visible=first.is_pair, elem_id="attack-hypothesis")  # fmt: skip
            with gr.Row(elem_classes="fb-buttons"):
                go = gr.Button("Attack", variant="primary", elem_id="attack-go", scale=2)
                stop = gr.Button("Stop", elem_id="attack-stop", scale=0, min_width=90)
            menus = {name: _menu(name, visible=name == first.name) for name in names}
            note = gr.HTML(example_note(start[0]) if start else "", elem_id="attack-example-note")
        with gr.Column(scale=4, min_width=300):
            preset = gr.Radio([(rules.title, name) for name, rules in PRESETS.items()], value=FIRST_PRESET,
                              label="Rules, from strict to anything goes", elem_id="attack-preset")  # fmt: skip
            preset_said = gr.HTML(present.preset_words(FIRST_PRESET))
            method = gr.Radio([(entry.title, entry.method) for entry in MENU], value=FIRST_METHOD,
                              label="Attack, from weak to strong", elem_id="attack-method")  # fmt: skip
            method_said = gr.HTML(present.method_words(FIRST_METHOD))
            against = gr.CheckboxGroup(choices(site.catalog, first.name), value=[PLAIN], elem_id="attack-against",
                                       label="Against: several run side by side",
                                       info="The first one's answer is the one under attack.")  # fmt: skip
            with gr.Accordion("Gate dials, budgets, seed", open=False, elem_id="attack-more"):
                gate = gr.Slider(
                    0, 1, usual[0], step=0.01, label="How alike must the sentence stay?", elem_id="attack-gate",
                    info="Cosine of sentence vectors; 0 switches the gate off",
                )  # fmt: skip
                word_gate = gr.Slider(
                    0, 1, usual[1], step=0.01, label="How near must a synonym be?", elem_id="attack-word-gate",
                    info="Cosine of word vectors; 0 takes any neighbour",
                )  # fmt: skip
                with gr.Row():
                    queries = gr.Number(MAX_QUERIES, precision=0, label="Most questions", minimum=1, min_width=110,
                                        elem_id="attack-queries")  # fmt: skip
                    seconds = gr.Number(MAX_SECONDS, label="Most seconds", minimum=0, min_width=110,
                                        elem_id="attack-seconds")  # fmt: skip
                    seed = gr.Number(0, precision=0, label="Seed", min_width=90, elem_id="attack-seed")

    def choose_task(page: gr.Request, name: str) -> list[Any]:
        """Show the boxes, examples and classifiers of a task, with its first example."""
        chosen = load_examples(name)[0]
        return [*_boxes(name, chosen.text_a, chosen.text_b or ""), example_note(chosen),
                _against(site, name, visitor_of(page), [PLAIN]), *_visible(menus, name)]  # fmt: skip

    def offer_models(page: gr.Request, name: str, chosen: list[str]) -> Any:
        """The classifiers of this visitor, when the tab is opened; what was chosen stays if it is still there."""
        visitor = visitor_of(page)
        # Nothing to add for most, and a link that is being restored must not be overtaken.
        if not (site.catalog.has_own(name, visitor) or any(OWN in one for one in chosen)):
            return gr.skip()
        return _against(site, name, visitor, chosen)

    def choose_preset(name: str) -> list[Any]:
        """What the rules allow, and where they have the dials."""
        return [present.preset_words(name), *dials(name)]

    def choose_method(name: str) -> str:
        """What the attack does."""
        return present.method_words(name)

    boxes = [text, hypothesis, note]
    task.input(guarded(choose_task), task, [*boxes, against, *menus.values()], api_name="page_attack_task", **QUIET)
    preset.input(guarded(choose_preset), preset, [preset_said, gate, word_gate], api_name="page_attack_preset", **QUIET)
    method.input(guarded(choose_method), method, method_said, api_name="page_attack_method", **QUIET)
    if site.tab is not None:
        site.tab.select(guarded(offer_models), [task, against], against, api_name="page_attack_models", **QUIET)
    for name, menu in menus.items():
        _wire_menu(name, menu, boxes)
    values = [task, text, hypothesis, preset, method, against, gate, word_gate, queries, seconds, seed]
    return FormValues(values, [*values, preset_said, method_said, *menus.values()], go, stop)


def restored(site: Site, asked: AttackRequest | None, visitor: str) -> list[Any]:
    """Updates of the form for a request from a link, and of the status; nothing changes without one."""
    names = site.shelf.task_names()
    if asked is None or asked.task not in names:
        return [gr.skip()] * (14 + len(names))
    config, example = asked.config, asked.example
    there = {name for _, name in choices(site.catalog, asked.task, visitor)}
    gone = gone_words([name for name in asked.against if name not in there])
    return [
        asked.task, *_boxes(asked.task, example.text_a, example.text_b or ""), config.preset, config.method,
        _against(site, asked.task, visitor, asked.against), asked.gate, asked.word_gate,
        config.max_queries, config.max_seconds, config.seed, present.preset_words(config.preset),
        present.method_words(config.method), *(gr.Dataset(visible=name == asked.task) for name in names),
        present.trouble(gone) if gone else gr.skip(),
    ]  # fmt: skip


def _against(site: Site, task: str, visitor: str, chosen: Sequence[str]) -> gr.CheckboxGroup:
    """The menu of classifiers to attack; chosen ones that are not there give way to the plain one."""
    listed = choices(site.catalog, task, visitor)
    kept = [name for name in chosen if name in dict(listed).values()]
    return gr.CheckboxGroup(listed, value=kept or ([PLAIN] if chosen else []))


def _wire_menu(name: str, menu: gr.Dataset, outputs: list[Any]) -> None:
    def pick(index: int) -> list[Any]:
        """Put an example into the boxes."""
        chosen = load_examples(name)[index]
        return [chosen.text_a, chosen.text_b or "", example_note(chosen)]

    menu.click(guarded(pick), menu, outputs, api_name=f"page_attack_pick_{name}", **QUIET)


def _menu(name: str, visible: bool) -> gr.Dataset:
    samples = [[example.title] for example in load_examples(name)]
    return gr.Dataset(
        components=[gr.Textbox(visible=False)], samples=samples, type="index", layout="gallery", label="Examples",
        samples_per_page=10, visible=visible, elem_id=f"attack-examples-{name}",
    )  # fmt: skip


def _boxes(name: str, text: str, hypothesis: str) -> list[Any]:
    pair = get_task(name).is_pair
    return [gr.Textbox(text, label=_label(name, 0)), gr.Textbox(hypothesis, visible=pair)]


def _visible(menus: dict[str, gr.Dataset], name: str) -> list[Any]:
    return [gr.Dataset(visible=other == name) for other in menus]


def _label(name: str, place: int) -> str:
    return get_task(name).text_names[place].capitalize()

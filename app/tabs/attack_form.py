"""The form of the Attack tab: the text, the rules, the attack, whom it goes against, dials and budgets."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.attack_request import FIRST_METHOD, FIRST_PRESET, MAX_QUERIES, MAX_SECONDS, AttackRequest, dials
from app.boundary import guarded
from app.catalog import gone_words
from app.entrants import choices
from app.present import attack as present
from app.tabs import QUIET, Site
from app.tabs.against import against_menu, against_refresh
from app.tabs.texts import Brought, Texts, Visit, build_texts
from app.visitors import visitor_of
from core.attacks.presets import MENU, PRESETS
from core.defenses.registry import PLAIN


@dataclass(frozen=True)
class FormValues:
    """``values`` are the arguments of :func:`settled`; ``restored`` is what :func:`restored` fills."""

    values: list[Any]
    restored: list[Any]
    texts: Texts
    go: gr.Button
    stop: gr.Button


def build_form(site: Site) -> FormValues:
    """Lay the form out, filled with the first example, and wire what happens within it."""
    names = site.shelf.task_names()
    usual = dials(FIRST_PRESET)
    with gr.Row(elem_classes="fb-inputs fb-attack-form", elem_id="attack-form"):
        with gr.Column(scale=5, min_width=320):
            gr.HTML("<h2>Attack a text of your own</h2>", elem_classes="fb-attack-title")
            texts = build_texts(site, "attack-", "page_attack", "this one is attacked")
            with gr.Row(elem_classes="fb-buttons"):
                go = gr.Button("Attack", variant="primary", elem_id="attack-go", scale=2)
                stop = gr.Button("Stop", elem_id="attack-stop", scale=0, min_width=90)
            for part in (*texts.menus.values(), texts.note):
                part.render()
        with gr.Column(scale=4, min_width=300):
            preset = gr.Radio([(rules.title, name) for name, rules in PRESETS.items()], value=FIRST_PRESET,
                              label="Rules, from strict to anything goes", elem_id="attack-preset")  # fmt: skip
            preset_said = gr.HTML(present.preset_words(FIRST_PRESET))
            method = gr.Radio([(entry.title, entry.method) for entry in MENU], value=FIRST_METHOD,
                              label="Attack, from weak to strong", elem_id="attack-method")  # fmt: skip
            method_said = gr.HTML(present.method_words(FIRST_METHOD))
            against = gr.CheckboxGroup(choices(site.catalog, names[0]), value=[PLAIN], elem_id="attack-against",
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
        return [*texts.start(name), against_menu(site, name, visitor_of(page), [PLAIN])]

    def refresh(brought: Brought, chosen: list[str]) -> list[Any]:
        """The classifiers of the task and the visitor; what was chosen, here or before, stays if it is still there."""
        if brought.wanted:
            return [against_menu(site, brought.task, brought.visitor, brought.wanted)]
        return [against_refresh(site, brought.task, brought.moved, brought.visitor, chosen)]

    ruled = gr.State(FIRST_PRESET)

    def choose_preset(name: str) -> list[Any]:
        """What the rules allow, and where they have the dials."""
        return [present.preset_words(name), *dials(name), name]

    def choose_method(name: str) -> str:
        """What the attack does."""
        return present.method_words(name)

    texts.task.input(guarded(choose_task), texts.task, [*texts.boxes, against], api_name="page_attack_task", **QUIET)
    preset.input(guarded(choose_preset), preset, [preset_said, gate, word_gate, ruled],
                 api_name="page_attack_preset", **QUIET)  # fmt: skip
    method.input(guarded(choose_method), method, method_said, api_name="page_attack_method", **QUIET)
    site.visits.append(Visit("attack", site.tab, texts, against, lambda task: [PLAIN], [against], [against], refresh))
    values = [*texts.values, preset, method, against, gate, word_gate, queries, seconds, seed]
    restored = [texts.task, *texts.boxes, *values[3:], preset_said, method_said, ruled]
    return FormValues([ruled, *values], restored, texts, go, stop)


def settled(ruled: str, *given: Any) -> tuple[Any, ...]:
    """Arguments of :func:`app.attack_request.read_form`; dials that still show other rules than the chosen ones go.

    Whoever chooses rules and presses Attack at once is quicker than the answer that moves the dials.
    """
    preset, shown = given[3], given[6:8]
    return (*given[:6], *(shown if ruled == preset else (None, None)), *given[8:])


def restored(site: Site, texts: Texts, asked: AttackRequest | None, visitor: str) -> list[Any]:
    """Updates of the form for a request from a link, and of the status; nothing changes without one."""
    if asked is None or asked.task not in site.shelf.task_names():
        return [gr.skip()] * (len(texts.boxes) + 13)
    config, given = asked.config, (asked.example.text_a, asked.example.text_b or "")
    there = {name for _, name in choices(site.catalog, asked.task, visitor)}
    gone = gone_words([name for name in asked.against if name not in there])
    return [
        asked.task, *texts.show(asked.task, *given), config.preset, config.method,
        against_menu(site, asked.task, visitor, asked.against), asked.gate, asked.word_gate,
        config.max_queries, config.max_seconds, config.seed, present.preset_words(config.preset),
        present.method_words(config.method), config.preset, present.trouble(gone) if gone else gr.skip(),
    ]  # fmt: skip

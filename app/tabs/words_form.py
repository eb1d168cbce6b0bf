"""The form of the Words tab: the text, the rules that the visitor plays by, and who is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from app.attack_request import FIRST_PRESET
from app.boundary import guarded
from app.catalog import gone_words
from app.entrants import choices
from app.play import Play, new_play
from app.present import attack as present
from app.present.html import notice
from app.say import say
from app.tabs import QUIET, Site
from app.tabs.against import against_menu
from app.tabs.texts import Texts, build_texts
from app.visitors import visitor_of
from app.words_seen import usual
from core.attacks.presets import PRESETS
from core.examples import load_examples


@dataclass(frozen=True)
class WordsForm:
    """``first`` is the play that the page opens with; None where the first task has no examples.

    ``begun`` are the events that put another text into the boxes, a link and the opening of the tab aside.
    """

    texts: Texts
    rules: gr.Radio
    against: gr.CheckboxGroup
    said: gr.HTML
    first: Play | None
    begun: list[Any]

    @property
    def values(self) -> list[Any]:
        """Inputs of a handler that begins a play: task, text, hypothesis, rules, against."""
        return [*self.texts.values, self.rules, self.against]

    @property
    def restored(self) -> list[Any]:
        """What :func:`restored` fills."""
        return [self.texts.task, *self.texts.boxes, self.rules, self.against, self.said]


def build_form(site: Site) -> WordsForm:
    """Lay the form out, filled with the first example, and wire what happens within it."""
    first = site.shelf.task_names()[0]
    with gr.Column(elem_classes="fb-inputs fw-form"):
        texts = build_texts(site, "words-", "page_words", say("its words can be swapped"), boxes=False)
        for part in (*texts.menus.values(), texts.note):
            part.render()
        with gr.Accordion(say("Your own text, the rules, who is asked"), open=False, elem_id="words-more"), gr.Row():
            with gr.Column(scale=5, min_width=260):
                texts.text.render()
                texts.hypothesis.render()
            with gr.Column(scale=4, min_width=260):
                rules = gr.Radio([(known.title, name) for name, known in PRESETS.items()], value=FIRST_PRESET,
                                 label=say("Rules, from strict to anything goes"), elem_id="words-rules")  # fmt: skip
                said = gr.HTML(present.preset_words(FIRST_PRESET))
                against = gr.CheckboxGroup(choices(site.catalog, first), value=usual(site.catalog, first),
                                           label=say("Who is asked"), elem_id="words-against")  # fmt: skip

    def choose_task(page: gr.Request, name: str) -> list[Any]:
        """Show the boxes, examples and classifiers of a task, with its first example."""
        return [*texts.start(name), against_menu(site, name, visitor_of(page), usual(site.catalog, name))]

    def choose_rules(name: str) -> str:
        """What the rules allow."""
        return present.preset_words(name)

    moved = texts.task.input(guarded(choose_task), texts.task, [*texts.boxes, against], api_name="page_words_task",
                             **QUIET)  # fmt: skip
    rules.input(guarded(choose_rules), rules, said, api_name="page_words_said", **QUIET)
    return WordsForm(texts, rules, against, said, _first(site, first), [moved, *texts.picked.values()])


def restored(site: Site, form: WordsForm, play: Play | None, visitor: str) -> tuple[Play | None, list[Any]]:
    """The play of a link, with classifiers that are here, and the updates of the form; nothing without one."""
    if play is None or play.task not in site.shelf.task_names():
        return None, [gr.skip()] * len(form.restored)
    there = [name for _, name in choices(site.catalog, play.task, visitor)]
    gone = gone_words([name for name in play.against if name not in there])
    kept = tuple(name for name in play.against if name in there)
    play = replace(play, against=kept or tuple(usual(site.catalog, play.task)))
    given = play.example.text_a, play.example.text_b or ""
    shown = form.texts.show(play.task, *given, notice(gone) if gone else "")
    return play, [play.task, *shown, play.rules, against_menu(site, play.task, visitor, play.against),
                  present.preset_words(play.rules)]  # fmt: skip


def changed(play: Play, rules: str, against: Sequence[str]) -> Play:
    """The play by other rules, or with others asked."""
    return replace(play, rules=rules, against=tuple(against), par=play.par and rules == play.rules)


def _first(site: Site, task: str) -> Play | None:
    listed = load_examples(task)
    if not listed:
        return None
    return new_play(task, listed[0].text_a, listed[0].text_b or "", FIRST_PRESET, usual(site.catalog, task))

"""What is looked at: the task, its text or texts, our examples for it. The upper part of every tab that takes a text.

The text of one tab is there in the others: when a tab is opened, it takes over what stands in the one that was left.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.boundary import guarded
from app.present.examples import example_note
from app.tabs import QUIET, Site
from app.visitors import visitor_of
from core.examples import load_examples
from core.tasks import about, get_task


@dataclass(frozen=True)
class Texts:
    """``task``, ``text`` and ``hypothesis`` are what is asked about; ``boxes`` is what :meth:`show` fills.

    ``picked`` are the events of the example menus, by task.
    """

    task: gr.Radio
    text: gr.Textbox
    hypothesis: gr.Textbox
    note: gr.HTML
    menus: Mapping[str, gr.Dataset]
    picked: Mapping[str, Any]
    remark: str

    @property
    def values(self) -> list[Any]:
        """The inputs of a handler that reads the texts: task, text, hypothesis."""
        return [self.task, self.text, self.hypothesis]

    @property
    def boxes(self) -> list[Any]:
        """The outputs of a handler that shows other texts."""
        return [self.text, self.hypothesis, self.note, *self.menus.values()]

    def show(self, name: str, text: str, hypothesis: str, note: Any = "") -> list[Any]:
        """Updates of ``boxes`` for texts of a task."""
        first, second = _labels(name, self.remark)
        pair = get_task(name).is_pair
        return [gr.Textbox(text, label=first), gr.Textbox(hypothesis, label=second, visible=pair), note,
                *(gr.Dataset(visible=other == name) for other in self.menus)]  # fmt: skip

    def start(self, name: str, note: str = "") -> list[Any]:
        """The same for the first example of a task; blank boxes for a task without examples."""
        examples = load_examples(name)
        if not examples:
            return self.show(name, "", "", note)
        return self.show(name, examples[0].text_a, examples[0].text_b or "", note or example_note(examples[0], name))


@dataclass(frozen=True)
class Visit:
    """What the opening of a tab with texts needs.

    ``outputs`` hang on the task and the visitor, menus of models say: ``refresh(task, moved, visitor, *inputs)`` gives
    their updates; ``moved`` is True if the task is another one than before.
    """

    name: str
    tab: Any
    texts: Texts
    inputs: Sequence[Any]
    outputs: Sequence[Any]
    refresh: Callable[..., list[Any]]


def wire_visits(visits: Sequence[Visit], last: gr.State) -> None:
    """Let the text move with the visitor. ``last`` holds the name of the tab with texts that was opened last."""
    for visit in visits:
        others = [other for other in visits if other is not visit]
        standing = [value for other in others for value in other.texts.values]
        visit.tab.select(
            guarded(_arrival(visit, [other.name for other in others])),
            [last, *visit.texts.values, *standing, *visit.inputs],
            [last, visit.texts.task, *visit.texts.boxes, *visit.outputs],
            api_name=f"page_{visit.name}_opened", **QUIET,
        )  # fmt: skip


def _arrival(visit: Visit, others: list[str]) -> Callable[..., list[Any]]:
    def arrive(page: gr.Request, last: str, *given: Any) -> list[Any]:
        """Take over the text of the tab that was left."""
        own, rest = given[:3], given[3:]
        standing = {name: rest[3 * n : 3 * n + 3] for n, name in enumerate(others)}
        # The tab of a link is the last one from the beginning, so nothing overtakes what is being restored there.
        found = standing.get(last, own)
        stays = [gr.skip()] * (1 + len(visit.texts.boxes))
        shown = stays if found == own else [found[0], *visit.texts.show(*found)]
        return [visit.name, *shown,
                *visit.refresh(found[0], found[0] != own[0], visitor_of(page), *rest[3 * len(others) :])]  # fmt: skip

    return arrive


def build_texts(site: Site, prefix: str, event: str, remark: str, boxes: bool = True) -> Texts:
    """Lay out the task and the boxes; the caller renders ``menus`` and ``note`` where it wants them.

    Without ``boxes`` it renders ``text`` and ``hypothesis`` as well.

    ``prefix`` stands before the ids of this tab's elements, ``event`` before the names of its events, ``remark`` says
    in a pair what is special about the text that may change.
    """
    names = site.shelf.task_names()
    first = names[0]
    listed, pair = load_examples(first), get_task(first).is_pair
    labels = _labels(first, remark)
    task = gr.Radio([(about(get_task(name)).one, name) for name in names], value=first,
                    label="What kind of text?", elem_id=f"{prefix}task")  # fmt: skip
    text = gr.Textbox(listed[0].text_a if listed else "", label=labels[0], lines=4, max_lines=12,
                      placeholder="Write or paste here", elem_id=f"{prefix}text", render=boxes)  # fmt: skip
    hypothesis = gr.Textbox((listed[0].text_b or "") if listed else "", label=labels[1], lines=2, visible=pair,
                            elem_id=f"{prefix}hypothesis", render=boxes)  # fmt: skip
    menus = {name: _menu(name, prefix, visible=name == first) for name in names if load_examples(name)}
    note = gr.HTML(example_note(listed[0], first) if listed else "", elem_id=f"{prefix}example-note", render=False)
    picked = {name: _wire_menu(name, menu, [text, hypothesis, note], event) for name, menu in menus.items()}
    return Texts(task, text, hypothesis, note, menus, picked, remark)


def _wire_menu(name: str, menu: gr.Dataset, outputs: list[Any], event: str) -> Any:
    def pick(index: int) -> list[Any]:
        """Put an example into the boxes."""
        chosen = load_examples(name)[index]
        return [chosen.text_a, chosen.text_b or "", example_note(chosen, name)]

    return menu.click(guarded(pick), menu, outputs, api_name=f"{event}_pick_{name}", **QUIET)


def _menu(name: str, prefix: str, visible: bool) -> gr.Dataset:
    samples = [[example.title] for example in load_examples(name)]
    return gr.Dataset(
        components=[gr.Textbox(visible=False)], samples=samples, type="index", layout="gallery", label="Examples",
        samples_per_page=10, visible=visible, elem_id=f"{prefix}examples-{name}", render=False,
    )  # fmt: skip


def _labels(name: str, remark: str) -> tuple[str, str]:
    task = get_task(name)
    if not task.is_pair:
        return task.text_names[0].capitalize(), ""
    marks = (f" ({remark})", "") if task.perturb == "text_a" else ("", f" ({remark})")
    first, second = (text.capitalize() + mark for text, mark in zip(task.text_names, marks, strict=True))
    return first, second

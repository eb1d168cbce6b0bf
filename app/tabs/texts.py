"""What is looked at: the task, its text or texts, our examples for it. The upper part of every tab that takes a text.

The text of one tab is there in the others, and so are the classifiers and the word that were chosen: when a tab is
opened, it takes over what stands in the one that was left.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.boundary import guarded
from app.looked import Looked, Place, place_in
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
class Brought:
    """What a visitor brings along to a tab.

    ``found`` and ``own`` are (task, text, hypothesis), as they come along and as they stood here before; ``wanted`` are
    the classifiers that were chosen in the tab that was left, empty where none were; ``place`` is the word of the text
    that was looked at elsewhere, None where none was.
    """

    found: tuple[str, str, str]
    own: tuple[str, str, str]
    visitor: str
    wanted: tuple[str, ...] = ()
    place: Place | None = None

    @property
    def task(self) -> str:
        """Of the texts that come along."""
        return self.found[0]

    @property
    def moved(self) -> bool:
        """Whether that is another task than stood here."""
        return self.found[0] != self.own[0]


@dataclass(frozen=True)
class Visit:
    """What the opening of a tab with texts needs.

    ``menu`` holds the classifiers chosen, a name or several, of a task ``usual(task)`` unless the visitor chooses.
    ``outputs`` hang on the texts, the classifiers and the visitor: ``refresh(brought, *inputs)`` gives their
    updates. ``then`` is told the event, to go on from there.
    """

    name: str
    tab: Any
    texts: Texts
    menu: Any
    usual: Callable[[str], Sequence[str]]
    inputs: Sequence[Any]
    outputs: Sequence[Any]
    refresh: Callable[..., list[Any]]
    then: Callable[[Any], None] = lambda event: None


def wire_visits(visits: Sequence[Visit], last: gr.State, looked: gr.State) -> None:
    """Let texts, classifiers and the word looked at move with the visitor.

    ``last`` holds the name of the tab with texts opened last, ``looked`` the word.
    """
    for visit in visits:
        starting = gr.State(visit.name == last.value)
        others = [other for other in visits if other is not visit]
        standing = [value for other in others for value in (*other.texts.values, other.menu)]
        opened = visit.tab.select(
            guarded(_arrival(visit, others)),
            [last, starting, looked, *visit.texts.values, visit.menu, *standing, *visit.inputs],
            [last, starting, visit.texts.task, *visit.texts.boxes, *visit.outputs],
            api_name=f"page_{visit.name}_opened", **QUIET,
        )  # fmt: skip
        visit.then(opened)


def carried(visit: Visit, task: str, chosen: Any, current: Any) -> tuple[str, ...]:
    """The classifiers that a visitor brings along from ``visit`` to a tab where ``current`` are chosen.

    None from a menu that stands as it stood, or whose one model is among those already.
    """
    names = (chosen,) if isinstance(chosen, str) else tuple(chosen)
    if set(names) == set(visit.usual(task)) or (isinstance(chosen, str) and chosen in current):
        return ()
    return names


def changing(task: str, text: str, hypothesis: str) -> str:
    """Which of the two boxes holds the text whose words may change."""
    return text if get_task(task).perturb == "text_a" else hypothesis


def _arrival(visit: Visit, others: Sequence[Visit]) -> Callable[..., list[Any]]:
    def arrive(page: gr.Request, last: str, starting: bool, looked: Looked | None, *given: Any) -> list[Any]:
        """Take over the text and the classifiers of the tab that was left."""
        # The first tab says once, when the page is opened, that it was; a link may by then have opened another.
        if starting:
            return [gr.skip(), False, *[gr.skip()] * (1 + len(visit.texts.boxes) + len(visit.outputs))]
        own, current, rest = given[:3], given[3], given[4:]
        # The tab of a link is the last one from the beginning, so nothing overtakes what is being restored there.
        brought = Brought(own, own, visitor_of(page))
        for n, other in enumerate(others):
            if other.name == last:
                found, chosen = rest[4 * n : 4 * n + 3], rest[4 * n + 3]
                place = place_in(looked, found[0], changing(*found))
                brought = Brought(found, own, brought.visitor, carried(other, found[0], chosen, current), place)
        stays = [gr.skip()] * (1 + len(visit.texts.boxes))
        shown = stays if brought.found == own else [brought.task, *visit.texts.show(*brought.found)]
        return [visit.name, False, *shown, *visit.refresh(brought, *rest[4 * len(others) :])]

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

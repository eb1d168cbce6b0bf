"""The other chair, under the levels: the visitor defends, and stored results answer. It needs no model."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from app.boundary import guarded
from app.other_chair import budgets, within
from app.present import chair as present
from app.say import say
from app.tabs import QUIET
from core.tasks import about, get_task


def build(tasks: Sequence[str]) -> None:
    """Lay the panel out and wire it; it opens with the first of the ``tasks`` that anything is stored for."""
    first = next((task for task in tasks if budgets(task)), tasks[0])
    with gr.Column(elem_classes="fb-block", elem_id="other-chair"):
        gr.HTML(present.heading())
        names = [(about(get_task(name)).many, name) for name in tasks]
        task = gr.Radio(names, value=first, label=say("What do they attack?"), elem_id="chair-task")
        with gr.Row(elem_classes="fb-dials", visible=bool(budgets(first))) as choices:
            listed, dearest = _costs(first)
            budget = gr.Dropdown(listed, value=dearest, label=say("Cost"), filterable=False, elem_id="chair-budget")
            who = gr.Radio(_names(first), value=next(iter(_names(first)), None), label=say("Whom do you send?"),
                           elem_id="chair-who")  # fmt: skip
            guess = gr.Slider(0, 100, value=50, step=1, label=say("Of 100 texts, still right at the end"),
                              elem_id="chair-guess")  # fmt: skip
        go = gr.Button(say("Let them come"), elem_id="chair-go", scale=0, min_width=200, size="md",
                       visible=bool(budgets(first)))  # fmt: skip
        shown = gr.HTML("" if budgets(first) else present.nothing(first), elem_id="chair-shown",
                        apply_default_css=False)  # fmt: skip

    def choose(name: str) -> list[Any]:
        """What is stored for a task; a plain word where nothing is."""
        there, (listed, dearest), defences = bool(budgets(name)), _costs(name), _names(name)
        return [gr.Row(visible=there), gr.Dropdown(listed, value=dearest),
                gr.Radio(defences, value=next(iter(defences), None)), gr.Button(visible=there),
                "" if there else present.nothing(name)]  # fmt: skip

    def afford(name: str, rows: int, chosen: str) -> list[Any]:
        """The defences that the cost allows; one that it does not gives way to the first."""
        left = [one.title for one in within(name, rows)]
        return [gr.Radio(left, value=chosen if chosen in left else left[0]), ""]

    def reveal(name: str, rows: int, chosen: str, expected: int) -> str:
        """How it would have fared."""
        found = next((one for one in within(name, rows) if one.title == chosen), None)
        return present.unaffordable() if found is None else present.told(name, found, int(expected), rows)

    task.input(guarded(choose), task, [choices, budget, who, go, shown], api_name="page_chair_task", **QUIET)
    budget.input(guarded(afford), [task, budget, who], [who, shown], api_name="page_chair_budget", **QUIET)
    go.click(guarded(reveal), [task, budget, who, guess], shown, api_name="page_chair", **QUIET)


def _costs(task: str) -> tuple[list[tuple[str, int]], int | None]:
    """The costs to choose from, and the dearest."""
    listed = budgets(task)
    return [(present.cost(rows), rows) for rows in listed], max(listed, default=None)


def _names(task: str) -> list[str]:
    """The defences of a task, cheapest first."""
    return [one.title for one in within(task, max(budgets(task), default=0))]

"""The other chair, under the levels: the visitor defends, and stored results answer. It needs no model."""

from typing import Any

import gradio as gr

from app.boundary import guarded
from app.other_chair import budgets, within
from app.present import chair as present
from app.tabs import QUIET


def build() -> None:
    """Lay the panel out and wire it."""
    listed = budgets()
    names = [one.title for one in within(listed[-1])]
    with gr.Column(elem_classes="fb-block", elem_id="other-chair"):
        gr.HTML(present.heading())
        with gr.Row(elem_classes="fb-dials"):
            budget = gr.Dropdown([(present.cost(rows), rows) for rows in listed], value=listed[-1], label="Cost",
                                 filterable=False, elem_id="chair-budget")  # fmt: skip
            who = gr.Radio(names, value=names[0], label="Whom do you send?", elem_id="chair-who")
            guess = gr.Slider(0, 100, value=50, step=1, label="Of 100 texts, still right at the end",
                              elem_id="chair-guess")  # fmt: skip
        go = gr.Button("Let them come", elem_id="chair-go", scale=0, min_width=200, size="md")
        shown = gr.HTML(elem_id="chair-shown", apply_default_css=False)

    def afford(rows: int, chosen: str) -> list[Any]:
        """The defences that the cost allows; one that it does not gives way to the first."""
        left = [one.title for one in within(rows)]
        return [gr.Radio(left, value=chosen if chosen in left else left[0]), ""]

    def reveal(rows: int, chosen: str, expected: int) -> str:
        """How it would have fared."""
        found = next((one for one in within(rows) if one.title == chosen), None)
        return present.unaffordable() if found is None else present.told(found, int(expected), rows)

    budget.input(guarded(afford), [budget, who], [who, shown], api_name="page_chair_budget", **QUIET)
    go.click(guarded(reveal), [budget, who, guess], shown, api_name="page_chair", **QUIET)

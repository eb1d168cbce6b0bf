"""Under the Attack tab's form: the gate dial, and the illusion of sharp scores, each on the text in the form."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from app.attack_run import Stops
from app.benchmark import gate_dials
from app.boundary import guarded
from app.figures_api import QUESTIONS
from app.present import dials as present
from app.present.answer import waiting
from app.present.html import notice
from app.say import say
from app.tabs import Site
from app.tabs.texts import Texts
from app.visitors import visitor_of
from core.analysis.request import make_example
from core.examples import load_examples
from core.tasks import Example

COLD, HOT, FIRST = -4.0, 1.0, -2.5
"""Powers of ten of the temperature slider."""
RULES = "ungated"


def build(site: Site, texts: Texts) -> None:
    """Lay both panels out over the texts of the form."""
    stops, questions = Stops(), min(QUESTIONS, site.settings.limits.questions)
    with gr.Column(elem_classes="fb-block", elem_id="gate-dial"):
        gr.HTML(present.gate_heading())
        with gr.Row(elem_classes="fb-dice"):
            try_all = gr.Button(say("Try every set of rules"), elem_id="gate-go", scale=0, min_width=260, size="md")
        gates = gr.HTML(elem_id="gate-shown", apply_default_css=False)
        gr.HTML(present.stored(gate_dials()), elem_id="gate-stored", apply_default_css=False)
    with gr.Column(elem_classes="fb-block", elem_id="illusion"):
        gr.HTML(present.illusion_heading())
        with gr.Row(elem_classes="fb-dials"):
            slider = gr.Slider(
                COLD, HOT, value=FIRST, step=0.25, label=say("Temperature, as a power of ten"),
                info=say("0 is the classifier's own scores"), elem_id="illusion-temperature",
            )  # fmt: skip
        with gr.Row(elem_classes="fb-dice"):
            go = gr.Button(say("Attack what it shows"), elem_id="illusion-go", scale=0, min_width=220, size="md")
            calibrate = gr.Button(say("Calibrate, then attack"), elem_id="illusion-calibrate", scale=0, min_width=220,
                                  size="md")  # fmt: skip
        seen = gr.HTML(elem_id="illusion-shown", apply_default_css=False)
    falls = gr.State()

    def example_of(task: str, text: str, hypothesis: str) -> Example:
        return make_example(task, text, hypothesis, site.settings.limits.characters)

    def dial(page: gr.Request, task: str, text: str, hypothesis: str) -> Iterator[str]:
        """TextFooler by every set of rules, a row after another."""
        from core.evaluation.dials import at_each_gate

        example, visitor = example_of(task, text, hypothesis), visitor_of(page)
        stops.arm(visitor)
        yield waiting(say("Attacking …"))
        classifier, lexicon = site.catalog.models(task)
        found = []
        for one in at_each_gate(classifier, lexicon, example, questions, stop=stops.flag(visitor)):
            found.append(one)
            yield present.gates(task, found)

    def attack(
        page: gr.Request, task: str, text: str, hypothesis: str, power: float, known: Any, fit: bool
    ) -> Iterator[list[Any]]:
        from core.evaluation.dials import fall, seen_through

        example, temperature = example_of(task, text, hypothesis), 10.0**power
        about = (task, example)
        rows = list(known[1]) if known and known[0] == about else []
        yield [waiting(say("Attacking …")), known]
        classifier, lexicon = site.catalog.models(task)
        if not rows:
            rows.append((say("the classifier's own scores"), fall(classifier, lexicon, example, RULES, questions)))
            yield [present.illusion(task, rows), (about, tuple(rows))]
        shown = say("scores ÷ {by}", by=f"{temperature:.3g}")
        looked = temperature
        if fit:
            own = seen_through(classifier, temperature)
            shown, looked = present.fitted(own, temperature, len(load_examples(task))), temperature * own
        rows.append((shown, fall(classifier, lexicon, example, RULES, questions, temperature=looked)))
        yield [present.illusion(task, rows), (about, tuple(rows))]

    def sharp(page: gr.Request, task: str, text: str, hypothesis: str, power: float, known: Any) -> Iterator[list[Any]]:
        """An attack that sees the scores at the slider's temperature."""
        yield from attack(page, task, text, hypothesis, power, known, fit=False)

    def calibrated(
        page: gr.Request, task: str, text: str, hypothesis: str, power: float, known: Any
    ) -> Iterator[list[Any]]:
        """The same after a temperature was fitted to what it sees."""
        yield from attack(page, task, text, hypothesis, power, known, fit=True)

    shared = site.asks
    try_all.click(guarded(dial, notice), texts.values, gates, api_name="page_gate_dial", **shared)
    for button, handler, name in ((go, sharp, "page_illusion"), (calibrate, calibrated, "page_calibrated")):
        button.click(guarded(handler, lambda message: [notice(message), None]), [*texts.values, slider, falls],
                     [seen, falls], api_name=name, **shared)  # fmt: skip

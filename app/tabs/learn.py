"""The Learn tab: the cards of the lesson and a page for teachers; and the card that stands above the other tabs."""

from typing import Any

import gradio as gr

from app.boundary import guarded
from app.lessons import FOLDER, card_of, teachers_page
from app.present import lesson as present
from app.tabs import QUIET, Site

CSS = FOLDER / "lesson.css"
MATHS: list[dict[str, str | bool]] = [{"left": "$", "right": "$", "display": False}]


def script() -> str:
    """For ``js_on_load``: marks what is to be used, ticks the card off when the deed is done."""
    return (FOLDER / "lesson.js").read_text(encoding="utf-8") + "\nmountLesson();\n"


def build(site: Site) -> None:
    """Lay the tab out. It needs no model."""
    gr.HTML(present.contents(), elem_id="learn-cards", js_on_load=script(), apply_default_css=False)
    with gr.Accordion(
        "For teachers: a lesson plan, five questions, what cannot be shown", open=False, elem_id="teacher"
    ):
        gr.Markdown(teachers_page(), elem_id="teacher-page")
        gr.HTML('<button class="fb-ghost" type="button" data-print="teacher">Print this sheet</button>')


def strip(page: Any) -> None:
    """The card of a link's lesson, above the tabs; hidden where the link names none."""
    with gr.Column(visible=False, elem_id="lesson", elem_classes="fb-block") as block:
        head = gr.HTML("", elem_id="lesson-head", js_on_load=script(), apply_default_css=False)
        plain = gr.Markdown("", elem_id="lesson-plain")
        figure = gr.HTML("", elem_id="lesson-figure", apply_default_css=False)
        with gr.Accordion("In formulas", open=False, elem_id="lesson-formulas") as deep:
            formulas = gr.Markdown("", latex_delimiters=MATHS)

    def show(request: gr.Request) -> list[Any]:
        """The card that the page's address names."""
        asked = dict(request.query_params) if request else {}
        card = card_of(asked.get("lesson", ""))
        if card is None:
            return [gr.skip()] * 6
        depth = asked.get("depth") == "formulas"
        return [gr.Column(visible=True), present.head(card, depth), card.plain, present.figure(card),
                gr.Accordion(open=depth), card.formulas]  # fmt: skip

    page.load(guarded(show), None, [block, head, plain, figure, deep, formulas], api_name="page_lesson", **QUIET)

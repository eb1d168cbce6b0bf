"""The Benchmark tab: the measured figures that ship, with their intervals; a small ladder is climbed on demand."""

import json
from typing import Any

import gradio as gr

from app.benchmark import FIRST, cards, columns, file_of, flags_of, ladders, runs, surface, table_of, tables, transfers
from app.boundary import declare, guarded
from app.figures import budget_figure
from app.present import audit, matrix
from app.present import benchmark as present
from app.present import dots as field
from app.present import ladder as stairs
from app.present.bars import plainly
from app.tabs import QUIET, Site, small_ladder

QUESTIONS, SHARE = "50", "20 %"
ALL, AS_MEASURED = "all, side by side", "as in the table"


def build(site: Site) -> None:
    """Lay the tab out. It needs no model until a small ladder is run."""
    table = table_of(FIRST)
    with gr.Column(elem_classes="fb-block"):
        with gr.Row(elem_classes="fb-dials"):
            menu = gr.Dropdown(present.choices(list(tables().values())), value=FIRST, label="Table", filterable=False,
                               elem_id="benchmark-table", scale=3)  # fmt: skip
            column = gr.Dropdown(_named(table.name), value=columns(table)[0], label="Column", filterable=False,
                                 elem_id="benchmark-columns", scale=2)  # fmt: skip
        with gr.Row(elem_classes="fb-dials"):
            only = gr.Textbox("", label="Only rows with", placeholder="FACT", max_lines=1, max_length=200, scale=3,
                              elem_id="benchmark-only")  # fmt: skip
            order = gr.Dropdown([(AS_MEASURED, False), ("highest first", True)], value=False, label="Order",
                                filterable=False, scale=2, elem_id="benchmark-order")  # fmt: skip
        chart = gr.HTML(present.chart(table, columns(table)[0]), elem_id="benchmark-chart", apply_default_css=False)
    whole = gr.HTML(present.whole(table, file_of(table.name)), elem_id="benchmark-whole", apply_default_css=False)
    if ladders():
        _ladder()
    small_ladder.build(site)
    if cards():
        _audits()
    if runs():
        _dots()
    if transfers():
        _transfers()
    _surface()
    with gr.Accordion("What each flag means", open=False, elem_id="benchmark-flags"):
        gr.HTML(present.flags(), apply_default_css=False)

    def choose(name: str, by_value: bool) -> tuple[Any, str, str, str]:
        """Another table, with its first column and all its rows."""
        chosen = table_of(name)
        first = columns(chosen)[0]
        return (
            gr.Dropdown(choices=_named(name), value=first),
            "",
            present.chart(chosen, first, by_value=by_value),
            present.whole(chosen, file_of(name)),
        )

    def draw(name: str, wanted: str, rows: str, by_value: bool) -> str:
        """Another column of the table, other rows of it, or another order."""
        return present.chart(table_of(name), wanted, rows, by_value)

    menu.input(guarded(choose), [menu, order], [column, only, chart, whole], api_name="page_benchmark", **QUIET)
    dials: list[Any] = [column, only, order]
    for number, dial in enumerate(dials):
        dial.input(guarded(draw), [menu, *dials], chart, api_name=f"page_benchmark_{number}", **QUIET)
    declare(benchmark)


def _named(name: str) -> list[tuple[str, str]]:
    return [(plainly(column), column) for column in columns(table_of(name))]


def _ladder() -> None:
    def show(name: str) -> tuple[str, str]:
        """The sentence and the falling bars of a classifier, or of all of them."""
        if name == ALL:
            return stairs.about_all(ladders()), stairs.side_by_side(ladders())
        rungs = ladders()[name]
        return stairs.sentence(name, rungs), stairs.stairs(rungs) + present.raised(flags_of(name))

    said, bars = show(ALL)
    with gr.Column(elem_classes="fb-block", elem_id="ladder"):
        gr.HTML(stairs.head(), apply_default_css=False)
        with gr.Row(elem_classes="fb-dials"):
            menu = gr.Dropdown([ALL, *ladders()], value=ALL, label="Classifier", filterable=False, elem_id="ladder-of")
        sentence = gr.HTML(said, elem_id="ladder-said", apply_default_css=False)
        shown = gr.HTML(bars, elem_id="ladder-stairs", apply_default_css=False)
    menu.input(guarded(show), menu, [sentence, shown], api_name="page_ladder", **QUIET)


def _audits() -> None:
    def show(name: str) -> str:
        """A card, or all of them side by side."""
        return audit.side_by_side(cards()) if name == ALL else audit.one(name, cards()[name])

    with gr.Column(elem_classes="fb-block", elem_id="audit"):
        gr.HTML(audit.head(), apply_default_css=False)
        with gr.Row(elem_classes="fb-dials"):
            menu = gr.Dropdown([ALL, *cards()], value=ALL, label="Card of", filterable=False, elem_id="audit-of")
        shown = gr.HTML(show(ALL), elem_id="audit-card", apply_default_css=False)
    menu.input(guarded(show), menu, shown, api_name="page_audit", **QUIET)


def _dots() -> None:
    def show(name: str) -> tuple[str, str]:
        """The attacks of a run, beside those on our own examples."""
        return field.said(name, runs()[name]), field.dots(runs()[name], field.own_attacks())

    first = next(iter(runs()))
    told, drawn = show(first)
    with gr.Column(elem_classes="fb-block", elem_id="dots"):
        gr.HTML(field.head(), apply_default_css=False)
        with gr.Row(elem_classes="fb-dials"):
            menu = gr.Dropdown(list(runs()), value=first, label="Attacks on", filterable=False, elem_id="dots-of")
        sentence = gr.HTML(told, elem_id="dots-said", apply_default_css=False)
        shown = gr.HTML(drawn, elem_id="dots-field", apply_default_css=False)
    menu.input(guarded(show), menu, [sentence, shown], api_name="page_dots", **QUIET)


def _transfers() -> None:
    made, readers = matrix.named(transfers())

    def show(against: str, by: str) -> tuple[str, str]:
        """The matrix, or a row or a column of it."""
        return matrix.sentence(transfers(), against, by), matrix.matrix(transfers(), against, by)

    told, drawn = show(matrix.ANY, matrix.ANY)
    with gr.Column(elem_classes="fb-block", elem_id="transfer"):
        gr.HTML(matrix.head(), apply_default_css=False)
        with gr.Row(elem_classes="fb-dials"):
            against = gr.Dropdown([matrix.ANY, *made], value=matrix.ANY, label="Texts made against", filterable=False,
                                  elem_id="transfer-against")  # fmt: skip
            by = gr.Dropdown([matrix.ANY, *readers], value=matrix.ANY, label="Read by", filterable=False,
                             elem_id="transfer-by")  # fmt: skip
        sentence = gr.HTML(told, elem_id="transfer-said", apply_default_css=False)
        shown = gr.HTML(drawn, elem_id="transfer-matrix", apply_default_css=False)
    for number, dial in enumerate((against, by)):
        dial.input(guarded(show), [against, by], [sentence, shown], api_name=f"page_transfer_{number}", **QUIET)


def _surface() -> None:
    shares = surface()
    counts = list(next(iter(next(iter(shares.values())).values())))

    def show(asked: str, share: str) -> tuple[str, Any]:
        """The sentence and the curves of a budget."""
        curves = shares[share]
        cells = {name: points[asked] for name, points in curves.items()}
        return present.budget_said(cells, asked, share), budget_figure(curves, asked)

    said, figure = show(QUESTIONS, SHARE)
    with gr.Column(elem_classes="fb-block", elem_id="budget"):
        gr.HTML(present.budget_head(), apply_default_css=False)
        with gr.Row(elem_classes="fb-dials"):
            asked = gr.Dropdown(counts, value=QUESTIONS, label="Questions allowed", filterable=False,
                                elem_id="budget-questions")  # fmt: skip
            share = gr.Dropdown(list(shares), value=SHARE, label="Share of the words that may change",
                                filterable=False, elem_id="budget-share")  # fmt: skip
        sentence = gr.HTML(said, elem_id="budget-said", apply_default_css=False)
        plot = gr.Plot(figure, show_label=False, elem_id="budget-curves")
    for number, dial in enumerate((asked, share)):
        dial.input(guarded(show), [asked, share], [sentence, plot], api_name=f"page_budget_{number}", **QUIET)


def benchmark(table: str) -> dict[str, Any]:
    """A table of measured figures that ships with the page: values, 95 % intervals, n, commands, paired comparisons.

    Nothing is computed. What a figure has left out has its default: defense plain, settings shipped, draws 1, seed 0.

    Args:
        table: The table's name, such as defended-mnli, budget-3, clean or table-3; a wrong one is answered with all.
    """
    told: dict[str, Any] = json.loads(file_of(table))
    return told

"""The dice panel of the Analyse tab: a randomised defence drawn a hundred times, and the histogram."""

from collections.abc import Iterator
from typing import Any

import gradio as gr

from app import work
from app.boundary import guarded
from app.figures import dice_figure
from app.present import dice as present
from app.tabs import Site
from app.visitors import visitor_of
from core.analysis.request import AnalysisRequest
from core.defenses.five import FIVE
from core.defenses.fuse import FUSE
from core.defenses.registry import composed_title

DEFENSES = {defense.title: defense.name for defense in (FUSE, FIVE)}
DRAWS = 100


def build(site: Site, request: gr.State) -> list[Any]:
    """Lay the panel out; answers its events, for the Stop button."""
    gr.HTML(present.heading())
    with gr.Row(elem_classes="fb-dice"):
        defense = gr.Radio(
            list(DEFENSES), value=FIVE.title, label="Defence", elem_id="dice-defense", scale=0, min_width=200
        )
        roll = gr.Button("Roll the dice 100 times", elem_id="roll", scale=0, min_width=260, size="md")
    said = gr.HTML(elem_id="dice-said")
    plot = gr.Plot(show_label=False, container=False, elem_id="dice-plot", visible=False)

    def roll_dice(page: gr.Request, asked: AnalysisRequest | None, name: str) -> Iterator[Any]:
        """Draw the defence 100 times, each with its own seed; the figure comes last."""
        if asked is None:
            yield present.first_analyse(), gr.skip()
            return
        visitor, defense = visitor_of(page), DEFENSES[name]
        title = composed_title(defense, site.catalog.title(asked.task, asked.model, visitor))
        for draws in work.dice(site.catalog, asked, visitor, defense, DRAWS):
            yield present.said(title, draws), gr.skip()
        yield present.said(title, draws), gr.Plot(dice_figure(draws), visible=True)

    rolling = guarded(roll_dice, lambda message: (present.trouble(message), gr.skip()))
    event = roll.click(rolling, [request, defense], [said, plot], api_name="page_dice", **site.asks)
    return [event]

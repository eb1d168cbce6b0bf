"""Colours, the Gradio theme and how classes look. Contrast of every pair used for text is at least 4.5 to 1.

Class colours derive from Okabe and Ito's palette for colour-blind readers, in a darker shade on light ground and a
lighter one on dark ground; a class always comes with the same symbol, so that colour is never the only carrier.
"""

from dataclasses import dataclass

import gradio as gr

from core.resources import ASSETS

CSS = ASSETS / "style.css"
FONT = ("Inter", "ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace")


@dataclass(frozen=True)
class Look:
    """How a class looks: ``key`` names its css variables, ``plot`` is a middle shade readable on both grounds."""

    key: str
    symbol: str
    marker: str
    plot: str


BLUE = Look("blue", "▲", "triangle-up", "#2b87c8")
VERMILION = Look("vermilion", "▼", "triangle-down", "#d9652b")
GREY = Look("grey", "■", "square", "#868c99")
GREEN = Look("green", "●", "circle", "#1b9a77")
PURPLE = Look("purple", "◆", "diamond", "#a874c4")
_BY_LABEL = {"positive": BLUE, "negative": VERMILION, "neutral": GREY}
_BY_LABEL |= {
    "entailment": Look("blue", "●", "circle", BLUE.plot),
    "contradiction": Look("vermilion", "◆", "diamond", VERMILION.plot),
}
_REST = (BLUE, VERMILION, GREY, GREEN, PURPLE)


def look_of(label: str, index: int) -> Look:
    """The look of a class, by its label where the label is known, else by its place."""
    return _BY_LABEL.get(label, _REST[index % len(_REST)])


def looks_of(labels: tuple[str, ...]) -> tuple[Look, ...]:
    """The looks of all classes of a task, in order."""
    return tuple(look_of(label, index) for index, label in enumerate(labels))


def theme() -> gr.themes.Base:
    """A calm theme: ink on paper, near-black buttons, colour kept for the classes."""
    ink = gr.themes.Color(
        name="ink", c50="#f7f8fa", c100="#eef0f4", c200="#dfe3ea", c300="#c6ccd7", c400="#9aa2b1", c500="#646c7b",
        c600="#4d5563", c700="#383f4b", c800="#242a34", c900="#171b22", c950="#0e1116",
    )  # fmt: skip
    base = gr.themes.Base(
        primary_hue=ink, secondary_hue=ink, neutral_hue=ink, font=FONT, font_mono=MONO,
        radius_size=gr.themes.sizes.radius_md, text_size=gr.themes.sizes.text_md,
    )  # fmt: skip
    return base.set(
        body_background_fill="#fbfbfc", body_background_fill_dark="#0e1116",
        body_text_color="#1b1f27", body_text_color_dark="#eceff4",
        body_text_color_subdued="#555d6b", body_text_color_subdued_dark="#a7afbd",
        background_fill_primary="#ffffff", background_fill_primary_dark="#151a21",
        background_fill_secondary="#f4f5f8", background_fill_secondary_dark="#1b2129",
        block_background_fill="transparent", block_background_fill_dark="transparent",
        block_border_width="0px", block_border_width_dark="0px", block_shadow="none",
        block_label_text_color="#4d5563", block_label_text_color_dark="#b9c0cc",
        block_title_text_color="#383f4b", block_title_text_color_dark="#d5dae3", block_title_text_weight="600",
        block_info_text_color="#5b6371", block_info_text_color_dark="#a7afbd",
        border_color_primary="#dfe3ea", border_color_primary_dark="#2b323d",
        input_background_fill="#ffffff", input_background_fill_dark="#10141a",
        input_border_color="#c6ccd7", input_border_color_dark="#39414e", input_border_width="1px",
        input_border_color_focus="#1b1f27", input_border_color_focus_dark="#eceff4",
        input_placeholder_color="#646c7b", input_placeholder_color_dark="#98a1b0",
        button_primary_background_fill="#1b1f27", button_primary_background_fill_dark="#eceff4",
        button_primary_background_fill_hover="#383f4b", button_primary_background_fill_hover_dark="#ffffff",
        button_primary_text_color="#ffffff", button_primary_text_color_dark="#12161c",
        button_primary_border_color="#1b1f27", button_primary_border_color_dark="#eceff4",
        button_secondary_background_fill="#ffffff", button_secondary_background_fill_dark="#1b2129",
        button_secondary_background_fill_hover="#eef0f4", button_secondary_background_fill_hover_dark="#262d38",
        button_secondary_border_color="#c6ccd7", button_secondary_border_color_dark="#39414e",
        button_secondary_text_color="#242a34", button_secondary_text_color_dark="#e3e7ee",
        checkbox_background_color_selected="#1b1f27", checkbox_background_color_selected_dark="#5c6675",
        checkbox_border_color="#868c99", checkbox_border_color_dark="#7c8594",
        checkbox_label_background_fill_selected="#1b1f27", checkbox_label_background_fill_selected_dark="#eceff4",
        checkbox_label_text_color_selected="#ffffff", checkbox_label_text_color_selected_dark="#12161c",
        checkbox_label_background_fill="#ffffff", checkbox_label_background_fill_dark="#1b2129",
        slider_color="#383f4b", slider_color_dark="#aab2c0", link_text_color="#12558a", link_text_color_dark="#7cc0f0",
        link_text_color_hover="#0d3f67", link_text_color_hover_dark="#a6d5f7",
        link_text_color_visited="#12558a", link_text_color_visited_dark="#7cc0f0",
        link_text_color_active="#12558a", link_text_color_active_dark="#7cc0f0",
    )  # fmt: skip

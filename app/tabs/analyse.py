"""The Analyse tab: one text, and everything the models say about it."""

import gradio as gr

from app.tabs import Site


def build(site: Site) -> None:
    """Lay the tab out and wire it."""
    gr.Textbox(label="Review", lines=4)
    gr.Button("Analyse", variant="primary")

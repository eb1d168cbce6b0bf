"""Same meaning? under the levels: the visitor judges, then the sentence encoder is asked about that pair."""

from typing import Any

import gradio as gr

from app.boundary import guarded
from app.meaning import Judgement, pairs
from app.present.html import notice
from app.present.meaning import meaning
from app.say import say
from app.tabs import Site
from core.errors import InputError


def build(site: Site, script: str) -> None:
    """Lay the panel out and wire it; ``script`` turns clicks into events."""
    shown = gr.HTML(meaning(()), elem_id="same-meaning", js_on_load=script, apply_default_css=False)
    judged = gr.State(())

    def judge(known: tuple[Judgement, ...], deed: gr.EventData) -> list[Any]:
        """Take the judgement down, ask the encoder, show the next pair."""
        act = deed._data.get("act")
        if act not in ("same", "other"):
            raise InputError(say("There is no such judgement: {act}.", act=f"{act!r:.40}"))
        if len(known) >= len(pairs()):
            return [known, meaning(known)]
        pair = pairs()[len(known)]
        first, second = site.shelf.lexicon().encoder.encode([pair.first, pair.second])
        known = (*known, Judgement(pair, act == "same", float(first @ second)))
        return [known, meaning(known)]

    shown.select(
        guarded(judge, lambda message: [gr.skip(), notice(message)]), judged, [judged, shown],
        api_name="page_meaning", **site.asks,
    )  # fmt: skip

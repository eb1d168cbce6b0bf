"""One panel alone, for a slide or a course page: ``?panel=words&embed=1``, with all else that a tab's own link holds.

A panel is a tab, or a part of one; its link names no tab, the panel does. What is not the panel is hidden by the
stylesheet, so everything in it works as it does on the whole page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import UnknownNameError


@dataclass(frozen=True)
class Panel:
    """The tab it is in, and the selectors of its parts; none for all of the tab."""

    tab: str
    parts: tuple[str, ...] = ()


PANELS: Mapping[str, Panel] = {
    "attack": Panel("attack"),
    "player": Panel("attack", ("#attack-player",)),
    "gate-dial": Panel("attack", ("#gate-dial",)),
    "illusion": Panel("attack", ("#illusion",)),
    "analyse": Panel("analyse"),
    "answer": Panel("analyse", ("#panel-answer",)),
    "importance": Panel("analyse", ("#importance",)),
    "votes": Panel("analyse", ("#panel-votes",)),
    "alternatives": Panel("analyse", ("#panel-alternatives",)),
    "noise": Panel("analyse", ("#noise",)),
    "dice": Panel("analyse", ("#dice",)),
    "words": Panel("words", ("#words-board", "#words-around")),
    "compare": Panel("words", ("#words-board", "#compare")),
    "cotune": Panel("cotune"),
    "benchmark": Panel("benchmark"),
    "budget": Panel("benchmark", ("#budget",)),
    "levels": Panel("levels"),
    "same-meaning": Panel("levels", ("#same-meaning",)),
    "other-chair": Panel("levels", ("#other-chair",)),
    "learn": Panel("learn"),
}
SCRIPT = """<script>
{
  const asked = new URLSearchParams(location.search);
  const panel = asked.get("panel") || asked.get("tab") || "attack";
  if (asked.get("embed") === "1") document.documentElement.dataset.embed = panel;
}
</script>"""


def asked_of(request: Any) -> dict[str, str]:
    """The parameters of the page's address, where ``panel`` has opened its tab. Raises UnknownNameError."""
    params = dict(request.query_params) if request else {}
    name = params.get("panel")
    if not name:
        return params
    if name not in PANELS:
        raise UnknownNameError("panel", name, PANELS)
    return {**params, "tab": PANELS[name].tab}


def embedded(query: str, panel: str) -> str:
    """The query string of a panel alone, from that of its tab's link."""
    rest = "&".join(pair for pair in query.split("&") if not pair.startswith("tab="))
    return f"panel={panel}&embed=1{f'&{rest}' if rest else ''}"


def head() -> str:
    """For the head of the page: marks it before it is drawn, and hides what is not the panel."""
    rules = [
        "[data-embed] :is(#masthead, #warmth, .fb-colophon, footer, .tab-wrapper) { display: none !important; }",
        "[data-embed] .gradio-container { max-width: none !important; }",
        "[data-embed] .gradio-container .main { padding-block: 0.4rem !important; min-height: 0 !important; }",
        ".fb-open { display: none; } [data-embed] .fb-open { display: block; }",
    ]
    for name, panel in PANELS.items():
        if panel.parts:
            within = ", ".join(f"{part}, {part} *, :has({part})" for part in panel.parts)
            rules.append(f'[data-embed="{name}"] #tab-{panel.tab} *:not({within}) {{ display: none !important; }}')
    return f"{SCRIPT}\n<style>\n{chr(10).join(rules)}\n</style>\n"

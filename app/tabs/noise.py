"""The noise panel of the Analyse tab: FIVE's cloud, a neighbour's beside it, the line between, the classes over sigma.

One dial moves all of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from app import work
from app.boundary import guarded
from app.controls import link_of
from app.figures_api import LINE_DRAWS
from app.looked import EVERY, Looked, choice_of, place_in, place_of
from app.noise_dial import (
    ALL,
    COPIES,
    HIGH,
    LEAST_COPIES,
    LOW,
    MOST_COPIES,
    PROJECTIONS,
    NoiseView,
    dial_for,
    first_with_neighbors,
    moved_to,
    sigma_at,
    step_after,
    word_of,
)
from app.noise_figures import beside_figure, cloud_figure, curve_figure, slice_figure
from app.permalink import to_query
from app.present import noise as present
from app.tabs import QUIET, Site
from app.visitors import visitor_of
from core.analysis.cloud import SigmaPoint, voters
from core.analysis.request import AnalysisRequest
from core.defenses.five import paper_sigma
from core.language.text import Word
from core.projection import Method

CURVE_DRAWS = 40
DECISIVE = ""
"""The neighbour that decides, whichever it is."""
ADDRESS = """(query) => {
  if (!query) return;
  const frame = "?panel=analyse&embed=1&" + query.replace(/^tab=analyse&/, "");
  const give = (kind, link) => {
    const button = document.querySelector(`#analyse-footer [data-fb=${kind}]`);
    if (button) button.dataset.query = link;
  };
  give("copy-link", "?" + query);
  give("copy-frame", frame);
  if (!document.documentElement.dataset.embed) history.replaceState(null, "", "?" + query);
}"""
"""The link to what is shown goes into the address and into the buttons that copy it."""


@dataclass(frozen=True)
class NoisePanel:
    """What the Analyse tab does with the panel.

    ``set_up`` are the outputs of :func:`after`, which has the panel ready for an analysis; ``draw`` is triggered then,
    and ``draw_new`` when the tab is opened. ``query`` holds the link of what is drawn.
    """

    dial: gr.Slider
    focus: gr.Dropdown
    set_up: list[Any]
    draw: Any
    draw_new: Any
    inputs: list[Any]
    outputs: list[Any]
    stop: list[Any]


@dataclass(frozen=True)
class Measured:
    """Curves that were measured: of which request and words, and the points of each by a name."""

    asked: AnalysisRequest
    word: str
    other: str
    curves: tuple[tuple[str, tuple[SigmaPoint, ...]], ...]
    labels: tuple[str, ...]
    marked: tuple[tuple[float, str], ...]

    def figure(self, sigma: float) -> Any:
        """The curves, with the dial's sigma marked."""
        return curve_figure(self.curves, self.labels, [*self.marked, (sigma, "dial")])


def build(site: Site, request: gr.State, query: gr.Textbox) -> NoisePanel:
    """Lay the panel out. ``request`` holds the last AnalysisRequest, or None; ``query`` the link to what is shown."""
    gr.HTML(present.heading())
    with gr.Row(elem_classes="fb-dials"):
        dial = gr.Slider(LOW, HIGH, value=0, step=0.25, label="Noise dial", elem_id="dial",
                         info="each whole step doubles σ; 0 is one std")  # fmt: skip
        focus = gr.Dropdown([(ALL, EVERY)], value=EVERY, label="Noise on", elem_id="focus", filterable=False)
        beside = gr.Dropdown([("the one that decides", DECISIVE)], value=DECISIVE, label="Beside it", elem_id="beside",
                             filterable=False)  # fmt: skip
        projection = gr.Radio(list(PROJECTIONS), value="PCA", label="Projection", elem_id="projection")
        draws = gr.Slider(LEAST_COPIES, MOST_COPIES, value=COPIES, step=20, label="Noised copies", elem_id="draws")
    reading = gr.HTML(present.reading(None, 0.0, 0.0), elem_id="noise-reading")
    plot = gr.Plot(show_label=False, container=False, elem_id="cloud")
    said = gr.HTML(present.drawing(), elem_id="noise-said")
    line_said = gr.HTML(present.drawing_line(), elem_id="slice-said")
    line = gr.Plot(show_label=False, container=False, elem_id="slice")
    with gr.Row():
        measure = gr.Button("Measure the classes against σ", elem_id="measure", size="md", scale=0, min_width=320)
    curve = gr.Plot(show_label=False, container=False, elem_id="curve", visible=False)
    curve_said = gr.HTML(elem_id="curve-said")
    measured, drawn = gr.State(), gr.State()

    def draw(
        page: gr.Request, asked: AnalysisRequest | None, step: float, method: str, word: str, copies: int, other: str,
        known: Measured | None, last: Any, looked: Looked | None,
    ) -> Iterator[dict[Any, Any]]:  # fmt: skip
        """Noised copies of a word's vector and its neighbour's, projected; the line between; the dial on the curves."""
        if asked is None:
            yield {said: present.drawing()}
            return
        if method == "UMAP":
            yield {said: present.waiting("UMAP compiles itself on first use; that takes about half a minute.")}
        visitor, only, sigma = visitor_of(page), word_of(word, asked), sigma_at(step, asked)
        std = site.classifier(asked, visitor).embedding_std
        read = present.reading(asked, sigma, sigma * std)
        place = place_in(looked, asked.task, asked.text)
        chosen = NoiseView(place, moved_to(step, asked), other if only else "", method, copies)
        yield {query: to_query(link_of(asked, std, chosen)), drawn: (asked, step, method, word, copies, other)}
        if only is None:
            cloud = work.cloud(site.catalog, asked, visitor, sigma, copies, PROJECTIONS[method])
            voted = voters(asked, sigma, only)
            shown = cloud_figure(cloud, voted) if cloud.points else None
            yield {reading: read, plot: shown, said: present.said(cloud, voted), beside: menu([], DECISIVE)} | nothing()
        else:
            yield from pair(asked, visitor, only, sigma, copies, PROJECTIONS[method], other, read)
        if known is not None and (known.asked, known.word) == (asked, word):
            yield {curve: gr.Plot(known.figure(sigma), visible=True)}
        else:
            yield {curve: gr.Plot(visible=False), curve_said: ""}

    def draw_new(page: gr.Request, *given: Any) -> Iterator[dict[Any, Any]]:
        """Draw, if something is to be drawn that is not there: the tab may have been opened with another word."""
        *shown, _, last, _ = given
        yield {drawn: last}
        if given[0] is not None and tuple(shown) != last:
            yield from draw(page, *given)

    def look(asked: AnalysisRequest | None, choice: str) -> Any:
        """The word that the visitor looks at, for all tabs."""
        place = place_of(choice, asked) if asked else None
        return gr.skip() if asked is None or place is None else Looked(asked.task, asked.text, place)

    def pair(
        asked: AnalysisRequest, visitor: str, word: Word, sigma: float, copies: int, method: Method, other: str,
        read: str,
    ) -> Iterator[dict[Any, Any]]:  # fmt: skip
        near, found = work.beside(site.catalog, asked, visitor, word, other, sigma, copies, method)
        shown = {reading: read, beside: menu(near.names, other)}
        if found is None:
            cloud = work.cloud(site.catalog, asked, visitor, sigma, copies, method, word)
            told = present.said(cloud, 0) + present.no_neighbor(word.text)
            yield {**shown, plot: cloud_figure(cloud), said: told, line: None, line_said: ""}
            return
        begun = present.line_head(word.text, found.other)
        yield {**shown, plot: beside_figure(found), said: present.beside_said(found), line_said: begun}
        points = work.line(site.catalog, asked, visitor, word, found.other, sigma, LINE_DRAWS)
        yield {
            line: gr.Plot(slice_figure(points, found.labels, word.text, found.other), visible=True),
            line_said: present.line_said(points, word.text, found.other),
        }

    def nothing() -> dict[Any, Any]:
        return {line: gr.Plot(visible=False), line_said: ""}

    def read_dial(page: gr.Request, asked: AnalysisRequest | None, step: float) -> str:
        """The dial's sigma, relative and absolute."""
        std = site.classifier(asked, visitor_of(page)).embedding_std if asked else 0.0
        return present.reading(asked, sigma_at(step, asked), std * sigma_at(step, asked))

    def measure_curve(
        page: gr.Request, asked: AnalysisRequest | None, word: str, other: str, step: float
    ) -> Iterator[dict[Any, Any]]:
        """Share of noised copies that each class wins, at ten sigmas; of the text with the neighbour, too."""
        if asked is None:
            yield {curve_said: present.first_analyse()}
            return
        visitor, only = visitor_of(page), word_of(word, asked)
        classifier = site.classifier(asked, visitor)
        paper = paper_sigma(classifier.task, classifier.embedding_std)
        marked = [m for m in ((asked.settings.five.sigma_relative, "yours"), (paper, "paper")) if m[0] > 0]
        wanted = [("", work.curve(site.catalog, asked, visitor, CURVE_DRAWS, only))]
        if only is not None and (beside_it := other or work.decisive(site.catalog, asked, visitor, only)):
            wanted = [(f"with “{only.text}”", work.curve(site.catalog, asked, visitor, CURVE_DRAWS, only)),
                      (f"with “{beside_it}”",
                       work.other_curve(site.catalog, asked, visitor, CURVE_DRAWS, only, beside_it))]  # fmt: skip
        curves: list[tuple[str, tuple[SigmaPoint, ...]]] = []
        for name, points in wanted:
            found: list[SigmaPoint] = []
            for point in points:
                found.append(point)
                done = len(found) + sum(len(points) for _, points in curves)
                yield {curve_said: present.measuring(done, 10 * len(wanted), point.n)}
            curves.append((name, tuple(found)))
        kept = Measured(asked, word, other, tuple(curves), classifier.task.labels, tuple(marked))
        shown = gr.Plot(kept.figure(sigma_at(step, asked)), visible=True)
        yield {measured: kept, curve: shown, curve_said: present.curve_said(curves[0][1])}

    shared = site.asks
    inputs = [request, dial, projection, focus, draws, beside, measured, drawn, site.looked]
    outputs = [reading, plot, said, beside, line, line_said, curve, curve_said, query, drawn]
    refuse = {"notice": lambda message: {said: present.trouble(message)}}
    drawing, drawing_new = guarded(draw, **refuse), guarded(draw_new, **refuse)
    looking = focus.input(guarded(look), [request, focus], site.looked, api_name="page_look", **QUIET)
    moved = gr.on([dial.input, projection.input, draws.input, beside.input], drawing, inputs, outputs,
                  api_name="page_cloud", trigger_mode="always_last", **shared)  # fmt: skip
    looked = looking.then(drawing, inputs, outputs, api_name="page_cloud_of_word", **shared)
    for event in (moved, looked):
        event.then(None, query, js=ADDRESS)
    events = [
        moved,
        looked,
        measure.click(guarded(measure_curve, lambda message: {curve_said: present.trouble(message)}),
                      [request, focus, beside, dial], [measured, curve, curve_said], api_name="page_sigma_curve",
                      **shared),
    ]  # fmt: skip
    dial.change(guarded(read_dial), [request, dial], reading, queue=False, show_progress="hidden",
                api_name="page_dial", api_visibility="undocumented")  # fmt: skip
    set_up = [dial, focus, projection, draws, beside, site.looked]
    return NoisePanel(dial, focus, set_up, drawing, drawing_new, inputs, outputs, events)


def after(
    site: Site, asked: AnalysisRequest, words: Sequence[tuple[str, str]], before: AnalysisRequest | None, step: float,
    looked: Looked | None, view: NoiseView | None,
) -> list[Any]:  # fmt: skip
    """Updates of ``set_up`` for an analysis: the ``words`` that noise can be on, and what was chosen ``before``.

    ``view`` is what a link asks for.
    """
    if view is not None:
        looked = None if view.place is None else Looked(asked.task, asked.text, view.place)
    wanted, listed = choice_of(place_in(looked, asked.task, asked.text), asked), [choice for _, choice in words]
    focus = gr.Dropdown(words, value=wanted if wanted in listed else first_with_neighbors(words, site.shelf.lexicon()))
    if view is None:
        return [step_after(before, step, asked), focus, *[gr.skip()] * 4]
    dial = dial_for(asked) if view.step is None else view.step
    return [dial, focus, view.projection, view.copies, menu([view.beside] if view.beside else [], view.beside), looked]


def menu(names: Sequence[str], chosen: str) -> gr.Dropdown:
    """The words that can stand beside the one noised."""
    listed = [("the one that decides", DECISIVE), *((name, name) for name in names)]
    return gr.Dropdown(listed, value=chosen if chosen in names else DECISIVE)

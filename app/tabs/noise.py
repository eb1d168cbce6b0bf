"""The noise panel of the Analyse tab: FIVE's cloud, a neighbour's beside it, the line between, the classes over sigma.

One dial moves all of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from app import work
from app.boundary import guarded
from app.noise_dial import ALL, HIGH, LOW, sigma_at, word_of
from app.noise_figures import beside_figure, cloud_figure, curve_figure, slice_figure
from app.present import noise as present
from app.tabs import Site
from app.visitors import visitor_of
from core.analysis.cloud import SigmaPoint, voters
from core.analysis.request import AnalysisRequest
from core.defenses.five import paper_sigma
from core.language.text import Word
from core.projection import Method

CURVE_DRAWS, LINE_DRAWS = 40, 20
DECISIVE = ""
"""The neighbour that decides, whichever it is."""
PROJECTIONS: dict[str, Method] = {"PCA": "pca", "UMAP": "umap", "t-SNE": "tsne"}


@dataclass(frozen=True)
class NoisePanel:
    """The panel's components; the Analyse tab sets ``dial`` and ``focus`` and triggers ``draw`` after an analysis."""

    dial: gr.Slider
    focus: gr.Dropdown
    draw: Any
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


def build(site: Site, request: gr.State) -> NoisePanel:
    """Lay the panel out. ``request`` holds the last AnalysisRequest, or None."""
    gr.HTML(present.heading())
    with gr.Row(elem_classes="fb-dials"):
        dial = gr.Slider(LOW, HIGH, value=0, step=0.25, label="Noise dial", elem_id="dial",
                         info="each whole step doubles σ; 0 is one std")  # fmt: skip
        focus = gr.Dropdown([ALL], value=ALL, label="Noise on", elem_id="focus", filterable=False)
        beside = gr.Dropdown([("the one that decides", DECISIVE)], value=DECISIVE, label="Beside it", elem_id="beside",
                             filterable=False)  # fmt: skip
        projection = gr.Radio(list(PROJECTIONS), value="PCA", label="Projection", elem_id="projection")
        draws = gr.Slider(20, 400, value=60, step=20, label="Noised copies", elem_id="draws")
    reading = gr.HTML(present.reading(None, 0.0, 0.0), elem_id="noise-reading")
    plot = gr.Plot(show_label=False, container=False, elem_id="cloud")
    said = gr.HTML(present.drawing(), elem_id="noise-said")
    line_said = gr.HTML(present.drawing_line(), elem_id="slice-said")
    line = gr.Plot(show_label=False, container=False, elem_id="slice")
    with gr.Row():
        measure = gr.Button("Measure the classes against σ", elem_id="measure", size="md", scale=0, min_width=320)
    curve = gr.Plot(show_label=False, container=False, elem_id="curve", visible=False)
    curve_said = gr.HTML(elem_id="curve-said")
    measured = gr.State()

    def draw(
        page: gr.Request, asked: AnalysisRequest | None, step: float, method: str, word: str, copies: int, other: str,
        known: Measured | None,
    ) -> Iterator[dict[Any, Any]]:  # fmt: skip
        """Noised copies of a word's vector and its neighbour's, projected; the line between; the dial on the curves."""
        if asked is None:
            yield {said: present.drawing()}
            return
        if method == "UMAP":
            yield {said: present.waiting("UMAP compiles itself on first use; that takes about half a minute.")}
        visitor, only, sigma = visitor_of(page), word_of(word, asked), sigma_at(step, asked)
        read = present.reading(asked, sigma, sigma * site.classifier(asked, visitor).embedding_std)
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
    inputs = [request, dial, projection, focus, draws, beside, measured]
    outputs = [reading, plot, said, beside, line, line_said, curve, curve_said]
    drawing = guarded(draw, lambda message: {said: present.trouble(message)})
    events = [
        gr.on([dial.release, projection.input, focus.input, draws.release, beside.input], drawing, inputs, outputs,
              api_name="page_cloud", trigger_mode="always_last", **shared),
        measure.click(guarded(measure_curve, lambda message: {curve_said: present.trouble(message)}),
                      [request, focus, beside, dial], [measured, curve, curve_said], api_name="page_sigma_curve",
                      **shared),
    ]  # fmt: skip
    dial.change(guarded(read_dial), [request, dial], reading, queue=False, show_progress="hidden",
                api_name="page_dial", api_visibility="undocumented")  # fmt: skip
    return NoisePanel(dial, focus, drawing, inputs, outputs, events)


def menu(names: Sequence[str], chosen: str) -> gr.Dropdown:
    """The words that can stand beside the one noised."""
    listed = [("the one that decides", DECISIVE), *((name, name) for name in names)]
    return gr.Dropdown(listed, value=chosen if chosen in names else DECISIVE)

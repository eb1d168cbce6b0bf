"""The noise panel of the Analyse tab: FIVE's cloud with its dial, and the classes against sigma."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from app import work
from app.boundary import guarded
from app.figures import cloud_figure, curve_figure
from app.present import noise as present
from app.tabs import Site
from app.visitors import visitor_of
from core.analysis.cloud import voters
from core.analysis.request import AnalysisRequest
from core.defenses.five import paper_sigma
from core.language.text import Word
from core.projection import Method

LOW, HIGH = -3, 8
CURVE_DRAWS = 40
ALL = "all of FIVE's words"
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


def dial_for(request: AnalysisRequest) -> float:
    """Where the dial stands for the sigma that FIVE votes with."""
    return min(max(math.log2(max(request.settings.five.sigma_relative, 1e-9)), LOW), HIGH)


def sigma_at(step: float, request: AnalysisRequest | None) -> float:
    """The relative sigma at a place of the dial; exactly FIVE's where the dial stands for it."""
    if request is not None and math.isclose(step, dial_for(request), abs_tol=1e-3):
        return min(max(request.settings.five.sigma_relative, 2.0**LOW), 2.0**HIGH)
    return 2.0**step


def choices(words: tuple[Word, ...]) -> list[tuple[str, str]]:
    """What the noise can be on: one of FIVE's words, or all of them together."""
    return [*((word.text, f"{word.start}:{word.end}") for word in words), (ALL, ALL)]


def word_of(choice: str, request: AnalysisRequest) -> Word | None:
    """The word that a choice names, or None for all of them."""
    if choice == ALL:
        return None
    start, end = map(int, choice.split(":"))
    return Word(start, end, request.text[start:end])


def build(site: Site, request: gr.State) -> NoisePanel:
    """Lay the panel out. ``request`` holds the last AnalysisRequest, or None."""
    gr.HTML(present.heading())
    with gr.Row(elem_classes="fb-dials"):
        dial = gr.Slider(
            LOW,
            HIGH,
            value=0,
            step=0.25,
            label="Noise dial",
            info="each whole step doubles σ; 0 is one std",
            elem_id="dial",
        )
        projection = gr.Radio(list(PROJECTIONS), value="PCA", label="Projection", elem_id="projection")
        focus = gr.Dropdown([ALL], value=ALL, label="Noise on", elem_id="focus", filterable=False)
        draws = gr.Slider(20, 400, value=60, step=20, label="Noised copies", elem_id="draws")
    reading = gr.HTML(present.reading(None, 0.0, 0.0), elem_id="noise-reading")
    plot = gr.Plot(show_label=False, container=False, elem_id="cloud")
    said = gr.HTML(present.drawing(), elem_id="noise-said")
    with gr.Row():
        measure = gr.Button("Measure the classes against σ", elem_id="measure", size="md", scale=0, min_width=320)
    curve = gr.Plot(show_label=False, container=False, elem_id="curve", visible=False)
    curve_said = gr.HTML(elem_id="curve-said")

    def draw(
        page: gr.Request, asked: AnalysisRequest | None, step: float, method: str, word: str, copies: int
    ) -> Iterator[Any]:
        """Noised copies of the chosen words' vectors, projected; one figure."""
        if asked is None:
            yield gr.skip(), gr.skip(), present.drawing()
            return
        if method == "UMAP":
            yield (
                gr.skip(),
                gr.skip(),
                present.waiting("UMAP compiles itself on first use; that takes about half a minute."),
            )
        only, sigma = word_of(word, asked), sigma_at(step, asked)
        cloud = work.cloud(site.catalog, asked, visitor_of(page), sigma, copies, PROJECTIONS[method], only)
        voted = voters(asked, sigma, only)
        figure = cloud_figure(cloud, voted) if cloud.points else None
        yield present.reading(asked, sigma, cloud.sigma_absolute), figure, present.said(cloud, voted)

    def read_dial(page: gr.Request, asked: AnalysisRequest | None, step: float) -> str:
        """The dial's sigma, relative and absolute."""
        std = site.classifier(asked, visitor_of(page)).embedding_std if asked else 0.0
        return present.reading(asked, sigma_at(step, asked), std * sigma_at(step, asked))

    def measure_curve(page: gr.Request, asked: AnalysisRequest | None, word: str) -> Iterator[Any]:
        """Share of noised copies that each class wins, at ten sigmas."""
        if asked is None:
            yield gr.skip(), present.first_analyse()
            return
        classifier = site.classifier(asked, visitor_of(page))
        paper = paper_sigma(classifier.task, classifier.embedding_std)
        marked = [(asked.settings.five.sigma_relative, "yours"), (paper, "paper")]
        points = []
        for point in work.curve(site.catalog, asked, visitor_of(page), CURVE_DRAWS, word_of(word, asked)):
            points.append(point)
            yield gr.skip(), present.measuring(len(points), point.n)
        figure = curve_figure(points, classifier.task.labels, [m for m in marked if m[0] > 0])
        yield gr.Plot(figure, visible=True), present.curve_said(points)

    shared = {"show_progress": "hidden", "api_visibility": "undocumented", **site.settings.model_queue}
    inputs, outputs = [request, dial, projection, focus, draws], [reading, plot, said]
    drawing = guarded(draw, lambda message: (gr.skip(), gr.skip(), present.trouble(message)))
    events = [
        gr.on([dial.release, projection.input, focus.input, draws.release], drawing, inputs, outputs,
              api_name="page_cloud", trigger_mode="always_last", **shared),
        measure.click(guarded(measure_curve, lambda message: (gr.skip(), present.trouble(message))), [request, focus],
                      [curve, curve_said], api_name="page_sigma_curve", **shared),
    ]  # fmt: skip
    dial.change(guarded(read_dial), [request, dial], reading, queue=False, show_progress="hidden",
                api_name="page_dial", api_visibility="undocumented")  # fmt: skip
    return NoisePanel(dial, focus, drawing, inputs, outputs, events)

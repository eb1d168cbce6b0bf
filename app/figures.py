"""Core values -> Plotly figures. Pure.

Transparent ground and middle shades, so that one figure serves light and dark; the stylesheet colours its text. Every
class has a marker shape of its own.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from app.theme import BLUE, GREEN, PURPLE, VERMILION, Look, looks_of
from core.analysis.cloud import Cloud, SigmaPoint
from core.analysis.redraws import Redraws
from core.evaluation.results import Result
from core.evaluation.statistics import wilson
from core.events import Evaluated, TrainingStep

INK = "#868c99"
GRID = "rgba(134,140,153,0.22)"
AXES = {"pca": "principal component", "umap": "UMAP dimension", "tsne": "t-SNE dimension"}


def cloud_figure(cloud: Cloud, voted: int = 0) -> go.Figure:
    """The noised copies by class, the near-synonyms (named when one word is noised), the text itself as a star.

    The first ``voted`` copies are ringed: they are FIVE's own voters.
    """
    looks = looks_of(cloud.labels)
    traces = []
    copies = [p for p in cloud.points if p.kind == "noised"]
    for label, (name, look) in enumerate(zip(cloud.labels, looks, strict=True)):
        here = [(p, i < voted) for i, p in enumerate(copies) if p.label == label]
        traces.append(_scatter(f"noised copy: {name}", look, here, size=9, opacity=0.62))
    near = [p for p in cloud.points if p.kind == "neighbor"]
    for label, (name, look) in enumerate(zip(cloud.labels, looks, strict=True)):
        here = [(p, False) for p in near if p.label == label]
        if here:
            traces.append(
                _scatter(
                    f"near-synonym: {name}", look, here, size=14, opacity=1.0, named=len(cloud.words) == 1, ring=True
                )
            )
    origin = [p for p in cloud.points if p.kind == "original"]
    traces.append(
        go.Scatter(
            x=[p.x for p in origin],
            y=[p.y for p in origin],
            mode="markers",
            name="the text itself",
            marker={"symbol": "star", "size": 18, "color": "#f0b429", "line": {"width": 1.5, "color": "#5c4306"}},
            hovertext=[f"the text itself: {cloud.labels[p.label]} {p.probability:.0%}" for p in origin],
            hoverinfo="text",
        )
    )
    axis = AXES[cloud.method]
    figure = _figure(traces, 460)
    figure.update_xaxes(title_text=f"first {axis}", showticklabels=False)
    figure.update_yaxes(title_text=f"second {axis}", showticklabels=False)
    return figure


def curve_figure(
    points: Sequence[SigmaPoint], labels: tuple[str, ...], marked: Sequence[tuple[float, str]]
) -> go.Figure:
    """Share of the noised copies that each class wins, against sigma (logarithmic), with 95 % Wilson intervals.

    ``marked``: sigmas to point out, with a word each.
    """
    traces = []
    for label, (name, look) in enumerate(zip(labels, looks_of(labels), strict=True)):
        shares = [p.counts[label] / p.n if p.n else 0.0 for p in points]
        spans = [wilson(p.counts[label], p.n) if p.n else (0.0, 0.0) for p in points]
        traces.append(
            go.Scatter(
                x=[p.sigma for p in points],
                y=shares,
                mode="lines+markers",
                name=name,
                line={"color": look.plot, "width": 2.5},
                marker={"symbol": look.marker, "size": 10},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": [high - s for s, (_, high) in zip(shares, spans, strict=True)],
                    "arrayminus": [s - low for s, (low, _) in zip(shares, spans, strict=True)],
                    "thickness": 1,
                    "width": 3,
                },
                hovertext=[
                    f"{name}: {p.counts[label]} of {p.n} at σ = {p.sigma:g} × std ({p.sigma_absolute:.3g} absolute)"
                    for p in points
                ],
                hoverinfo="text",
            )
        )
    figure = _figure(traces, 360)
    for sigma, word in marked:
        figure.add_vline(x=sigma, line={"color": INK, "width": 1.2, "dash": "dot"})
        figure.add_annotation(
            x=math.log10(sigma), y=1.0, xref="x", yref="paper", text=word, showarrow=False, yanchor="bottom"
        )
    figure.update_xaxes(
        type="log",
        title_text="noise σ, in units of the embedding table's coordinate std",
        tickvals=[p.sigma for p in points] or None,
        ticktext=[f"{p.sigma:g}" for p in points] or None,
        range=[-1.1, 2.35],
    )
    figure.update_yaxes(title_text="share of copies", range=[-0.03, 1.03], tickformat=".0%")
    return figure


def dice_figure(draws: Redraws, plain: float | None = None) -> go.Figure:
    """How often which probability came out, of the class that the plain classifier answers."""
    labels, looks = draws.labels, looks_of(draws.labels)
    traces = []
    for label, (name, look) in enumerate(zip(labels, looks, strict=True)):
        values = [p for p, winner in zip(draws.probabilities, draws.winners, strict=True) if winner == label]
        traces.append(
            go.Histogram(
                x=values,
                xbins={"start": 0.0, "end": 1.0001, "size": 0.05},
                name=f"{look.symbol} answers {name} ({len(values)})",
                marker={"color": look.plot, "line": {"width": 1, "color": "rgba(255,255,255,0.35)"}},
                hovertemplate="%{y} draws at %{x}<extra></extra>",
            )
        )
    figure = _figure(traces, 320)
    figure.update_layout(barmode="stack", bargap=0.06)
    if plain is not None:
        figure.add_vline(x=plain, line={"color": INK, "width": 1.5, "dash": "dot"}, annotation_text="plain")
    figure.update_xaxes(title_text=f"probability of “{labels[draws.reference]}”", range=[-0.01, 1.01], tickformat=".0%")
    figure.update_yaxes(title_text="draws")
    return figure


def loss_figure(steps: Sequence[TrainingStep], total: int) -> go.Figure:
    """Cross-entropy of the rows and of their alternatives against the step of a co-tuning run."""
    lines = (
        ("rows as they stand", BLUE, "solid", [(s.step, s.clean_loss) for s in steps]),
        ("their alternatives", VERMILION, "dash", [(s.step, s.synthetic_loss) for s in steps]),
    )
    figure = _figure([_line(name, look, dash, [p for p in points if p[1] is not None], ".3f", len(points) > 30)
                      for name, look, dash, points in lines], 300)  # fmt: skip
    figure.update_xaxes(title_text="step", title_standoff=8, range=[0, total + 0.5])
    figure.update_layout(legend_y=-0.32, margin_t=8)
    figure.update_yaxes(title_text="loss", rangemode="tozero")
    return figure


def accuracy_figure(evaluations: Sequence[Evaluated], total: int) -> go.Figure:
    """Accuracy on the held-out rows and on their alternatives against the step; the best checkpoint is ringed."""
    lines = (
        ("held-out rows", BLUE, "solid", [(e.step, e.accuracy) for e in evaluations]),
        ("their alternatives", VERMILION, "dash", [(e.step, e.synthetic_accuracy) for e in evaluations]),
    )
    traces = [
        _line(name, look, dash, [p for p in points if p[1] is not None], ".0%") for name, look, dash, points in lines
    ]
    best = next((e for e in reversed(evaluations) if e.best), None)
    if best is not None:
        mark = {"symbol": "circle-open", "size": 20, "color": "#d69a1c", "line": {"width": 3}}
        traces.append(go.Scatter(x=[best.step], y=[best.accuracy], mode="markers", name="kept so far", marker=mark,
                                 hoverinfo="skip", cliponaxis=False))  # fmt: skip
    figure = _figure(traces, 300)
    figure.update_xaxes(title_text="step", title_standoff=8, range=[0, total + 0.5])
    figure.update_layout(legend_y=-0.32, margin_t=8)
    figure.update_yaxes(title_text="accuracy", range=[-0.03, 1.03], tickformat=".0%")
    return figure


def budget_figure(curves: Mapping[str, Mapping[str, Result]], chosen: str) -> go.Figure:
    """Accuracy after an attack against the questions it may ask, a curve a classifier, with the stored intervals.

    ``curves``: name -> questions -> figure; the ``chosen`` number of questions is marked.
    """
    traces = []
    for (name, points), look in zip(curves.items(), (VERMILION, BLUE, GREEN, PURPLE), strict=False):
        highs = [p.value if p.high is None else p.high for p in points.values()]
        lows = [p.value if p.low is None else p.low for p in points.values()]
        values = [p.value for p in points.values()]
        error = {"type": "data", "symmetric": False, "thickness": 1.2, "width": 4,
                 "array": [high - value for high, value in zip(highs, values, strict=True)],
                 "arrayminus": [value - low for low, value in zip(lows, values, strict=True)]}  # fmt: skip
        said = [f"{name}: {v:.3f} ({low:.3f} to {high:.3f})" for v, low, high in zip(values, lows, highs, strict=True)]
        traces.append(go.Scatter(x=list(points), y=values, mode="lines+markers", name=name, error_y=error,
                                 line={"color": look.plot, "width": 2.5}, marker={"symbol": look.marker, "size": 9},
                                 hovertext=said, hoverinfo="text", cliponaxis=False))  # fmt: skip
    figure = _figure(traces, 340)
    order = list(next(iter(curves.values())))
    # By its place: the browser would take "50" for a number, far to the right of seven names.
    figure.add_vline(x=order.index(chosen), line={"color": INK, "width": 1.5, "dash": "dot"})
    figure.update_xaxes(
        type="category",
        categoryorder="array",
        categoryarray=order,
        tickangle=0,
        title_text="questions allowed",
        title_standoff=8,
    )
    figure.update_yaxes(title_text="right after the attack", rangemode="tozero", tickformat=".0%")
    figure.update_layout(legend_y=-0.3)
    return figure


def _line(
    name: str, look: Look, dash: str, points: Sequence[tuple[int, Any]], form: str, bare: bool = False
) -> go.Scatter:
    return go.Scatter(
        x=[x for x, _ in points], y=[y for _, y in points], mode="lines" if bare else "lines+markers", name=name,
        line={"color": look.plot, "width": 2.5, "dash": dash}, marker={"symbol": look.marker, "size": 9},
        hovertemplate=f"step %{{x}}: %{{y:{form}}}<extra>{name}</extra>", cliponaxis=False,
    )  # fmt: skip


def _scatter(
    name: str,
    look: Look,
    points: Sequence[tuple[Any, bool]],
    size: int,
    opacity: float,
    named: bool = False,
    ring: bool = False,
) -> go.Scatter:
    return go.Scatter(
        x=[p.x for p, _ in points],
        y=[p.y for p, _ in points],
        mode="markers+text" if named else "markers",
        name=name,
        text=[p.word.rpartition("→ ")[2] for p, _ in points] if named else None,
        textposition="top center",
        marker={
            "symbol": look.marker,
            "size": size,
            "color": look.plot,
            "opacity": opacity,
            "line": {"width": [1.8 if ring or voted else 0 for _, voted in points], "color": "#3c434f"},
        },
        hovertext=[
            f"{p.word or 'noised copy'}{' (voted)' if voted else ''}: {p.probability:.0%}" for p, voted in points
        ],
        hoverinfo="text",
        cliponaxis=False,
    )


def _figure(traces: Sequence[Any], height: int) -> go.Figure:
    figure = go.Figure(list(traces))
    clear = "rgba(0,0,0,0)"
    figure.update_layout(
        template="none",
        height=height,
        paper_bgcolor=clear,
        plot_bgcolor=clear,
        font={"family": "Inter, system-ui, sans-serif", "size": 13, "color": INK},
        margin={"l": 56, "r": 12, "t": 28, "b": 52},
        legend={"orientation": "h", "y": -0.2, "x": 0, "yanchor": "top"},
        hoverlabel={"bgcolor": "#171b22", "font": {"color": "#ffffff"}},
        dragmode=False,
    )
    for axes in (figure.update_xaxes, figure.update_yaxes):
        axes(gridcolor=GRID, zeroline=False, automargin=True, title_font_size=13)
    return figure

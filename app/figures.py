"""Core values -> Plotly figures. Pure.

Transparent ground and middle shades, so that one figure serves light and dark; the stylesheet colours its text. Every
class has a marker shape of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from app.theme import BLUE, GREEN, PURPLE, VERMILION, Look, looks_of
from core.analysis.before_after import Faithfulness
from core.analysis.redraws import Redraws
from core.evaluation.results import Result
from core.events import Evaluated, TrainingStep

INK = "#868c99"
GRID = "rgba(134,140,153,0.22)"


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
    figure = framed(traces, 320)
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
    figure = framed([_line(name, look, dash, [p for p in points if p[1] is not None], ".3f", len(points) > 30)
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
    figure = framed(traces, 300)
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
    figure = framed(traces, 340)
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


def deletion_figure(found: Faithfulness, label: str) -> go.Figure:
    """The first answer's probability as words are taken out, a line a measure, random orders as a band."""
    edge = {"x": [*found.counts, *reversed(found.counts)], "y": [*found.highest, *reversed(found.lowest)]}
    traces = [go.Scatter(**edge, fill="toself", fillcolor="rgba(134,140,153,0.22)", line={"width": 0}, mode="lines",
                         hoverinfo="skip", name=f"random orders (n = {found.orders})")]  # fmt: skip
    traces.append(go.Scatter(x=list(found.counts), y=list(found.chance), mode="lines", name="their mean",
                             line={"color": INK, "width": 2, "dash": "dot"}, cliponaxis=False))  # fmt: skip
    for curve, look in zip(found.curves, (VERMILION, BLUE, GREEN, PURPLE), strict=False):
        name = curve.method.replace("_", " ")
        traces.append(go.Scatter(
            x=list(found.counts), y=list(curve.left), mode="lines+markers", name=name, cliponaxis=False,
            line={"color": look.plot, "width": 2.5}, marker={"symbol": look.marker, "size": 9},
            hovertemplate=f"%{{x}} words out: %{{y:.1%}}<extra>{name}</extra>",
        ))  # fmt: skip
    figure = framed(traces, 340)
    figure.update_xaxes(title_text="words taken out", title_standoff=8, rangemode="tozero")
    figure.update_yaxes(title_text=f"probability of “{label}”", range=[-0.03, 1.03], tickformat=".0%")
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


def framed(traces: Sequence[Any], height: int) -> go.Figure:
    """The traces on a clear ground, with a legend below; ``height`` in pixels."""
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

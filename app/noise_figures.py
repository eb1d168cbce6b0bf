"""Core values of the noise panel -> Plotly figures. Pure.

A copy of the text itself is a filled shape, one of the text with the other word an open shape; bands are 95 % Wilson
intervals.
"""

import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from app.figures import GRID, INK, framed
from app.theme import Look, looks_of
from core.analysis.beside import Beside, SlicePoint
from core.analysis.cloud import Cloud, CloudPoint, SigmaPoint
from core.evaluation.statistics import wilson

AXES = {"pca": "principal component", "umap": "UMAP dimension", "tsne": "t-SNE dimension"}
STAR = {"symbol": "star", "size": 18, "color": "#f0b429", "line": {"width": 1.5, "color": "#5c4306"}}
OTHER_STAR = {"symbol": "star-open", "size": 17, "color": "#d69a1c", "line": {"width": 2.5}}

ROOM = (0.16, 0.07)
"""What a name needs beside and above it, as a share of the figure's width and height."""


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
            marker=STAR,
            hovertext=[f"the text itself: {cloud.labels[p.label]} {p.probability:.0%}" for p in origin],
            hoverinfo="text",
        )
    )
    axis = AXES[cloud.method]
    figure = framed(traces, 460)
    figure.update_xaxes(title_text=f"first {axis}", showticklabels=False)
    figure.update_yaxes(title_text=f"second {axis}", showticklabels=False)
    return figure


def beside_figure(found: Beside) -> go.Figure:
    """Both words with their noised copies, and the neighbours by name."""
    looks, traces = looks_of(found.labels), []
    for kind, word, end, opacity in (
        ("noised", found.word.text, "", 0.62),
        ("noised_other", found.other, "-open", 0.9),
    ):
        for label, (name, look) in enumerate(zip(found.labels, looks, strict=True)):
            here = [(p, False) for p in found.points if (p.kind, p.label) == (kind, label)]
            if here:
                title = f"copy of “{word}”: {name}"
                traces.append(_scatter(title, look, here, size=9, opacity=opacity, end=end))
    named = _readable(found.points)
    for label, (name, look) in enumerate(zip(found.labels, looks, strict=True)):
        near = [(p, False) for p in found.points if (p.kind, p.label) == ("neighbor", label)]
        if near:
            traces.append(_scatter(f"neighbour: {name}", look, near, size=12, opacity=1.0, named=True, ring=True))
            traces[-1].showlegend = False
            traces[-1].text = [p.word if p in named else "" for p, _ in near]
    for kind, marker in (("original", STAR), ("other", OTHER_STAR)):
        traces += [
            go.Scatter(
                x=[p.x], y=[p.y], mode="markers+text", name=f"“{p.word}”", text=[f"<b>{p.word}</b>"],
                textposition="bottom center", marker=marker, cliponaxis=False, hoverinfo="text", showlegend=False,
                hovertext=[f"{p.word}: {found.labels[p.label]} {p.probability:.0%}"],
            )
            for p in found.points if p.kind == kind
        ]  # fmt: skip
    axis, figure = AXES[found.method], framed(traces, 460)
    figure.update_xaxes(title_text=f"first {axis}", showticklabels=False)
    figure.update_yaxes(title_text=f"second {axis}", showticklabels=False)
    return figure


def _readable(points: Sequence[CloudPoint]) -> list[CloudPoint]:
    """Neighbours whose names have room: the nearest first, and none where a name or a star stands already."""
    wide = max(p.x for p in points) - min(p.x for p in points) or 1.0
    high = max(p.y for p in points) - min(p.y for p in points) or 1.0
    taken = [p for p in points if p.kind in ("original", "other")]
    for point in points:
        near = any(abs(point.x - p.x) < ROOM[0] * wide and abs(point.y - p.y) < ROOM[1] * high for p in taken)
        if point.kind == "neighbor" and not near:
            taken.append(point)
    return taken


def slice_figure(points: Sequence[SlicePoint], labels: tuple[str, ...], word: str, other: str) -> go.Figure:
    """The classes on the way from one word to the other: shares of the noised copies, and the answer without noise."""
    traces: list[Any] = []
    xs = [p.share for p in points]
    for label, (name, look) in enumerate(zip(labels, looks_of(labels), strict=True)):
        said = [f"{name}: {p.counts[label]} of {p.n}, {p.share:.0%} of the way" for p in points]
        traces += _banded(name, look, xs, [(p.counts[label], p.n) for p in points], said)
        traces.append(go.Scatter(
            x=xs, y=[p.probabilities[label] for p in points], mode="lines", name=f"{name}, without noise",
            line={"color": look.plot, "width": 1.6, "dash": "dot"}, showlegend=False, hoverinfo="skip",
            cliponaxis=False,
        ))  # fmt: skip
    figure = framed(traces, 340)
    for share, text in ((0.0, word), (1.0, other)):
        _mark(figure, share, share, f"<b>{text}</b>")
    figure.update_xaxes(title_text="on the line between the two vectors", tickvals=[0, 0.25, 0.5, 0.75, 1],
                        ticktext=["0", "¼", "½", "¾", "1"], title_standoff=8)  # fmt: skip
    figure.update_layout(legend_y=-0.3)
    figure.update_yaxes(title_text="share of copies", range=[-0.03, 1.03], tickformat=".0%")
    return figure


def curve_figure(
    curves: Sequence[tuple[str, Sequence[SigmaPoint]]], labels: tuple[str, ...], marked: Sequence[tuple[float, str]]
) -> go.Figure:
    """Share of the noised copies that each class wins, against sigma (logarithmic), a row a curve.

    ``curves``: a name, and its points. ``marked``: sigmas to point out, with a word each.
    """
    height = 60 + 250 * len(curves) + 50 * (len(curves) == 1)
    figure = framed([], height)
    figure.set_subplots(len(curves), 1, shared_xaxes=True, vertical_spacing=0.14)
    for row, (title, points) in enumerate(curves, start=1):
        for label, (name, look) in enumerate(zip(labels, looks_of(labels), strict=True)):
            said = [
                f"{name}: {p.counts[label]} of {p.n} at σ = {p.sigma:g} × std ({p.sigma_absolute:.3g} absolute)"
                for p in points
            ]
            wins = [(p.counts[label], p.n) for p in points]
            for trace in _banded(name, look, [p.sigma for p in points], wins, said, row == 1):
                figure.add_trace(trace, row=row, col=1)
        if title:
            figure.add_annotation(x=0, y=1.0, xref="x domain" if row == 1 else f"x{row} domain",
                                  yref="y domain" if row == 1 else f"y{row} domain", text=f"<b>{title}</b>",
                                  showarrow=False, xanchor="left", yanchor="bottom", yshift=14)  # fmt: skip
    sigmas = [p.sigma for p in curves[0][1]]
    words: dict[float, list[str]] = {}
    for sigma, word in marked:
        words.setdefault(round(sigma, 6), []).append(word)
    for sigma, named in words.items():
        _mark(figure, sigma, math.log10(sigma), ", ".join(named))
    plain = {"gridcolor": GRID, "zeroline": False, "automargin": True, "title_font_size": 13}
    figure.update_xaxes(type="log", tickvals=sigmas or None, ticktext=[f"{s:g}" for s in sigmas] or None,
                        range=[-1.1, 2.35], **plain)  # fmt: skip
    figure.update_xaxes(title_text="noise σ, in embedding stds", title_standoff=8, row=len(curves), col=1)
    figure.update_yaxes(title_text="share of copies", range=[-0.03, 1.03], tickformat=".0%", **plain)
    figure.update_layout(margin_t=46 if len(curves) > 1 else 28, legend_y=-0.3 if len(curves) == 1 else -0.2)
    return figure


def _banded(
    name: str, look: Look, xs: Sequence[float], wins: Sequence[tuple[int, int]], said: Sequence[str],
    listed: bool = True,
) -> list[go.Scatter]:  # fmt: skip
    """A class's share of the copies, and the band of its intervals; ``wins`` are (won, drawn)."""
    spans = [wilson(won, n) if n else (0.0, 0.0) for won, n in wins]
    edge = {"x": [*xs, *reversed(xs)], "y": [high for _, high in spans] + [low for low, _ in reversed(spans)]}
    band = go.Scatter(**edge, fill="toself", fillcolor=_faint(look.plot), line={"width": 0}, mode="lines",
                      hoverinfo="skip", showlegend=False, legendgroup=name)  # fmt: skip
    line = go.Scatter(
        x=list(xs), y=[won / n if n else 0.0 for won, n in wins], mode="lines+markers", name=name, legendgroup=name,
        line={"color": look.plot, "width": 2.5}, marker={"symbol": look.marker, "size": 9}, hovertext=list(said),
        hoverinfo="text", showlegend=listed, cliponaxis=False,
    )  # fmt: skip
    return [band, line]


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.18)"


def _mark(figure: go.Figure, at: float, place: float, text: str) -> None:
    """A dotted line with a word above it; ``place`` is ``at`` on the axis's own scale."""
    figure.add_vline(x=at, line={"color": INK, "width": 1.2, "dash": "dot"})
    figure.add_annotation(x=place, y=1.0, xref="x", yref="paper", text=text, showarrow=False, yanchor="bottom")


def _scatter(
    name: str,
    look: Look,
    points: Sequence[tuple[Any, bool]],
    size: int,
    opacity: float,
    named: bool = False,
    ring: bool = False,
    end: str = "",
) -> go.Scatter:
    return go.Scatter(
        x=[p.x for p, _ in points],
        y=[p.y for p, _ in points],
        mode="markers+text" if named else "markers",
        name=name,
        text=[p.word.rpartition("→ ")[2] for p, _ in points] if named else None,
        textposition="top center",
        marker={
            "symbol": look.marker + end,
            "size": size,
            "color": look.plot,
            "opacity": opacity,
            "line": {"width": 1.6}
            if end
            else {"width": [1.8 if ring or voted else 0 for _, voted in points], "color": "#3c434f"},
        },
        hovertext=[
            f"{p.word or 'noised copy'}{' (voted)' if voted else ''}: {p.probability:.0%}" for p, voted in points
        ],
        hoverinfo="text",
        cliponaxis=False,
    )

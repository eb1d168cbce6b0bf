"""The Pareto front of a search as an SVG of its own: clean against after-attack accuracy, with 95 % intervals.

Drawn by hand, since core knows no plotting library; shapes carry the meaning, colours only help, and both light and
dark pages are served by one file.
"""

from collections.abc import Callable, Sequence
from html import escape

from core.defenses.registry import DEFENSES
from core.evaluation.statistics import Estimate
from core.training.search_report import Report, to_markers

_WIDTH, _HEIGHT = 760, 520
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 30, 92, 56
_STYLE = """
.figure { --ink: #1b1f24; --faint: #5b6470; --grid: #e3e6ea; --page: #ffffff; --front: #0b5fb0; --shipped: #a83200;
  --paper: #6b3fa0; font: 13px system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { .figure { --ink: #eceff3; --faint: #a9b2bd; --grid: #343a42; --page: #14181d;
  --front: #79b8ff; --shipped: #ffa066; --paper: #c8a6ff; } }
.page { fill: var(--page); } .grid { stroke: var(--grid); } .ink { fill: var(--ink); } .faint { fill: var(--faint); }
.title { font-size: 16px; font-weight: 600; }
.label { font-size: 11px; paint-order: stroke; stroke: var(--page); stroke-width: 3px; }
.mark { stroke: var(--faint); fill: var(--page); stroke-width: 1.6; } .bar { stroke: var(--faint); opacity: .35; }
.front { stroke: var(--front); fill: var(--front); } .bar.front, .bar.shipped, .bar.paper, .bar.plain { opacity: .75; }
.shipped { stroke: var(--shipped); fill: var(--shipped); } .paper { stroke: var(--paper); fill: var(--paper); }
.plain { stroke: var(--ink); fill: var(--ink); }
.step { stroke: var(--front); fill: none; stroke-width: 1.5; stroke-dasharray: 5 3; }
"""
_NAMES = {
    "plain": "plain model", "shipped": "shipped settings", "paper": "the paper's settings", "front": "on the front",
    "trial": "other trials",
}  # fmt: skip
Marker = tuple[str, str, Estimate, Estimate]


def to_svg(report: Report) -> str:
    """The figure; numbers beside the marks are those of the table."""
    markers = to_markers(report)
    across, upward = _scale([m[2] for m in markers]), _scale([m[3] for m in markers])

    def x(value: float) -> float:
        return _LEFT + (value - across[0]) / (across[1] - across[0]) * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - (value - upward[0]) / (upward[1] - upward[0]) * (_HEIGHT - _TOP - _BOTTOM)

    made = report.made_by
    title = f"{_title(str(made['what']))} on {str(made['task']).upper()}: clean accuracy against accuracy under attack"
    note = (
        f"n = {report.plain.clean.n:,} clean, {report.plain.under_attack.n:,} attacked; bars are 95 % intervals; "
        f"attack preset {made['attack']['preset']}"
    )
    body = [*_axes(across, upward, x, y), _step(report, x, y)]
    body += [_bars(marker, x, y) for marker in markers]
    body += [_mark(kind, x(clean.value), y(attacked.value)) for kind, _, clean, attacked in markers]
    body += _labels(markers, x, y)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" class="figure" role="img" '
        f'aria-label="{escape(title)}"><style>{_STYLE}</style>'
        f'<rect class="page" width="{_WIDTH}" height="{_HEIGHT}"/>'
        f'<text class="ink title" x="{_LEFT}" y="26">{escape(title)}</text>'
        f'<text class="faint" x="{_LEFT}" y="46">{escape(note)}</text>'
        + _legend({marker[0] for marker in markers}) + "".join(body) + "</svg>\n"
    )  # fmt: skip


def to_html(report: Report) -> str:
    """The figure on a page of its own."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Search for settings</title>'
        '<meta name="color-scheme" content="light dark"><body style="max-width: 1000px; margin: auto">'
        f"{to_svg(report)}</body></html>\n"
    )


def _title(what: str) -> str:
    return DEFENSES[what].title if what in DEFENSES else what.upper()


def _scale(estimates: Sequence[Estimate]) -> tuple[float, float]:
    low = min((estimate.low for estimate in estimates), default=0.0)
    high = max((estimate.high for estimate in estimates), default=1.0)
    return max(0.0, int(low * 20) / 20), min(1.0, -int(-high * 20 - 0.999) / 20)


def _axes(
    across: tuple[float, float], upward: tuple[float, float], x: Callable[[float], float], y: Callable[[float], float]
) -> list[str]:
    floor, found = _HEIGHT - _BOTTOM, []
    for tick in _ticks(across):
        at = x(tick)
        found.append(f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{floor}"/>')
        found.append(f'<text class="faint" x="{at:.1f}" y="{floor + 18}" text-anchor="middle">{tick:.2f}</text>')
    for tick in _ticks(upward):
        at = y(tick)
        found.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>')
        found.append(f'<text class="faint" x="{_LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{tick:.2f}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    found.append(f'<text class="ink" x="{middle}" y="{_HEIGHT - 14}" text-anchor="middle">clean accuracy</text>')
    turned = f'transform="translate(18 {(_TOP + floor) / 2}) rotate(-90)"'
    found.append(f'<text class="ink" {turned} text-anchor="middle">accuracy under attack</text>')
    return found


def _ticks(span: tuple[float, float]) -> list[float]:
    step = 0.05 if span[1] - span[0] <= 0.5 else 0.1
    found = [round(i * step, 2) for i in range(round(1 / step) + 1)]
    return [tick for tick in found if span[0] - 1e-9 <= tick <= span[1] + 1e-9]


def _step(report: Report, x: Callable[[float], float], y: Callable[[float], float]) -> str:
    """The edge of what is dominated."""
    front = sorted(trial.point for trial in report.complete if trial.front and trial.point)
    corners: list[tuple[float, float]] = []
    for point in front:
        if corners:
            corners.append((corners[-1][0], y(point.under_attack)))
        corners.append((x(point.clean), y(point.under_attack)))
    return f'<polyline class="step" points="{" ".join(f"{a:.1f},{b:.1f}" for a, b in corners)}"/>'


def _bars(marker: Marker, x: Callable[[float], float], y: Callable[[float], float]) -> str:
    kind, _, clean, attacked = marker
    at_x, at_y = x(clean.value), y(attacked.value)
    return (
        f'<line class="bar {kind}" x1="{x(clean.low):.1f}" x2="{x(clean.high):.1f}" y1="{at_y:.1f}" y2="{at_y:.1f}"/>'
        f'<line class="bar {kind}" x1="{at_x:.1f}" x2="{at_x:.1f}" y1="{y(attacked.low):.1f}" '
        f'y2="{y(attacked.high):.1f}"/>'
    )


def _mark(kind: str, x: float, y: float) -> str:
    shapes = {
        "plain": f'<rect class="mark plain" x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10"/>',
        "shipped": f'<path class="mark shipped" d="M{x:.1f} {y - 8:.1f}l7 8l-7 8l-7 -8z"/>',
        "paper": f'<path class="mark paper" d="M{x:.1f} {y - 7:.1f}l7 12h-14z"/>',
        "front": f'<circle class="mark front" cx="{x:.1f}" cy="{y:.1f}" r="5"/>',
        "trial": f'<circle class="mark" cx="{x:.1f}" cy="{y:.1f}" r="4"/>',
    }
    return shapes[kind]


def _labels(markers: Sequence[Marker], x: Callable[[float], float], y: Callable[[float], float]) -> list[str]:
    """Beside the marks that matter, each higher while it would touch another."""
    taken = [(x(c.value) - 8, x(c.value) + 8, y(a.value)) for _, _, c, a in markers]
    found = []
    for kind, label, clean, attacked in sorted(markers, key=lambda m: m[3].value):
        if kind == "trial":
            continue
        width = 6.6 * len(label)
        left = x(clean.value) + 10
        if left + width > _WIDTH - _RIGHT:
            left = x(clean.value) - 10 - width
        at = y(attacked.value) - 6
        while any(abs(at - 4 - other) < 11 and left < right and begin < left + width for begin, right, other in taken):
            at -= 6
        taken.append((left, left + width, at - 4))
        found.append(f'<text class="ink label" x="{left:.1f}" y="{at:.1f}">{escape(label)}</text>')
    return found


def _legend(kinds: set[str]) -> str:
    at, found = _LEFT + 6.0, []
    for kind, name in _NAMES.items():
        if kind in kinds:
            found.append(_mark(kind, at, 68) + f'<text class="ink" x="{at + 13}" y="72">{name}</text>')
            at += 36 + 7.0 * len(name)
    return "".join(found)

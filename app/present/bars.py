"""Measured figures as bars: the value, its 95 % interval as a whisker, and the same in words beside it."""

from collections.abc import Sequence

from app.present.html import take_away, text
from core.evaluation.results import Result, rounded


def bars(results: Sequence[Result], digits: int = 3, with_n: bool = False) -> str:
    """A bar for each figure, all on one scale from 0 to what the longest whisker reaches."""
    most = max((max(result.value, result.high or 0.0) for result in results), default=0.0) or 1.0
    return "".join(_bar(result, most, digits, with_n) for result in results)


def figure(shown: str, file: str, kind: str = "") -> str:
    """Bars as a figure that can be taken away; ``file`` names it, once on the page, ``kind`` is a class of it."""
    taken = take_away(f"#bars-{file}", file)
    return f'<div class="fb-measures {kind}" id="bars-{file}">{shown}</div><p class="fb-taken">{taken}</p>'


def said(result: Result, digits: int = 3) -> str:
    """The value and, where it has one, its interval: ``0.475 (0.444 to 0.506)``."""
    value = rounded(result.value, digits)
    if result.low is None or result.high is None:
        return value
    return f"{value} ({rounded(result.low, digits)} to {rounded(result.high, digits)})"


def plainly(name: str) -> str:
    """The name of a row or a column without its Markdown."""
    return name.replace("**", "").replace("`", "")


def _bar(result: Result, most: float, digits: int, with_n: bool) -> str:
    whisker = ""
    if result.low is not None and result.high is not None:
        left, width = 100 * max(result.low, 0.0) / most, 100 * (result.high - max(result.low, 0.0)) / most
        whisker = f'<i style="left:{left:.1f}%;width:{width:.1f}%"></i>'
    size = f", n = {result.n:,}" if with_n else ""
    return (
        f'<div class="fb-measure"><span>{text(plainly(result.row))}</span><span class="fb-measure-track" '
        f'aria-hidden="true"><span style="width:{100 * max(result.value, 0.0) / most:.1f}%"></span>{whisker}</span>'
        f"<span>{text(said(result, digits) + size)}</span></div>"
    )

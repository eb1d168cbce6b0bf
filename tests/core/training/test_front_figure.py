"""The figure of a search: an SVG that parses, its marks where the numbers are, its labels apart."""

import re
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.statistics import Estimate, share
from core.training.front_figure import _HEIGHT, _WIDTH, _scale, _ticks, to_html, to_svg
from core.training.search_report import Report, lines, to_markers
from core.training.study import Trial
from tests.core.training.conftest import search_report

SVG = "{http://www.w3.org/2000/svg}"
COUNTS = st.tuples(st.integers(0, 50), st.integers(1, 50)).map(lambda pair: share(min(pair), max(pair)))


@pytest.fixture
def report() -> Report:
    return search_report()


def parsed(report: Report) -> ElementTree.Element:
    return ElementTree.fromstring(to_svg(report))


def of_class(figure: ElementTree.Element, *names: str) -> list[ElementTree.Element]:
    return [one for one in figure.iter() if set(names) <= set((one.get("class") or "").split())]


def number(element: ElementTree.Element, name: str) -> float:
    return float(element.get(name) or "nan")


def test_a_mark_and_two_bars_for_each_and_one_of_its_kind_in_the_legend(report: Report) -> None:
    figure = parsed(report)
    assert len(of_class(figure, "bar")) == 2 * len(to_markers(report)) == 10
    for kind in ("plain", "shipped", "paper", "front"):
        assert len(of_class(figure, "mark", kind)) == 1 + 1
    said = "".join(figure.itertext())
    assert all(name in said for name in ("plain model", "shipped settings", "the paper's settings", "other trials"))
    few = parsed(Report(**{**vars(report), "trials": ()}))
    assert len(of_class(few, "mark")) == 2
    assert "other trials" not in "".join(few.itertext())


def test_numbers_lie_on_straight_axes(report: Report) -> None:
    """Bars run from the interval's low to its high end: in the order of the values, and in proportion."""
    bars = of_class(parsed(report), "bar")
    across = {
        value: number(bar, end)
        for (_, _, clean, _), bar in zip(to_markers(report), bars[::2], strict=True)
        for end, value in (("x1", clean.low), ("x2", clean.high))
    }
    upward = {
        value: number(bar, end)
        for (_, _, _, attacked), bar in zip(to_markers(report), bars[1::2], strict=True)
        for end, value in (("y1", attacked.low), ("y2", attacked.high))
    }
    for found, sign in ((across, 1), (upward, -1)):
        (low, at_low), (high, at_high) = min(found.items()), max(found.items())
        slope = (at_high - at_low) / (high - low)
        assert slope * sign > 0
        assert all(at == pytest.approx(at_low + slope * (value - low), abs=0.2) for value, at in found.items())
    assert all(0 < at < _WIDTH for at in across.values())
    assert all(0 < at < _HEIGHT for at in upward.values())


def test_the_edge_of_the_front_goes_in_steps(report: Report) -> None:
    (line,) = of_class(parsed(report), "step")
    corners = [tuple(map(float, point.split(","))) for point in (line.get("points") or "").split()]
    assert len(corners) == 3, "two trials of the front and the corner between them"
    (a, top), (b, middle), (c, bottom) = corners
    assert (a, middle) == (b, bottom), "first down, then across"
    assert top < bottom, "the more robust one"
    assert a < c, "is the less accurate one"


def test_labels_do_not_touch(report: Report) -> None:
    crowd = tuple(
        Trial(n, "complete", "", {}, share(170 + n % 2, 200), share(20, 50), "", "", 0.0, True) for n in range(6)
    )
    labels = of_class(parsed(replace(report, trials=crowd)), "label")
    assert len(labels) == 7
    for one, other in combinations(labels, 2):
        apart = abs(number(one, "y") - number(other, "y")) >= 10
        (left, begin), (right, _) = sorted((number(e, "x"), 6.6 * len(e.text or "")) for e in (one, other))
        assert apart or left + begin <= right


def test_names_are_escaped(report: Report) -> None:
    made = {**report.made_by, "attack": {"preset": "<b>&"}}
    figure = parsed(replace(report, made_by=made))
    assert "attack preset <b>&" in "".join(figure.itertext())
    assert figure.get("aria-label") == "FIVE on IMDB: clean accuracy against accuracy under attack"


def test_the_page_holds_the_figure(report: Report) -> None:
    page = to_html(report)
    assert to_svg(report) in page
    assert page.startswith("<!doctype html>")
    assert not re.search("(?:src|href)=", page), "nothing is fetched"


@given(st.lists(COUNTS, min_size=1, max_size=5))
def test_the_scale_holds_every_interval_in_twentieths(estimates: list[Estimate]) -> None:
    low, high = _scale(estimates)
    assert 0 <= low <= min(e.low for e in estimates) + 1e-9
    assert max(e.high for e in estimates) - 1e-4 <= high <= 1
    assert low < high
    assert round(low * 20) == pytest.approx(low * 20)
    ticks = _ticks((low, high))
    assert ticks == sorted(set(ticks))
    assert 2 <= len(ticks) <= 11
    assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in ticks)


def test_what_was_attacked_on_no_row_has_no_mark(report: Report) -> None:
    """A model that was wrong on every row to be attacked has no accuracy under attack, and no number in the table."""
    plain = replace(report.plain, under_attack=share(0, 0))
    figure = to_svg(replace(report, plain=plain))
    assert not re.search(r'="-?nan"', figure)
    assert len(of_class(ElementTree.fromstring(figure), "bar")) == 2 * 4
    assert lines(replace(report, plain=plain))[1][3] == ""
    assert ElementTree.fromstring(to_svg(replace(report, plain=plain, trials=()))) is not None

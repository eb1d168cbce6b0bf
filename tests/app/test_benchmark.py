"""Stored tables on the page: bars and sentences by hand, nothing unescaped, a CSV that no spreadsheet runs."""

import csv
import io
import json
from itertools import pairwise

import pytest

from app.benchmark import FIRST, cards, columns, file_of, flags_of, ladders, runs, surface, table_of, tables, transfers
from app.figures import budget_figure
from app.present import audit, dots, matrix
from app.present import benchmark as present
from app.present import ladder as stairs
from app.present.bars import bars
from core.errors import UnknownNameError
from core.evaluation.audit.card import Card
from core.evaluation.audit.finding import Finding
from core.evaluation.flags import FLAGS
from core.evaluation.outcomes import Outcome, Run
from core.evaluation.results import Comparison, Result, ResultTable

EVIL = "<img src=x onerror=alert(1)>"


def result(row: str, value: float, low: float | None = None, high: float | None = None, n: int = 1000) -> Result:
    return Result(row, "after", "imdb", "accuracy", value, "=run --me", n, low, high)


def test_a_bar_has_its_interval_as_a_whisker_and_in_words() -> None:
    html = bars([result("**FuSE**", 0.4, 0.3, 0.5), result("half", 0.25), result("none", 0.0, 0.0, 0.1)], with_n=True)
    assert "<span>FuSE</span>" in html
    assert "0.400 (0.300 to 0.500), n = 1,000" in html
    assert "width:80.0%" in html
    assert '<i style="left:60.0%;width:40.0%">' in html
    assert "0.000 (0.000 to 0.100)" in html
    assert '<i style="left:0.0%;width:20.0%">' in html
    assert "0.250, n" in html
    assert html.count("<i ") == 2


def test_a_budget_is_one_sentence() -> None:
    cells = {"Plain": result("p", 0.381, 0.351, 0.412), "FACT": result("f", 0.475, 0.444, 0.506)}
    said = present.budget_said(cells, "50", "20 %").replace("<strong>", "").replace("</strong>", "")
    assert (
        "With at most 50 questions and 20 % of the words: Plain keeps 0.381 (0.351 to 0.412), "
        "FACT 0.475 (0.444 to 0.506), n = 1,000." in said
    )
    free = present.budget_said(cells, "any", "any")
    assert "With any number of questions and any share of the words:" in free


def test_the_whole_table_tells_every_figure_comparison_and_command() -> None:
    pair = Comparison("imdb", "a", "b", "after", 200, 13, 1, 0.0018, ("run both",), 0.06, 0.023, 0.096)
    table = ResultTable("t", "T", (result("a", 0.4, 0.3, 0.5, n=150), result("b", 0.1)), (pair,), {"own": "make it"})
    html = present.whole(table, "{}")
    assert "0.400<small>(0.300 to 0.500)</small><small>n = 150</small>" in html
    assert "0.100<small>n = 1,000</small>" in html
    assert "<td>0.060 (0.023 to 0.096)</td><td>13</td><td>1</td><td>200</td><td>0.0018</td>" in html
    for command in ("=run --me", "run both", "make it  # own"):
        assert command in html
    assert "no paired comparison" in present.whole(ResultTable("t", "T", (result("a", 0.4),)), "{}")


def test_a_column_in_another_order_and_only_some_rows() -> None:
    table = ResultTable("t", "T", (result("**FuSE** a", 0.1), result("FIVE", 0.4), result("fuse b", 0.3)))

    def rows(**asked: object) -> list[str]:
        parts = present.chart(table, "after", **asked).split('<div class="fb-measure"><span>')[1:]  # type: ignore[arg-type]
        return [part.partition("<")[0] for part in parts]

    assert rows() == ["FuSE a", "FIVE", "fuse b"]
    assert rows(by_value=True) == ["FIVE", "fuse b", "FuSE a"]
    assert rows(only=" fuse", by_value=True) == ["fuse b", "FuSE a"]
    assert "No row of this column has &lt;b&gt;" in present.chart(table, "after", "<b>")


def test_nothing_of_a_table_is_html() -> None:
    evil = Result(EVIL, EVIL, "imdb", EVIL, 0.5, EVIL, 10)
    pair = Comparison("imdb", EVIL, EVIL, EVIL, 10, 1, 1, 1.0, (EVIL,))
    table = ResultTable(EVIL, EVIL, (evil,), (pair,), {EVIL: EVIL})
    html = present.chart(table, EVIL) + present.whole(table, "{}") + present.budget_said({EVIL: evil}, EVIL, EVIL)
    assert "&lt;img" in html
    assert "<img" not in html


def test_the_csv_has_a_line_a_figure_and_no_formula() -> None:
    content = present.to_csv(ResultTable("t", "T", (result("@sum", 0.4, 0.3, 0.5), result("b", 0.1))))
    lines = list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"))))
    assert [line["row"] for line in lines] == ["'@sum", "b"]
    assert lines[0]["command"] == "'=run --me"
    assert (lines[0]["value"], lines[1]["low"]) == ("0.4", "")


def test_every_stored_table_can_be_shown_as_it_is_stored() -> None:
    assert next(iter(tables())) == FIRST
    for name, table in tables().items():
        assert json.loads(file_of(name))["title"] == table.title
        shown = [present.chart(table, column) for column in columns(table)]
        assert sum(html.count("fb-measure-track") for html in shown) == len(table.results)
        assert present.whole(table, "{}").count("n = ") >= len(table.results)
    with pytest.raises(UnknownNameError, match="defended-mnli"):
        table_of("defended-mnly")


def test_the_surface_holds_every_cell_of_its_table() -> None:
    cells = [cell for curves in surface().values() for points in curves.values() for cell in points.values()]
    assert len(cells) == len(table_of("budget-3").results)
    curves = surface()["20 %"]
    figure = budget_figure(curves, "50")
    assert [trace.name for trace in figure.data] == list(curves)
    trace, points = figure.data[0], list(curves["Plain"].values())
    assert figure.layout.shapes[0].x0 == 2
    assert trace.x[0] == "10"
    assert trace.x[-1] == "any"
    assert trace.y[2] + trace.error_y.array[2] == pytest.approx(points[2].high)
    assert trace.y[2] - trace.error_y.arrayminus[2] == pytest.approx(points[2].low)


def test_every_flag_is_told() -> None:
    html = present.flags()
    assert html.count("<dt>") == len(FLAGS)


def rung(row: str, value: float, low: float, high: float, broke: int = 0, of: int = 0) -> dict[str, Result]:
    cells = {"still right": result(row, value, low, high, n=200)}
    if of:
        cells |= {"broke": result(row, broke / of, n=of), "questions a row": result(row, 57.6, n=of)}
    return cells


def test_a_ladder_falls_where_the_rung_before_it_ended() -> None:
    low = rung("x", 0.3, 0.2, 0.4)
    rungs = {"as they are": rung("x", 0.7, 0.6, 0.8), EVIL: rung("x", 0.3, 0.2, 0.4, 80, 140), "last": low}
    html = stairs.stairs(rungs)
    assert html.count("<b ") == 1, "only one attacker took something"
    assert '<b style="left:30.0%;width:40.0%"></b><i style="left:20.0%;width:20.0%">' in html
    assert "0.300 (0.200 to 0.400)<small>broke 80 of 140, 58 questions each</small>" in html
    assert "<img" not in html
    told = stairs.sentence("FACT", rungs)
    assert "0.700 (0.600 to 0.800) of the texts rightly" in told
    assert "<strong>0.300 (0.200 to 0.400)</strong> after 2 attackers, n = 200" in told
    both = stairs.side_by_side({"FACT": rungs, EVIL: rungs})
    assert both.count("of 0.700 before, 2 attackers, n = 200") == 2
    assert "Sizes differ" not in stairs.about_all({"FACT": rungs})
    fewer = {"as they are": {"still right": result("x", 0.7, 0.6, 0.8, n=24)}}
    assert "2 ladders side by side" in stairs.about_all({"FACT": rungs, "FIVE": fewer})
    assert "Sizes differ" in stairs.about_all({"FACT": rungs, "FIVE": fewer})
    assert "<img" not in both


def test_every_stored_ladder_can_be_shown() -> None:
    """Each begins with the texts as they are and never rises while it tells of the same rows."""
    assert ladders()
    for name, rungs in ladders().items():
        steps = [cells["still right"] for cells in rungs.values()]
        assert next(iter(rungs)) == "the texts as they are"
        falls = [b.value <= a.value for a, b in pairwise(steps) if a.n == b.n]
        assert falls
        assert all(falls)
        assert stairs.stairs(rungs).count("fb-measure-track") == len(rungs)
        assert name.split(", ")[0] in stairs.sentence(name, rungs)


def test_the_flags_of_a_ladder_are_one_click_away() -> None:
    assert present.raised(()) == ""
    html = present.raised(("few", "gate-off"))
    assert f"<details><summary>{FLAGS['few'].title}</summary><p>{FLAGS['few'].text}</p></details>" in html
    told = {name: flags_of(name) for name in ladders()}
    assert any(told.values())
    assert {key for keys in told.values() for key in keys} <= set(FLAGS)
    assert flags_of("nobody") == ()


def test_audit_cards_side_by_side_and_alone() -> None:
    found = (Finding("batch", "Same", "pass", 12, EVIL, "It mixes."), Finding("own", "Own", "fail", 9, "1.", "Bad."))
    html = audit.side_by_side({"a": Card("a", "imdb", "r", "c", {}, found), EVIL: Card("b", "imdb", "r", "c", {}, ())})
    assert html.count("not asked") == 2
    assert html.count("pass") == html.count("fail") == 1
    alone = audit.one(EVIL, Card("a", "imdb", EVIL, EVIL, {}, found))
    assert "What a failure would mean: It mixes." in alone
    assert "1 pass, 1 fail, 0 cannot say" in alone
    assert "<img" not in html + alone
    assert cards()
    assert all(audit.one(name, card).count("<details>") == len(card.findings) for name, card in cards().items())


def test_a_dot_an_attack_and_a_link_for_each_of_ours() -> None:
    run = Run("a", "mnli", "textfooler", "paper", 3, "c", (Outcome(True, 8, 2, 100), Outcome(False, 10, 10, 10**6)))
    html = dots.dots(run, [dots.Own(EVIL, "Plain", Outcome(False, 4, 1, 20))])
    assert (
        '<i class="broke" style="left:60.6%;bottom:25.0%"></i><i class="held" style="left:100.0%;bottom:100.0%">'
        in html
    )
    assert 'href="?tab=attack&amp;replay=%3Cimg' in html
    assert "held after 20 questions, 1 of 4 words" in html
    assert "<img" not in html
    assert "2 of 3 texts were answered rightly; 1 of these attacks broke the answer, 1 did not" in dots.said("a", run)
    assert dots.own_attacks()
    assert runs()
    for stored in runs().values():
        assert all(one.changed <= one.words and one.queries > 0 for one in stored.outcomes)
        assert dots.dots(stored, ()).count("<i ") == len(stored.outcomes) <= stored.n


def test_a_transfer_matrix_and_a_part_of_it() -> None:
    def cell(against: str, by: str, value: float) -> Result:
        return Result(f"made against {against}", f"fool {by}", "mnli", "share", value, "c", 90, value, value)

    cells = [cell("plain", "Plain", 1.0), cell("plain", EVIL, 0.4), cell("fact", "Plain", 0.7)]
    html = matrix.matrix(cells)
    assert html.count("--share:") == 3
    assert html.count("not measured") == 1
    assert "made against fact fool Plain in <strong>0.700" in matrix.sentence(cells)
    part = matrix.matrix(cells, "plain", EVIL)
    assert part.count("--share:0.400") == part.count("<td") == 1
    assert "were made for their reader" in matrix.sentence(cells, "plain", "Plain")
    assert "<img" not in html + part + matrix.sentence(cells, by=EVIL)
    assert matrix.matrix(transfers()).count("--share:") == len(transfers())

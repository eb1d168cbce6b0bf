"""A table in files: the same figures in each, no text of the data, readable by the results page."""

import csv
import io
import json
from pathlib import Path

from core.evaluation.results import draw, read_table, write_results
from core.evaluation.statistics import Estimate, share
from core.evaluation.table import Against, Measure, Table, TableRow, measure
from core.evaluation.table_files import comma_separated, markdown, results_of, write_table

TEST = Against("plain", 9, 2, 0.0654321, Estimate(0.07, 0.005, 0.13, 100))
PLAIN = TableRow(
    "plain", "Plain", model="mnli-plain", weights="abc", flags=("gate-off",), differs=("model: small", "data: 100"),
    measures=(measure("accuracy", share(80, 100), 0.851), Measure("queries", 46.94, 80, 40.0, 52.0)),
)  # fmt: skip
FACT = TableRow("fact", "FACT", measures=(measure("accuracy", share(87, 100), None, TEST),), differs=("data: 100",))
FUSE = TableRow(
    "fuse", "FuSE", "our settings", measures=(Measure("accuracy", float("nan"), 0, paper=0.499),), void="another text",
    missing="Make it.",
)  # fmt: skip
ABOUT = {"preset": "paper", "n": 100, "seed": 4}
TABLE = Table(3, "Under attack", "mnli", "python -m core table 3", ABOUT, (PLAIN, FACT, FUSE), done=3, jobs=4)


def test_markdown_for_a_reader() -> None:
    shown = markdown(TABLE)
    assert "| Plain | 0.800 (0.711 to 0.867), n = 100; paper 0.851 | 46.9 (40.0 to 52.0), n = 80 |" in shown
    assert "| FuSE, our settings | paper 0.499 |" in shown
    assert "| FACT | accuracy | plain | 9 | 2 | +0.070 (+0.005 to +0.130), n = 100 | 0.065 |" in shown
    assert "- FuSE, our settings: Make it." in shown
    assert "- model: small (Plain)" in shown
    assert "- data: 100\n" in shown
    assert "**sentence gate mostly off**: For most samples" in shown
    assert "Not whole: 3 of 4 jobs" in shown
    assert "the paper's row is void: another text" in shown
    assert "nan" not in shown


def test_a_line_a_measure() -> None:
    rows = list(csv.DictReader(io.StringIO(comma_separated(TABLE))))
    assert [(row["row"], row["measure"]) for row in rows] == [
        ("plain", "accuracy"), ("plain", "queries"), ("fact", "accuracy"), ("fuse", "accuracy"),
    ]  # fmt: skip
    assert (rows[0]["value"], rows[0]["paper"], rows[0]["flags"]) == ("0.8", "0.851", "gate-off")
    assert (rows[2]["against"], rows[2]["only_this"], rows[2]["p"]) == ("plain", "9", "0.0654321")
    assert (rows[3]["value"], rows[3]["paper"], rows[3]["missing"]) == ("", "0.499", "Make it.")


def test_files_beside_each_other(tmp_path: Path) -> None:
    paths = write_table(tmp_path / "deep" / "table-3", TABLE)
    assert [path.name for path in paths] == ["table-3.md", "table-3.csv", "table-3.json"]
    found = json.loads(paths[2].read_text(encoding="utf-8"))
    assert found["table"]["rows"][2]["measures"][0]["value"] is None
    assert list(found["flags"]) == ["gate-off"]
    assert found["table"]["about"]["seed"] == 4


def test_figures_of_the_results_page(tmp_path: Path) -> None:
    path = tmp_path / "table-3.json"
    made = results_of(TABLE, "table-3", "Table 3")
    write_results(path, made)
    again = read_table(path)
    assert again == made
    assert [(one.row, one.column, one.n) for one in again.results] == [
        ("Plain", "accuracy", 100), ("Plain", "queries", 80), ("FACT", "accuracy", 100),
    ]  # fmt: skip
    assert [one.measure for one in again.results] == ["accuracy", "queries (bootstrap)", "accuracy"]
    assert (again.results[0].command, again.results[0].seed, again.results[0].weights) == (TABLE.command, 4, "abc")
    assert (again.comparisons[0].first, again.comparisons[0].second) == ("FACT", "Plain")
    assert "0.800 (0.711 to 0.867)" in draw(again)

"""The report of a search: the front first, every number with its interval, and why a trial was given up."""

import json
from typing import Any

import pytest

from core.evaluation.statistics import Estimate, share
from core.training.search_report import FIXED, Report, columns, lines, to_markdown, to_markers, to_record
from core.training.study import Trial
from core.training.trial import Outcome
from tests.core.training.conftest import search_report


@pytest.fixture
def report() -> Report:
    return search_report()


def test_complete_trials_the_front_first_the_most_robust_first(report: Report) -> None:
    assert [trial.number for trial in report.complete] == [3, 0, 1, 4]
    assert report.counts == {"complete": 4, "pruned": 1, "running": 1}


def test_the_record_is_whole_and_is_json(report: Report) -> None:
    record = to_record(report)
    assert json.loads(json.dumps(record)) == record | {"trials": json.loads(json.dumps(record["trials"]))}
    assert record["front"] == [3, 0]
    assert [trial["number"] for trial in record["trials"]] == [0, 1, 2, 3, 4, 5]
    assert record["plain"]["clean"] == {"value": 0.85, "low": pytest.approx(0.794, abs=1e-3),
                                        "high": pytest.approx(0.893, abs=1e-3), "n": 200}  # fmt: skip


def test_a_line_a_trial_and_a_column_a_setting(report: Report) -> None:
    assert columns(report) == ["perturb_words", "floor"]
    head, plain, *trials = lines(report)
    assert head == ["trial", "front", "clean (95 %)", "under attack (95 %)", "perturb words", "floor"]
    assert head[FIXED:] == ["perturb words", "floor"]
    assert plain == ["plain", "", "0.850 (0.794 to 0.893)", "0.100 (0.043 to 0.214)", "", ""]
    assert [line[:2] for line in trials] == [["3", "yes"], ["0 (shipped)", "yes"], ["1 (paper)", ""], ["4", ""]]
    assert [line[FIXED:] for line in trials] == [["4", "0.123"], ["5", "none"], ["9", "0.5"], ["5", "0.5"]]
    assert {len(line) for line in [head, plain, *trials]} == {6}


def test_the_page_says_what_was_measured_and_how(report: Report) -> None:
    page = to_markdown(report)
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    assert len(rows) == 2 + 1 + 4
    assert {row.count("|") for row in rows} == {7}
    assert "# Search for settings: five on imdb" in page
    assert "n = 200 rows, accuracy under attack on n = 50 of them" in page
    assert "Rows: reviews. Model: imdb-plain. Attack: preset `paper`" in page
    assert "Trials: 4 complete, 1 pruned, 1 running." in page
    assert "Given up early:\n\n- trial 2: clean accuracy 0.700 is below 0.800\n" in page
    assert page.endswith("Made by:\n\n    python -m core tune --what five\n")
    kept = Report(**{**vars(report), "trials": tuple(t for t in report.trials if t.state != "pruned")})
    assert "Given up early" not in to_markdown(kept)


def test_marks_of_the_figure_those_that_matter_on_top(report: Report) -> None:
    assert [(kind, label) for kind, label, _, _ in to_markers(report)] == [
        ("plain", "plain model"), ("trial", "4"), ("paper", "paper (1)"), ("shipped", "shipped (0), on the front"),
        ("front", "3"),
    ]  # fmt: skip


def test_nothing_measured_yet() -> None:
    plain = Outcome(share(17, 20), share(1, 10))
    waiting = Trial(0, "waiting", "shipped", {"samples": 3}, Estimate(0.9, 0.8, 1.0, 20), None, "", "", 0.0)
    made: dict[str, Any] = search_report().made_by
    report = Report("mine", made, (), plain, (waiting,))
    assert report.complete == []
    assert [line[0] for line in lines(report)] == ["trial", "plain"]
    assert [kind for kind, *_ in to_markers(report)] == ["plain"]

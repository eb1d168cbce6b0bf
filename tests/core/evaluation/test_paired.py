"""Two result files row by row: counted by hand, whatever made the files; files of other rows are refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import DataFileError
from core.evaluation.paired import compare_files
from core.evaluation.statistics import PairedTest, difference


def attacked(*statuses: str) -> list[dict[str, Any]]:
    return [{"i": i, "text_sha": f"sha{i}", "given": 0, "status": status} for i, status in enumerate(statuses)]


def answered(*labels: str, text: str = "a text") -> list[dict[str, Any]]:
    """Lines of classify; every row is labelled good."""
    return [
        {"row": i, "review": text, "classifier": "any", "label": label, "defense": label, "expected": "good"}
        for i, label in enumerate(labels, start=1)
    ]


def write(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_after_an_attack(tmp_path: Path) -> None:
    first = write(tmp_path / "a", attacked("failed", "exhausted", "success", "skipped", "failed", "error", "failed"))
    second = write(tmp_path / "b", attacked("failed", "success", "success", "success", "skipped", "failed", "stopped"))
    found = compare_files(first, second)
    assert found.test == PairedTest(only_first=2, only_second=0, p=0.5, n=5)
    assert (found.first.value, found.second.value, found.left_out) == (0.6, 0.2, 2)
    assert found.difference.value == pytest.approx(0.4)
    back = compare_files(second, first)
    assert back.difference.value == pytest.approx(-0.4)
    assert (back.difference.low, back.difference.high) == pytest.approx((-found.difference.high, -found.difference.low))


def test_answers_of_two_classifiers(tmp_path: Path) -> None:
    first = write(tmp_path / "a", answered("good", "bad", "bad", "good"))
    second = write(tmp_path / "b", answered("bad", "good", "bad", "good"))
    assert compare_files(first, second).test == PairedTest(1, 1, 1.0, 4)
    assert compare_files(first, first).difference.value == 0


def test_an_interval_worked_out_by_hand() -> None:
    """150 against 86 of 1,600: gap 64/1602, spread the root of 237 - 64 * 64 / 1602, over 1602."""
    found = difference(PairedTest(150, 86, 0.0, 1600))
    assert found.value == pytest.approx(0.04)
    assert (found.low, found.high) == pytest.approx((0.02122, 0.05868), abs=1e-5)
    assert difference(PairedTest(1, 0, 1.0, 1)).high == 1.0


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        (attacked("failed", "failed"), attacked("failed"), r"b ends after 1 rows"),
        (attacked("failed"), [{**attacked("failed")[0], "given": 1}], "Line 1 .* different rows"),
        (answered("good"), answered("good", text="another"), "Line 1 .* different rows"),
        (answered("good"), attacked("failed"), "Line 1 .* different rows"),
        (answered("good"), [{"row": 1, "review": "a text", "classifier": "any", "label": "good"}], "label column"),
        (attacked("failed"), [{**attacked("failed")[0], "given": None}], "b, line 1 has no label of its own"),
        (answered("good"), [{"event": "Started"}], "b, line 1 is neither"),
        (answered("good"), [{"status": ["failed"]}], "b, line 1 is neither"),
        ([], [], "no row to compare"),
        (attacked("error"), attacked("failed"), "no row to compare"),
    ],
)
def test_what_cannot_be_compared(tmp_path: Path, first: Any, second: Any, message: str) -> None:
    with pytest.raises(DataFileError, match=message):
        compare_files(write(tmp_path / "a", first), write(tmp_path / "b", second))


def test_damaged_and_missing_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_text('{"row"\n')
    (tmp_path / "b").write_bytes(b"PK\x03\xff\xfe\n")
    for other in ("a", "b", "nowhere"):
        with pytest.raises(DataFileError, match=r"line 1 is no JSON|No file"):
            compare_files(tmp_path / other, tmp_path / other)

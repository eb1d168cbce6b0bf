"""``surface`` on files of ``attack``: a table, JSON lines, and one line for what is no such file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.evaluation.outcomes import read_runs
from tests.core.evaluation.test_surface import RECORDS


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "attacks.jsonl"
    path.write_text("".join(json.dumps({"i": i, **r}) + "\n" for i, r in enumerate(RECORDS)), encoding="utf-8")
    return path


def test_a_table_a_file(cli: Callable[..., Any], file: Path) -> None:
    ran = cli("surface", file)
    assert ran.code == 0
    assert "n = 7, 1 rows left out" in ran.out
    assert "10 % of the words" in ran.out
    assert "bench2021, 30 %" in ran.out


def test_outcomes_without_texts(cli: Callable[..., Any], file: Path, tmp_path: Path) -> None:
    made = tmp_path / "attacks-x.json"
    ran = cli("surface", file, "--outcomes", made)
    assert (ran.code, "is written" in ran.err) == (0, True)
    (run,) = read_runs(made)
    assert run.n == 8
    assert "--outcomes" not in run.command


def test_json(cli: Callable[..., Any], file: Path) -> None:
    found = [json.loads(line) for line in cli("surface", file, file, "--json").out.splitlines()]
    assert [one["file"] for one in found] == ["attacks.jsonl"] * 2
    assert len(found[0]["cells"]) == 42
    assert found[0]["points"][0]["accuracy"]["n"] == 7


def test_no_such_file(cli: Callable[..., Any], tmp_path: Path) -> None:
    ran = cli("surface", tmp_path / "none.jsonl")
    assert (ran.code, "No file" in ran.err) == (2, True)

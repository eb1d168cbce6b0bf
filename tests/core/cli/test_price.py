"""``bench price``: hours and dollars as a table, as JSON lines, and as the figures that ship."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.evaluation.price import FILE
from core.evaluation.results import RESULTS_FOLDER


def test_hours_and_dollars_are_told_with_where_prices_are_from(cli: Callable[..., Any], tmp_path: Path) -> None:
    ran = cli("bench", "price", "--attacks", 1000, "--json", "--results", tmp_path / "price.json")
    assert ran.code == 0
    found = [json.loads(line) for line in ran.out.splitlines()]
    assert len(found) == len(json.loads(FILE.read_text(encoding="utf-8"))["speeds"])
    first = found[0]
    assert first["hours"] == pytest.approx(1000 * first["speed"]["seconds"] / first["machine"]["parts"] / 3600)
    assert (tmp_path / "price.json").read_bytes() == (RESULTS_FOLDER / "price.json").read_bytes()
    table = cli("bench", "price")
    assert "1,000,000 attacks" in table.out
    assert "read 2026-" in table.out

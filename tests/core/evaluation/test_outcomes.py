"""Outcomes of single attacks: no text, read back as written, rows without an attack left out."""

from pathlib import Path
from typing import Any

import pytest

from core.errors import DamagedResourceError, DataFileError
from core.evaluation.outcomes import Outcome, read_runs, run_of, write_runs

MADE = {"classifier": "some model", "task": "imdb", "method": "bayes", "preset": "paper"}


def record(status: str, swaps: int = 1, queries: int = 5) -> dict[str, Any]:
    told = [[i, "secret", "word"] for i in range(swaps)]
    return {
        "status": status,
        "words": 8,
        "swaps": told,
        "changed": swaps,
        "queries": queries,
        "text": "secret words",
        "made_by": MADE,
    }


def test_a_run_is_read_back_and_holds_no_text(tmp_path: Path) -> None:
    statuses = ("success", "failed", "skipped", "error", "exhausted")
    run = run_of([record(status, i) for i, status in enumerate(statuses)], "python -m core attack")
    assert run.outcomes == (Outcome(True, 8, 0, 5), Outcome(False, 8, 1, 5), Outcome(False, 8, 4, 5))
    assert (run.n, run.broken, run.classifier, run.method) == (5, 1, "some model", "bayes")
    assert run.outcomes[2].share == 0.5
    path = tmp_path / "attacks-x.json"
    write_runs(path, [run, run])
    assert read_runs(path) == (run, run)
    assert "secret" not in path.read_text(encoding="utf-8")


def test_what_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="no attack"):
        run_of([], "c")
    path = tmp_path / "attacks-x.json"
    for content in ("{", "[]", '{"runs": [{"outcomes": [[1, 2]]}]}', '{"runs": 3}'):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(DamagedResourceError, match="attacks-x"):
            read_runs(path)

"""paired: a readable table, and JSON with the same numbers."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_paired(cli: Callable[..., Any], tiny_folder: Path, tmp_path: Path) -> None:
    """Over what classify itself writes."""
    (tmp_path / "rows.csv").write_text("text,label\ngood film,positive\nbad film,negative\na dull day,negative\n")
    ran = cli("classify", "--model", tiny_folder, "--input", tmp_path / "rows.csv", "--json")
    (tmp_path / "a.jsonl").write_text(ran.out)
    lines = [json.loads(line) for line in ran.out.splitlines()]
    lines[0]["label"] = "positive" if lines[0]["label"] == "negative" else "negative"
    (tmp_path / "b.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    told = json.loads(cli("paired", tmp_path / "a.jsonl", tmp_path / "b.jsonl", "--json").out)
    assert (told["test"]["n"], told["test"]["only_first"] + told["test"]["only_second"]) == (3, 1)
    shown = cli("paired", tmp_path / "a.jsonl", tmp_path / "b.jsonl")
    assert "1 of 3 rows differ" in " ".join(shown.out.split())
    kept = tmp_path / "results" / "paired.json"
    cli("paired", tmp_path / "a.jsonl", tmp_path / "b.jsonl", "--out", kept)
    assert json.loads(kept.read_text()) == told
    assert [file["name"] for file in told["files"]] == ["a.jsonl", "b.jsonl"]
    assert told["files"][0]["sha256"] == hashlib.sha256((tmp_path / "a.jsonl").read_bytes()).hexdigest()
    assert told["test"]["p"] == 1.0
    wrong = cli("paired", tmp_path / "a.jsonl", tmp_path / "rows.csv")
    assert (wrong.code, wrong.out) == (2, "")
    assert "rows.csv, line 1 is no JSON object" in wrong.err

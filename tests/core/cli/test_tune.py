"""tune: trials, a table and a figure, from the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli.tune import _rows
from core.tasks import IMDB


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    records = [{"text": f"a {('bad', 'good')[i % 2]} film, number {i}", "label": i % 2} for i in range(10)]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_a_search_its_table_and_its_figure(
    cli: Callable[..., Any], tmp_path: Path, file: Path, tiny_folder: Path, toy_words: Any
) -> None:
    made = [tmp_path / name for name in ("out/t.md", "out/t.json", "out/f.svg", "out/f.html")]
    shown = ("--table", made[0], "--table", made[1], "--figure", made[2], "--figure", made[3])
    at = ("--task", "imdb", "--what", "five", "--storage", tmp_path / "s.db")
    budget = ("--n", 8, "--attack-n", 2, "--max-drop", 1, "--preset", "ungated", "--trials", 2)
    ran = cli("tune", *at, *budget, "--data", file, "--model", tiny_folder, *shown)
    assert ran.code == 0, ran.err
    assert "Trial 0 (shipped): perturb_words=5" in ran.err
    assert "under attack" in ran.out
    record = json.loads(made[1].read_text())
    assert [t["known"] for t in record["trials"]] == ["shipped", "paper"]
    assert record["plain"]["clean"]["n"] == 8
    assert record["made_by"]["data"] == "rows.jsonl"
    assert record["commands"][0].startswith("python -m core tune --task imdb --what five")
    assert "--table" not in record["commands"][0]
    table = made[0].read_text()
    assert "| plain |" in table
    assert "n = 8 rows" in table
    for path in made:
        assert "good film" not in path.read_text(), "no text of the data"
    figure = made[2].read_text()
    assert "shipped (0)" in figure
    assert "prefers-color-scheme: dark" in figure
    assert figure in made[3].read_text()
    again = cli("tune", *at, "--report", "--json")
    assert json.loads(again.out) == record
    other = cli("tune", *at, "--study", record["study"], *budget, "--attack-n", 1, "--data", file, "--model",
                tiny_folder)  # fmt: skip
    assert (other.code, "made by other settings (attack_n)" in other.err) == (2, True)


def test_short_texts_only(
    cli: Callable[..., Any], tmp_path: Path, file: Path, tiny_folder: Path, toy_words: Any
) -> None:
    file.write_text(file.read_text() + json.dumps({"text": "a good film " * 9, "label": 1}) + "\n")
    fixed = ("--task", "imdb", "--what", "five", "--data", file, "--model", tiny_folder, "--preset", "ungated")
    budget = ("--n", 11, "--attack-n", 2, "--max-drop", 1, "--trials", 1, "--max-words", 6)
    ran = cli("tune", *fixed, *budget, "--storage", tmp_path / "s.db", "--try", "samples=3", "--json")
    assert ran.code == 0, ran.err
    made_by = json.loads(ran.out.splitlines()[-1])["made_by"]
    assert (made_by["n"], made_by["data"]) == (10, "rows.jsonl, texts of at most 6 words")


def test_short_texts_that_are_measured_are_never_learned_from(file: Path) -> None:
    measured, learned, dev_rows, _ = _rows(IMDB, {}, "fact", file, 4, 6)
    assert (len(measured), len(learned)) == (4, 6)
    assert not set(measured) & set(learned)
    assert dev_rows == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--what", "bert"], "Unknown thing to tune 'bert'. Known: fact, five, fuse."),
        (["--table", "t.csv"], "t.csv should end in .md or .json."),
        (["--report", "--storage", "nowhere.db"], "No search in nowhere.db yet."),
        (["--sampler", "grid"], "sampler must be one of tpe, nsga2, random, was given 'grid'."),
        (["--data", "nowhere.csv"], "No file nowhere.csv"),
        (["--try", "samples=0"], "samples must be a whole number between 2 and 16, was given '0'."),
    ],
)
def test_what_cannot_be_searched(cli: Callable[..., Any], toy_words: Any, arguments: list[str], message: str) -> None:
    ran = cli("tune", *arguments)
    assert ran.code == 2
    assert message in ran.err

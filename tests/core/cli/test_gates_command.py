"""``gates``: the steps as JSON, as a table and as figures; a task without texts of ours."""

import json
from pathlib import Path
from typing import Any

from core.attacks.presets import PRESETS
from core.evaluation.results import read_table


def test_the_dial_over_our_texts_as_json_and_as_figures(
    cli: Any, tiny_folder: Path, tmp_path: Path, toy_words: Any
) -> None:
    kept = tmp_path / "gates.json"
    fixed = ("gates", "--task", "imdb", "--model", tiny_folder, "--n", 2, "--questions", 20)
    ran = cli(*fixed, "--json", "--results", kept)
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    assert [step["rules"] for step in found["steps"]] == list(PRESETS)
    assert (found["n"], found["questions"]) == (2, 20)
    table = read_table(kept)
    assert {one.attack for one in table.results} == set(PRESETS)
    assert table.results[0].command.startswith("python -m core gates --task imdb")
    assert "--results" not in table.results[0].command
    assert "Anything goes" in cli(*fixed).out


def test_a_task_without_texts_of_ours_and_a_file_that_is_no_table(cli: Any, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("text,label\ngood,yes\nbad,no\n", encoding="utf-8")
    ran = cli("gates", "--task", file)
    assert (ran.code, "has no example texts" in ran.err) == (2, True)
    ran = cli("gates", "--results", "figures.txt")
    assert (ran.code, ".json" in ran.err) == (2, True)

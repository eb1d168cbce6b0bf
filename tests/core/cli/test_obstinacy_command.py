"""``obstinacy``: shares as JSON and as a table, the comparison, and what is refused."""

import json
from typing import Any

import pytest


@pytest.mark.slow
def test_the_plain_model_and_the_co_tuned_one(cli: Any) -> None:
    ran = cli(
        "obstinacy", "--task", "imdb", "--model", "imdb-fact", "--against", "imdb-plain", "--device", "cpu", "--json"
    )
    assert ran.code == 0, ran.err
    found = json.loads(ran.out)
    every = found["shares"][-1]
    assert (every["kind"], every["told_apart"]["n"]) == ("all", 30)
    assert 0.6 < every["told_apart"]["value"] <= 1
    assert found["paired"]["n"] == 30
    assert found["classifier"] == "imdb-fact"


def test_a_table_that_says_who_is_better(cli: Any, tiny_folder: Any) -> None:
    ran = cli("obstinacy", "--task", "imdb", "--model", tiny_folder, "--against", str(tiny_folder), "--device", "cpu")
    assert ran.code == 0, ran.err
    told = " ".join(ran.out.split())  # a long name wraps the line where it likes
    assert "told apart" in told
    assert "0 of 30 twins differ between the two" in told
    assert "p = 1" in told


def test_a_task_without_twins_says_so(cli: Any, tmp_path: Any) -> None:
    file = tmp_path / "mine.csv"
    file.write_text("text,label\ngood,yes\nbad,no\n", encoding="utf-8")
    ran = cli("obstinacy", "--task", file, "--device", "cpu")
    assert ran.code == 2
    assert "twins of task" in ran.err

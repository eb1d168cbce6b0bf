"""``table`` end to end on a tiny model: files, taken up again, in parts; what does not fit is told."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


@pytest.fixture
def run(
    cli: Callable[..., Any], tiny_folder: Path, toy_lexicon: Any, tmp_path: Path, reviews: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:  # fmt: skip
    """``table 2`` over twelve reviews; FACT's model is the plain one."""
    monkeypatch.setattr("core.defenses.recipe.load_lexicon", lambda *_, **__: toy_lexicon)
    data = tmp_path / "rows.jsonl"
    lines = [json.dumps({"text": e.text_a, "label": i % 2}) for i, e in enumerate(reviews)]
    data.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def call(number: int, *arguments: object) -> Any:
        models = ("--model", tiny_folder, "--model-fact", tiny_folder)
        rules = ("--preset", "ungated", "--set", "max_queries=20", "--set", "verdict_draws=3", "--together", 4)
        return cli("table", number, "--task", "imdb", *models, "--data", data, "--device", "cpu", *rules, *arguments)

    return call


def test_it_writes_and_shows_and_is_taken_up_again(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, out = tmp_path / "log", tmp_path / "out" / "t"
    once = run(2, "--rows", "plain,fact,five,retrained", "--log", log, "--out", out)
    assert (once.code, once.out) == (0, (tmp_path / "out" / "t.md").read_text(encoding="utf-8"))
    assert "FIVE, our settings" in once.out
    assert "No such model ships: python -m core finetune" in once.out
    table = json.loads((tmp_path / "out" / "t.json").read_text(encoding="utf-8"))["table"]
    assert (table["done"], table["about"]["n"], table["about"]["file"]) == (table["jobs"], 12, "rows.jsonl")
    assert "--log" not in table["command"]
    assert "--together 4" in table["command"]

    def forbidden(*_: Any) -> Any:
        raise AssertionError("all is done")

    monkeypatch.setattr("core.evaluation.answer_jobs.answer_lines", forbidden)
    monkeypatch.setattr("core.evaluation.attack_jobs.attack_lines", forbidden)
    again = run(2, "--rows", "plain,fact,five,retrained", "--log", log)
    assert again.out == once.out


def test_parts_merged_are_the_table(run: Run, cli: Callable[..., Any], tmp_path: Path) -> None:
    whole = run(3, "--rows", "plain,fact", "--n", 7, "--log", tmp_path / "whole", "--json")
    for part in (1, 2):
        ran = run(3, "--rows", "plain,fact", "--n", 7, "--log", tmp_path / str(part), "--shard", f"{part}/2")
        assert f"part {part}/2 is done" in ran.out
    assert cli("merge", tmp_path / "1", tmp_path / "2", "--out", tmp_path / "both").code == 0
    both = run(3, "--rows", "plain,fact", "--n", 7, "--log", tmp_path / "both", "--fold", "--json")
    first, second = (json.loads(ran.out) for ran in (whole, both))
    assert first["done"] == first["jobs"] > 0
    for row in (*first["rows"], *second["rows"]):
        assert row.pop("seconds") >= 0
    assert first == second


def test_figures_for_the_results_page(run: Run, tmp_path: Path) -> None:
    from core.evaluation.results import read_table

    file = tmp_path / "table-3.json"
    assert run(3, "--rows", "plain", "--n", 4, "--log", tmp_path / "log", "--results", file).code == 0
    assert {one.column for one in read_table(file).results} >= {"accuracy", "after attack", "queries"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--rows", "plain,fvie"), "fvie"),
        (("--shard", "3/2"), "A shard is 1/n to n/n"),
        (("--shard", "1/2", "--out", "x"), "makes no table"),
        (("--max-words", "1", "--n", "3"), ""),
        (("--workers", "2", "--threads", "2"), "A worker has one thread"),
        (("--draws", "2"), "odd number of draws"),
        (("--sigmas", "1,two"), "--sigmas takes numbers"),
        (("--rows", "plain", "--results", "x.txt"), "name a .json file"),
    ],
)
def test_what_does_not_fit_is_told(run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = run(2, "--log", tmp_path / "log", *(("--rows", "plain") if "--rows" not in arguments else ()), *arguments)
    assert (ran.code == 2) == bool(said)
    assert said in ran.err

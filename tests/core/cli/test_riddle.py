"""``riddle`` end to end on a tiny model: the table, figures, taken up again; what does not fit is told."""

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
    monkeypatch.setattr("core.defenses.recipe.load_lexicon", lambda *_, **__: toy_lexicon)
    data = tmp_path / "rows.jsonl"
    lines = [json.dumps({"text": e.text_a, "label": i % 2}) for i, e in enumerate(reviews[:5])]
    data.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def call(*arguments: object) -> Any:
        given = ("--task", "imdb", "--model", tiny_folder, "--data", data, "--device", "cpu", "--log", tmp_path / "log")
        return cli("riddle", *given, *arguments)

    return call


def test_it_shows_keeps_figures_and_asks_once(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.evaluation.results import read_table

    nothing = run("--fold")
    assert (nothing.code, "holds no answers" in nothing.err) == (2, True)
    once = run("--results", tmp_path / "riddle.json")
    assert once.code == 0
    assert "E1" in once.out
    figures = read_table(tmp_path / "riddle.json").results
    assert {one.n for one in figures} == {5}

    def forbidden(*_: Any) -> Any:
        raise AssertionError("all is done")

    monkeypatch.setattr("core.evaluation.riddle_jobs.member_lines", forbidden)
    told = json.loads(run("--json").out)
    assert (told["rows"], told["of"], told["experiments"][0]["key"]) == (5, 5, "plain")
    assert "part 1/2 is done" in run("--shard", "1/2").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("--shard", "1/2", "--results", "x.json"), "makes no table"), (("--results", "x.txt"), "names a .json file")],
)
def test_what_does_not_fit_is_told(run: Run, arguments: tuple[str, ...], said: str) -> None:
    ran = run(*arguments)
    assert (ran.code, said in ran.err) == (2, True)

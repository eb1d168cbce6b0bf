"""``ladder`` end to end on a tiny model: the table, figures, taken up again, in parts; what does not fit is told."""

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
    """The ladder over six reviews; texts are transferred from the very model that is attacked."""
    monkeypatch.setattr("core.defenses.recipe.load_lexicon", lambda *_, **__: toy_lexicon)
    data = tmp_path / "rows.jsonl"
    lines = [json.dumps({"text": e.text_a, "label": i % 2}) for i, e in enumerate(reviews[:6])]
    data.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def call(*arguments: object) -> Any:
        models = ("--model", tiny_folder, "--plain-model", tiny_folder)
        rules = ("--preset", "ungated", "--set", "max_queries=8", "--set", "verdict_draws=3", "--together", 3)
        return cli("ladder", "--task", "imdb", *models, "--data", data, "--device", "cpu", *rules, *arguments)

    return call


def test_it_shows_keeps_figures_and_is_taken_up_again(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.evaluation.results import read_table

    log, file = tmp_path / "log", tmp_path / "ladder-imdb.json"
    once = run("--rungs", "single,bayes", "--log", log, "--results", file)
    assert (once.code, "Bayes" in once.out, "still right" in once.out.replace("\n", " ")) == (0, True, True)
    kept = read_table(file)
    assert {one.n for one in kept.results if one.column == "still right"} == {6}
    assert "--log" not in kept.results[0].command
    assert "--rungs single,bayes" in kept.results[0].command

    def forbidden(*_: Any) -> Any:
        raise AssertionError("all is done")

    monkeypatch.setattr("core.evaluation.verdict_jobs.verdict_lines", forbidden)
    monkeypatch.setattr("core.evaluation.attack_jobs.attack_lines", forbidden)
    again = run("--rungs", "single,bayes", "--log", log)
    assert again.out == once.out
    told = json.loads(run("--rungs", "single,bayes", "--log", log, "--fold", "--json").out)
    assert (told["whole"], told["about"]["n"], [one["key"] for one in told["rungs"]]) == (
        True, 6, ["clean", "single", "bayes"],
    )  # fmt: skip


def test_a_defence_in_parts(run: Run, cli: Callable[..., Any], tmp_path: Path) -> None:
    five = ("--defense", "five", "--defense-set", "samples=1", "--rungs", "transfer,seed")
    for part in (1, 2):
        ran = run(*five, "--log", tmp_path / str(part), "--shard", f"{part}/2")
        assert f"part {part}/2 is done" in ran.out
    assert cli("merge", tmp_path / "1", tmp_path / "2", "--out", tmp_path / "both").code == 0
    told = json.loads(run(*five, "--log", tmp_path / "both", "--fold", "--json").out)
    assert told["whole"]
    assert [one["key"] for one in told["rungs"]] == ["clean", "transfer", "seed"]
    assert told["rungs"][0]["attacked"] == 6
    parts = [run(*five, "--log", tmp_path / "both", "--fold", "--shard", f"{n}/2", "--json").out for n in (1, 2)]
    assert sum(json.loads(part)["rungs"][0]["attacked"] for part in parts) == 6
    assert all(json.loads(part)["whole"] for part in parts)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--rungs", "singel"), "singel"),
        (("--rungs", "mean4"), "None of the rungs mean4"),
        (("--shard", "1/2", "--results", "x.json"), "makes no table"),
        (("--results", "x.txt"), "names a .json file"),
    ],
)
def test_what_does_not_fit_is_told(run: Run, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = run("--log", tmp_path / "log", *arguments)
    assert (ran.code, said in ran.err) == (2, True)

"""``transfer`` on a file of ``attack``: the matrix, figures, and one line for what does not fit."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def run(
    cli: Callable[..., Any], tiny_folder: Path, toy_lexicon: Any, tmp_path: Path, reviews: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Any]:  # fmt: skip
    """``transfer`` over what an attack on a tiny model made of reviews of either label; FACT's model is the same."""
    monkeypatch.setattr("core.defenses.recipe.load_lexicon", lambda *_, **__: toy_lexicon)
    monkeypatch.setattr("core.cli.defended.load_words", lambda *_, **__: toy_lexicon)
    data, made = tmp_path / "rows.jsonl", tmp_path / "attacks.jsonl"
    lines = [json.dumps({"text": e.text_a, "label": label}) for e in reviews for label in (0, 1)]
    data.write_text("\n".join(lines) + "\n", encoding="utf-8")
    model = ("--task", "imdb", "--model", tiny_folder, "--device", "cpu")
    assert cli("attack", *model, "--input", data, "--preset", "ungated", "--out", made).code == 0

    def call(*arguments: object) -> Any:
        return cli("transfer", made, *model, "--model-fact", tiny_folder, "--log", tmp_path / "log", *arguments)

    return call


def test_a_matrix_and_its_figures(run: Callable[..., Any], tmp_path: Path) -> None:
    from core.evaluation.results import read_table

    ran = run("--results", tmp_path / "transfer.json")
    assert (ran.code, "made against" in ran.out) == (0, True)
    figures = read_table(tmp_path / "transfer.json").results
    assert [(one.column, one.value, one.attack) for one in figures] == [
        ("fool Plain", 1.0, "ungated"), ("fool FACT", 1.0, "ungated"),
    ]  # fmt: skip
    told = json.loads(run("--fold", "--json").out)
    assert [cell["by"] for cell in told["cells"]] == ["Plain", "FACT"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--by", "plain,nobody"), "nobody"),
        (("--by", ""), "Nobody answers"),
        (("--by", "random"), "No model ships for random"),
        (("--draws", "2"), "odd number of draws"),
        (("--results", "x.txt"), "names a .json file"),
    ],
)
def test_what_does_not_fit_is_told(run: Callable[..., Any], arguments: tuple[str, ...], said: str) -> None:
    ran = run(*arguments)
    assert (ran.code, said in ran.err) == (2, True)

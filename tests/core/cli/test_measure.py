"""evaluate and bench: the numbers of the library, readable and as JSON."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.datasets import read_rows
from core.evaluation.evaluate import evaluate
from core.evaluation.statistics import wilson
from core.models.loading import load_classifier
from core.tasks import IMDB


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "rows.csv"
    words = ("good", "bad", "great", "boring", "wonderful", "awful")
    rows = [f"a {words[i % 6]} film number {i},{(i % 6) % 2}" for i in range(60)]
    path.write_text("\n".join(["text,label", *rows, "no label here,"]) + "\n")
    return path


def test_evaluate_a_file(cli: Callable[..., Any], tiny_folder: Path, file: Path) -> None:
    *_, expected = evaluate(read_rows(file, IMDB), load_classifier(str(tiny_folder), IMDB))
    record = json.loads(cli("evaluate", "--data", file, "-m", tiny_folder, "--json").out)
    scores = record["scores"]
    assert scores["accuracy"]["value"] == expected.scores.accuracy.value
    assert scores["macro_f1"]["value"] == expected.scores.macro_f1.value
    right = round(60 * scores["accuracy"]["value"])
    assert (scores["accuracy"]["low"], scores["accuracy"]["high"]) == pytest.approx(wilson(right, 60))
    assert (scores["n"], record["unlabelled"]) == (60, 1)
    assert record["settings"]["data"] == "rows.csv"
    shown = cli("evaluate", "--data", file, "-m", tiny_folder).out
    assert f"{scores['accuracy']['value']:.4f}" in shown
    assert "n = 60" in shown
    assert "1 rows without a label" in shown


def test_a_defence_with_draws(cli: Callable[..., Any], tiny_folder: Path, file: Path, toy_words: Any) -> None:
    arguments = ("evaluate", "--data", file, "-m", tiny_folder, "-d", "five", "--draws", "3", "--seed", "4")
    record = json.loads(cli(*arguments, "--json", "--set", "sigma_relative=3", "--sample", "20").out)
    assert record["draws"] == 3
    assert record["scores"]["n"] == 20
    assert 0 < record["agreement"]["value"] <= 1
    assert {record["majority"]["n"], record["expected"]["n"]} == {20}
    assert (record["settings"]["rows_seed"], record["settings"]["seed"]) == (0, 4)
    shown = " ".join(cli(*arguments, "--sample", "20").out.split())
    for said in ("accuracy, majority of 3 draws", "accuracy, mean of 3 draws", "accuracy, one draw a row"):
        assert said in shown
    assert record["settings"]["five"]["sigma_relative"] == 3
    assert (record["settings"]["seed"], record["settings"]["defense"]) == (4, "five")
    assert "self-agreement" in shown


def test_the_seed_of_the_draws_leaves_the_rows_alone(
    cli: Callable[..., Any], tiny_folder: Path, file: Path, toy_words: Any
) -> None:
    def confusion(*arguments: Any) -> Any:
        common = ("evaluate", "--data", file, "-m", tiny_folder, "--sample", "20", "--json")
        return json.loads(cli(*common, *arguments).out)["scores"]["confusion"]

    assert confusion("--seed", "0") == confusion("--seed", "9")
    assert len({str(confusion("--rows-seed", str(seed))) for seed in range(4)}) > 1


def test_noise_of_zero_is_the_plain_classifier(
    cli: Callable[..., Any], tiny_folder: Path, file: Path, toy_words: Any
) -> None:
    common = ("evaluate", "--data", file, "-m", tiny_folder, "--json")
    plain = json.loads(cli(*common).out)
    silent = json.loads(cli(*common, "-d", "five", "--set", "sigma_relative=0").out)
    assert silent["scores"] == plain["scores"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--draws", "3"], "Defence 'plain' gives the same answer on every draw"),
        (["--defense", "five", "--draws", "4"], "A majority needs an odd number of draws"),
        (["--defense", "fuze"], "Unknown defence 'fuze'"),
        (["--preset", "papr"], "Unknown defence preset 'papr'"),
        (["--data", "nowhere.csv"], "No file nowhere.csv"),
        (["--split", "test"], "Set FIREBERT_DATA to a folder"),
    ],
)
def test_what_cannot_be_evaluated(
    cli: Callable[..., Any], tiny_folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.delenv("FIREBERT_DATA", raising=False)
    ran = cli("evaluate", "-m", tiny_folder, *arguments)
    assert ran.code == 2
    assert message in ran.err


def test_a_constant_classifier_is_called_one(cli: Callable[..., Any], tiny_folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("text,label\n" + "a good film,1\na good film,0\n")
    assert "Every answer is the same label" in cli("evaluate", "--data", path, "-m", tiny_folder).out


def test_bench_defenses(
    cli: Callable[..., Any], tiny_folder: Path, toy_words: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FIREBERT_DATA", raising=False)
    record = json.loads(cli("bench", "defenses", "-m", tiny_folder, "--rounds", 2, "--texts", 4, "--json").out)
    assert [s["defense"] for s in record["summary"]] == ["FuSE", "FIVE"]
    assert len(record["rounds"]) == 4
    for measured in record["rounds"]:
        assert measured["ratio"]["wall"] == pytest.approx(measured["own"]["wall"] / measured["bare"]["wall"])
        assert measured["texts"] == 4
    five = [r["rows"] for r in record["rounds"] if r["defense"] == "FIVE"]
    assert five == [4 * 9] * 2, "the text and 8 samples"
    assert "ratio" in cli("bench", "defenses", "-m", tiny_folder, "--rounds", 1, "--texts", 2).out

"""finetune: the options are the config's, a run goes on after a kill, and what comes out can be used at once."""

import inspect
import json
from collections.abc import Callable
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import pytest

from core.cli import train
from core.models.adapters import load_adapter
from core.training.config import FinetuneConfig

SMALL = (
    "--epochs", 2, "--batch-rows", 4, "--dev-rows", 4, "--evaluations", 2, "--lora-rank", 2, "--max-pieces", 16
)  # fmt: skip


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "rows.jsonl"
    records = [{"text": f"a {('bad', 'good')[i % 2]} film, number {i}", "label": i % 2} for i in range(24)]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_every_setting_of_the_run_is_an_option_with_the_configs_default() -> None:
    options = inspect.signature(train.finetune).parameters
    for field in fields(FinetuneConfig):
        default = inspect.Parameter.empty if field.default is MISSING else field.default
        assert options[field.name].default == default


def test_a_model_of_ones_own(cli: Callable[..., Any], tmp_path: Path, file: Path) -> None:
    run = ("finetune", "--task", "imdb", "--data", file, "--test", file, "--out", tmp_path / "run", *SMALL)
    ran = cli(*run, "--name", "mine", "--title", "My own")
    assert ran.code == 0, ran.err
    assert "Step 10: dev accuracy" in ran.err
    _, card = load_adapter(tmp_path / "run" / "model")
    said = "rows.jsonl (24 of 24 rows are also in the training file)"
    assert (card.name, card.title, card.accuracy["n"], card.accuracy["data"]) == ("mine", "My own", 24, said)
    assert card.training["command"].startswith("python -m core finetune --task imdb")
    answered = cli("classify", "--model", tmp_path / "run" / "model", "--text", "a good film", "--json")
    assert json.loads(answered.out)["label"] in ("negative", "positive")
    again = cli(*run, "--json")
    events = [json.loads(line) for line in again.out.splitlines()]
    assert [e.get("event") for e in events] == ["TrainingStarted", "TrainingFinished", None]
    assert events[0]["start_step"] == events[0]["steps"], "a finished run only exports"
    assert events[-1]["sha256"] == card.sha256
    other = cli(*run, "--seed", 1)
    assert (other.code, "another --out to start afresh" in other.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--task", "imbd"], "Unknown task 'imbd'"),
        (["--task", "imdb", "--epochs", "0"], "epochs must be between 1 and 100, was given 0"),
        (["--task", "imdb"], "Set FIREBERT_DATA to a folder"),
        (["--task", "imdb", "--data", "nowhere.csv"], "No file nowhere.csv"),
    ],
)
def test_what_cannot_be_trained(
    cli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.delenv("FIREBERT_DATA", raising=False)
    ran = cli("finetune", *arguments, "--out", tmp_path)
    assert ran.code == 2
    assert message in ran.err


@pytest.mark.data
@pytest.mark.parametrize("task", ["imdb", "mnli"])
def test_the_shipped_runs_read_the_data_folder(data_folder: Path, task: str) -> None:
    from core.datasets import load_split
    from core.tasks import get_task

    rows = train.load_rows(get_task(task), train.RunOptions(test_rows=-1), 0)
    assert rows.train == load_split(get_task(task), "train", data_folder)
    assert rows.extra == (load_split(get_task(task), "extra", data_folder) if task == "mnli" else [])
    assert rows.test == []

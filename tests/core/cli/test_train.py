"""finetune: the options are the config's, a run goes on after a kill, and what comes out can be used at once."""

import inspect
import json
import shlex
from collections.abc import Callable
from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import Any

import pytest

from core.cli import train
from core.errors import InputError
from core.models.adapters import load_adapter, parse_card
from core.tasks import IMDB, MNLI
from core.training.config import FinetuneConfig, fact_config
from core.training.export import command_of, fact_command_of
from tests.zoo import save

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


@pytest.mark.parametrize("name", ["finetune", "fact"])
def test_the_cards_command_can_be_run_as_printed(
    cli: Callable[..., Any], tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch, toy_words: Any, name: str
) -> None:
    """For a task of one's own: typed where its file lies, it asks for the same run, and the plain model on the way."""
    asked: list[tuple[Any, ...]] = []

    def begin(config: Any, rows: Any, *_: Any) -> None:
        asked.append((config, rows))
        raise InputError("far enough")

    (tmp_path / "my reviews.jsonl").write_bytes(file.read_bytes())
    for module in ("core.training.finetune.finetune", "core.training.fact.fact"):
        monkeypatch.setattr(module, begin)
    typed = tmp_path / "my reviews.jsonl"
    ran = cli(name, "--task", typed, "--epochs", 3, "--labels", "0=0,1=1", *SMALL[2:])
    assert "far enough" in ran.err, ran.err
    printed = train.as_typed(str(typed), train.RunOptions())
    config = FinetuneConfig(**{**asdict(asked[0][0]), "epochs": 3})
    command = command_of(config, printed) if name == "finetune" else fact_command_of(
        fact_config(config.task, epochs=3, batch_rows=4, dev_rows=4, evaluations=2, lora_rank=2, max_pieces=16,
                    labels="0=0,1=1"), printed
    )  # fmt: skip
    assert str(tmp_path) not in command
    monkeypatch.chdir(tmp_path)
    again = cli(*shlex.split(command)[3:])
    assert "far enough" in again.err, again.err
    assert asked[0] == asked[1]


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

    rows = train.load_rows(get_task(task), train.RunOptions(test_rows=-1), FinetuneConfig(task))
    assert rows.train == load_split(get_task(task), "train", data_folder)
    assert rows.extra == (load_split(get_task(task), "extra", data_folder) if task == "mnli" else [])
    assert rows.test == []


def test_another_backbone(cli: Callable[..., Any], tmp_path: Path, file: Path) -> None:
    """A run from a folder's body is kept as a whole model, which is a classifier and a task for every command."""
    body = save("DistilBERT", MNLI, tmp_path / "body")
    run = ("finetune", "--task", "imdb", "--data", file, "--test", file, "--out", tmp_path / "run", *SMALL)
    ran = cli(*run, "--backbone", body)
    assert ran.code == 0, ran.err
    card = parse_card(tmp_path / "run" / "model" / "model.json")
    assert (card.base, card.accuracy["n"]) == ({"name": "body"}, 24)
    assert "--backbone body" in card.training["command"]
    answered = cli("classify", "--model", tmp_path / "run" / "model", "--text", "a good film", "--json")
    assert json.loads(answered.out)["label"] in ("negative", "positive")
    both = cli(*run, "--backbone", body, "--start", "imdb-plain")
    assert (both.code, "Give --start backbone" in both.err) == (2, True)


def test_a_blended_models_card_has_its_own_accuracy(tmp_path: Path, file: Path) -> None:
    """What was measured in the run is of the trained weights; what is kept is measured again, on the same dev rows."""
    from core.datasets import read_rows
    from core.evaluation.evaluate import EvaluationFinished, evaluate
    from core.models.loading import load_classifier
    from core.training.corpus import split_rows
    from core.training.finetune import finetune

    config = FinetuneConfig(
        "imdb", epochs=2, batch_rows=4, dev_rows=8, evaluations=2, lora_rank=2, max_pieces=16, learning_rate=5e-3
    )
    rows = train.Rows(list(read_rows(file, IMDB)), [], [], "rows", "")
    list(finetune(config, rows.train, tmp_path / "run"))
    facts = {"command": "x", "data": "rows", "dev_accuracy": 0.875, "dev_rows": 8}
    folder = tmp_path / "model"
    train.keep(config, rows, tmp_path / "run", folder, "x", "X", facts, "cpu", False, blend=0.0)
    card = parse_card(folder / "model.json")
    dev = split_rows(rows.train, config.dev_rows, config.split)[0]
    *_, measured = evaluate(dev, load_classifier(str(folder), IMDB))
    assert isinstance(measured, EvaluationFinished)
    assert (card.accuracy["value"], card.accuracy["n"]) == (measured.scores.accuracy.value, 8)
    assert card.training["dev_accuracy_before_blending"] == 0.875 != card.accuracy["value"]
    assert "dev_accuracy" not in card.training

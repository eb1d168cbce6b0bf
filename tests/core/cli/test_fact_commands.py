"""fact: settings reach the run, a killed run ends the same, two processes learn what one learns, any file is a task."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.cli.fact import settings_of
from core.errors import ConfigError, UnknownNameError
from core.models.adapters import load_adapter
from core.tasks import IMDB, MNLI
from core.training.config import FinetuneConfig, fact_config
from core.training.export import fact_command_of
from tests.core.training.conftest import same, short_reviews

ROOT = Path(__file__).parents[3]
SMALL = (
    "--task", "imdb", "--dev-rows", "6", "--batch-rows", "6", "--epochs", "2", "--evaluations", "2",
    "--max-pieces", "24", "--group-pieces", "96", "--test-rows", "-1", "--threads", "1", "--device", "cpu",
    "--set", "total_alternatives=2", "--set", "perturb_words=3",
)  # fmt: skip


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "rows.jsonl"
    path.write_text("".join(json.dumps({"text": r.example.text_a, "label": r.label}) + "\n" for r in short_reviews()))
    return path


def command(file: Path, out: Path, *more: str) -> list[str]:
    return ["-m", "core", "fact", *SMALL, "--data", str(file), "--out", str(out), "--json", *more]


def curve(output: str) -> list[tuple[int, float]]:
    events = [json.loads(line) for line in output.splitlines() if line.startswith('{"event"')]
    return [(e["step"], e["loss"]) for e in events if e["event"] == "TrainingStep"]


@pytest.fixture(scope="module")
def uninterrupted(file: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """A finished run of the command: its folder, its cache, what it printed."""
    base = tmp_path_factory.mktemp("one")
    environment = {**os.environ, "FIREBERT_CACHE": str(base / "cache")}
    ran = subprocess.run(
        [sys.executable, *command(file, base / "run")], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return base / "run", base / "cache", ran.stdout


@pytest.mark.slow
@pytest.mark.thorough
@pytest.mark.parametrize("steps", [2, 7])
def test_killed_and_started_again_it_ends_with_the_same_weights(
    uninterrupted: tuple[Path, Path, str], file: Path, tmp_path: Path, steps: int
) -> None:
    """SIGKILL after so many reported steps, wherever the process then is; the same command goes on."""
    folder, cache, printed = uninterrupted
    environment = {**os.environ, "FIREBERT_CACHE": str(cache)}
    running = subprocess.Popen(
        [sys.executable, *command(file, tmp_path / "run", "--save-every", "2")],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert running.stdout is not None
    seen = 0
    for line in running.stdout:
        seen += '"TrainingStep"' in line
        if seen == steps:
            time.sleep(0.05)
            break
    running.send_signal(signal.SIGKILL)
    running.wait()
    running.stdout.close()
    assert running.returncode == -signal.SIGKILL, "it was killed, it did not end"
    again = subprocess.run(
        [sys.executable, *command(file, tmp_path / "run", "--save-every", "3")],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    if steps > 2:
        assert curve(again.stdout)[0][0] > 2, "it went on"
    assert curve(again.stdout)[-1] == pytest.approx(curve(printed)[-1])
    assert same(tmp_path / "run/best.safetensors", folder / "best.safetensors")
    assert same(tmp_path / "run/state.safetensors", folder / "state.safetensors")


def launch_two(arguments: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    """`accelerate launch` with two processes on this machine's processor, in ``folder``."""
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"]
    launch += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"]
    environment = {
        **os.environ, "FIREBERT_CACHE": str(folder / "cache"), "ACCELERATE_USE_CPU": "true", "PYTHONPATH": str(ROOT)
    }  # fmt: skip
    ran = subprocess.run(
        [*launch, *arguments], env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran


@pytest.mark.thorough
def test_two_processes_have_the_loss_curve_of_one(
    uninterrupted: tuple[Path, Path, str], file: Path, tmp_path: Path
) -> None:
    """At the same global batch."""
    ran = launch_two(command(file, tmp_path / "run"), tmp_path)
    one, two = curve(uninterrupted[2]), curve(ran.stdout)
    assert [step for step, _ in two] == [step for step, _ in one]
    assert [loss for _, loss in two] == pytest.approx([loss for _, loss in one], rel=1e-4, abs=1e-5)
    assert len(one) == 10


OWN = (
    "fact", "--task", "tempers.csv", "--dev-rows", "6", "--batch-rows", "6", "--evaluations", "1", "--lora-rank", "2",
    "--max-pieces", "16", "--set", "total_alternatives=1",
)  # fmt: skip


@pytest.fixture
def own_folder(tmp_path: Path) -> Path:
    """A folder with a small file of a task that is not ours."""
    tempers = {"calm": "a quiet walk by the slow river", "cross": "an awful noise in the street", "glad": "great fun"}
    lines = [f'"{text}, day {i}",{label}' for i in range(8) for label, text in tempers.items()]
    (tmp_path / "tempers.csv").write_text("text,label\n" + "\n".join(lines) + "\n")
    return tmp_path


@pytest.mark.thorough
def test_a_file_of_ones_own_by_two_processes(own_folder: Path) -> None:
    """The second process needs the plain classifier that the first one writes."""
    ran = launch_two(["-m", "core", *OWN], own_folder)
    assert ran.stderr.count("training one in runs/tempers-fact/plain") == 1
    assert load_adapter(str(own_folder / "runs/tempers-fact/model"))[1].labels == ("calm", "cross", "glad")


@pytest.mark.slow
def test_a_file_of_ones_own_becomes_a_task_with_a_plain_and_a_co_tuned_model(
    cli: Callable[..., Any], own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIREBERT_CACHE", str(own_folder / "cache"))
    monkeypatch.chdir(own_folder)
    ran = cli(*OWN)
    assert ran.code == 0, ran.err
    assert "training one in runs/tempers-fact/plain" in ran.err
    model, card = load_adapter("runs/tempers-fact/model")
    assert card.labels == ("calm", "cross", "glad")
    assert model.config.num_labels == 3
    folder = "runs/tempers-fact/model"
    answered = cli("classify", "--task", folder, "--text", "great fun, day 9", "--json")
    assert json.loads(answered.out)["label"] == "glad", answered.err
    defended = cli("defend", "--task", folder, "--defense", "fuse", "--text", "great fun, day 9", "--json")
    assert defended.code == 0, defended.err


def test_what_the_options_stand_for() -> None:
    usual = fact_config("imdb")
    given = {"task": "imdb", "epochs": 3, "lora_embeddings": True, "start": "backbone"}
    config = settings_of(IMDB, "shipped", 0.5, ["perturb_words=7", "gate=rank"], given)
    assert (config.training.epochs, config.training.start, config.synthetic_weight) == (3, "backbone", 0.5)
    assert (config.switch.perturb_words, config.switch.gate) == (7, "rank")
    assert config.switch.total_alternatives == usual.switch.total_alternatives
    text = fact_command_of(config)
    assert text.startswith("python -m core fact --task imdb --epochs 3 --lora-embeddings --start backbone ")
    assert "--synthetic-weight 0.5" in text
    assert "--set perturb_words=7" in text
    assert "--set gate=rank" in text
    assert fact_command_of(usual) == "python -m core fact --task imdb"


def test_the_preset_decides_what_was_not_given() -> None:
    """The adapter of the word embeddings is a default of ours for MNLI, and none of the paper's."""
    unsaid = {"task": "mnli", "learning_rate": None, "lora_embeddings": None}
    ours, paper = (settings_of(MNLI, preset, None, [], unsaid) for preset in ("shipped", "paper"))
    assert (ours.training.lora_embeddings, paper.training.lora_embeddings) == (True, False)
    assert fact_command_of(ours) == "python -m core fact --task mnli"
    assert "--learning-rate 0.0003 --no-lora-embeddings" in fact_command_of(paper)
    without = settings_of(MNLI, "shipped", None, [], {**unsaid, "lora_embeddings": False})
    assert fact_command_of(without) == "python -m core fact --task mnli --no-lora-embeddings"


@pytest.mark.thorough
def test_all_weights_on_a_file_of_ones_own(
    cli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, toy_words: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = [f"a {('dull', 'fine')[i % 2]} film on day {i},{('calm', 'glad')[i % 2]}" for i in range(24)]
    (tmp_path / "moods.csv").write_text("\n".join(["text,label", *lines]), encoding="utf-8")
    small = ("--dev-rows", 6, "--batch-rows", 6, "--evaluations", 1, "--max-pieces", 16)
    ran = cli("fact", "--task", "moods.csv", *small, "--lora-rank", 0, "--set", "total_alternatives=1")
    assert ran.code == 0, ran.err
    assert json.loads(Path("runs/moods-fact/model/config.json").read_text())["id2label"] == {"0": "calm", "1": "glad"}


@pytest.mark.parametrize(
    ("preset", "changes", "training", "error", "message"),
    [
        ("own", [], {}, UnknownNameError, "Unknown co-tuning preset 'own'"),
        ("paper", ["words=3"], {}, UnknownNameError, "Unknown setting 'words'"),
        ("paper", ["total_alternatives=0"], {}, ConfigError, "total_alternatives must be 1 or more"),
        ("paper", [], {"epochs": 0}, ConfigError, "epochs must be between 1 and 100"),
    ],
)
def test_settings_that_cannot_be(
    preset: str, changes: list[str], training: dict[str, int], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        settings_of(IMDB, preset, None, changes, training)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--task", "nothing.csv"], "No file nothing.csv"),
        (["--task", "imdb", "--start", "mnli-plain"], "Model 'mnli-plain' is for task 'mnli', not 'imdb'"),
        (["--task", "imdb", "--lora-rank", "4"], "has adapters of rank 32, 4 was asked for"),
        (["--task", "imdb", "--log", "paper"], "Unknown tracker 'paper'"),
    ],
)
def test_what_cannot_be_co_tuned(
    cli: Callable[..., Any], tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str],
    message: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("FIREBERT_CACHE", str(tmp_path / "cache"))
    ran = cli("fact", *arguments, "--data", file, "--dev-rows", 4, "--out", tmp_path / "run")
    assert (ran.code, message in ran.err) == (2, True), ran.err


def test_a_ranker_that_is_not_there_is_said_before_rows_are_read(cli: Callable[..., Any], tmp_path: Path) -> None:
    ran = cli("fact", "--task", "imdb", "--switch-model", "nowhere", "--data", tmp_path / "none.csv")
    assert (ran.code, "Cannot load model 'nowhere'" in ran.err) == (2, True), ran.err


def test_the_settings_are_listed(cli: Callable[..., Any]) -> None:
    ran = cli("fact", "--task", "mnli", "--preset", "paper", "--settings", "--json")
    assert ran.code == 0, ran.err
    assert FinetuneConfig("mnli").lora_rank == 32
    assert '"perturb_words"' in ran.out

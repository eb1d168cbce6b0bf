"""Trackers: the curves of a run's events, written only when asked for, and never imported otherwise."""

import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import MissingResourceError, UnknownNameError
from core.events import Evaluated, TrainingFinished, TrainingStep
from core.training.trackers import curves, open_trackers

STEP = TrainingStep(20, 0.7, 1e-4, 0.6, 0.75, 8.0, 24.0, 60.0)
PLAIN = TrainingStep(40, 0.5, 1e-4, 0.5, None, 8.0, 8.0, 30.0)
EVENTS = (STEP, PLAIN, Evaluated(40, 0.8, 0.6, 0.4, 100, True), TrainingFinished("run", 40, 0.8, 0.6, 100, 9.0))


def test_the_numbers_of_an_event() -> None:
    assert curves(STEP) == (20, {
        "train/loss": 0.7, "train/clean_loss": 0.6, "train/synthetic_loss": 0.75, "train/learning_rate": 1e-4,
        "train/examples_per_second": 8.0,
    })  # fmt: skip
    assert "train/synthetic_loss" not in curves(PLAIN)[1]
    assert curves(EVENTS[2]) == (40, {"dev/accuracy": 0.8, "dev/synthetic_accuracy": 0.6, "dev/loss": 0.4})
    assert curves(EVENTS[3]) is None


def test_tensorboard_reads_back_what_was_logged(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    with open_trackers(["tensorboard"], tmp_path, {"epochs": 1}) as log:
        for event in EVENTS:
            log(event)
    read = accumulator.EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [(e.step, round(e.value, 4)) for e in read.Scalars("train/loss")] == [(20, 0.7), (40, 0.5)]
    assert [e.step for e in read.Scalars("train/synthetic_loss")] == [20]


@pytest.mark.parametrize("name", ["tensorboard", "trackio"])
def test_a_missing_package_is_named(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(MissingResourceError, match=f"pip install {name}"), open_trackers([name], tmp_path, {}):
        pass


def test_an_unknown_tracker(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="Unknown tracker 'wandb'"), open_trackers(["wandb"], tmp_path, {}):
        pass


def test_nothing_is_imported_unless_asked_for() -> None:
    said = (
        "import sys, core.training.fact, core.training.trackers, core.cli.train; "
        "print([m for m in ('tensorboard', 'trackio', 'optuna', 'accelerate.accelerator') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"

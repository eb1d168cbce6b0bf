"""Fine-tuning: a killed run ends with the same weights, settings are checked, the best checkpoint is the one kept."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open

from core.datasets import Row
from core.errors import ConfigError
from core.events import Evaluated, TrainingFinished, TrainingStarted, TrainingStep, from_record, to_record
from core.tasks import Example
from core.training.finetune import FinetuneConfig, finetune, rebuild_best

CONFIG = FinetuneConfig(
    "imdb", epochs=2, batch_rows=8, learning_rate=2e-3, lora_rank=2, dev_rows=12, evaluations=4, max_pieces=16
)
_GOOD = ("a good film", "great actors and a great story", "wonderful music", "an excellent plot", "I love this movie")
_BAD = ("a bad film", "awful actors and a dull story", "terrible music", "a boring plot", "I hate this movie")
ROWS = [
    Row(Example(f"{text}, part {i}"), label)
    for i in range(6)
    for label, texts in enumerate((_BAD, _GOOD))
    for text in texts
]


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Any]]:
    """An uninterrupted run, and its events."""
    folder = tmp_path_factory.mktemp("run")
    return folder, list(finetune(CONFIG, ROWS, folder, save_every=3))


def tensors(path: Path) -> dict[str, torch.Tensor]:
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (safe_open has no iterator)


def same(first: Path, second: Path) -> bool:
    one, two = tensors(first), tensors(second)
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


def until(events: Iterator[Any], step: int) -> list[Any]:
    """Events up to the evaluation or window at ``step``; then the process is gone."""
    seen = []
    for event in events:
        seen.append(event)
        if isinstance(event, Evaluated | TrainingStep) and event.step >= step:
            break
    events.close()  # type: ignore[attr-defined]  # events are a generator
    return seen


@pytest.mark.slow
@pytest.mark.parametrize("killed_at", [3, 6, 12])
def test_a_killed_run_ends_with_the_same_weights(
    finished: tuple[Path, list[Any]], tmp_path: Path, killed_at: int
) -> None:
    before = until(finetune(CONFIG, ROWS, tmp_path, save_every=2), killed_at)
    (tmp_path / "state.writing").write_bytes(b"half a file")
    after = list(finetune(CONFIG, ROWS, tmp_path, save_every=3))
    assert after[0].start_step > 0, "it went on"
    assert after[0].start_step <= before[-1].step
    assert same(tmp_path / "best.safetensors", finished[0] / "best.safetensors")
    assert same(tmp_path / "state.safetensors", finished[0] / "state.safetensors")
    ends = [(e.best_step, e.best_accuracy, e.n) for e in (after[-1], finished[1][-1])]
    assert ends[0] == ends[1]


def test_events_tell_the_whole_story(finished: tuple[Path, list[Any]]) -> None:
    _, events = finished
    assert isinstance(events[0], TrainingStarted)
    assert isinstance(events[-1], TrainingFinished)
    assert events[0].start_step == 0
    assert events[0].rows == len(ROWS) - CONFIG.dev_rows
    assert events[0].trainable_parameters < events[0].total_parameters / 20
    evaluations = [e for e in events if isinstance(e, Evaluated)]
    assert len(evaluations) == CONFIG.evaluations
    assert evaluations[-1].step == events[0].steps == 2 * 6
    assert all(e.n == CONFIG.dev_rows for e in evaluations)
    assert [from_record(to_record(e)) for e in events] == events


def test_the_best_dev_checkpoint_is_kept(finished: tuple[Path, list[Any]]) -> None:
    folder, events = finished
    evaluations = [e for e in events if isinstance(e, Evaluated)]
    best = max(evaluations, key=lambda e: (e.accuracy, -e.step))
    assert (events[-1].best_step, events[-1].best_accuracy) == (best.step, best.accuracy)
    assert [e.best for e in evaluations] == [
        e.accuracy > max((b.accuracy for b in evaluations[:i]), default=-1) for i, e in enumerate(evaluations)
    ]
    learned = tensors(folder / "best.safetensors")
    model = rebuild_best(CONFIG, folder)
    parameters = dict(model.named_parameters())
    assert all(torch.equal(parameters[name], value) for name, value in learned.items())
    assert not model.training


def test_a_checkpoint_before_the_best_survives_later_steps(finished: tuple[Path, list[Any]]) -> None:
    folder, events = finished
    if events[-1].best_step == events[0].steps:
        pytest.skip("the last evaluation was the best one here")
    state = tensors(folder / "state.safetensors")
    best = tensors(folder / "best.safetensors")
    assert any(not torch.equal(best[name], state[f"weight/{name}"]) for name in best)


def test_it_learns(finished: tuple[Path, list[Any]]) -> None:
    assert finished[1][-1].best_accuracy >= 0.9


def test_a_finished_run_only_says_so_again(finished: tuple[Path, list[Any]]) -> None:
    again = list(finetune(CONFIG, ROWS, finished[0], save_every=3))
    assert [type(e).__name__ for e in again] == ["TrainingStarted", "TrainingFinished"]
    assert again[-1].best_accuracy == finished[1][-1].best_accuracy


@pytest.mark.parametrize("change", ["settings", "data"])
def test_a_checkpoint_of_another_run_is_refused(finished: tuple[Path, list[Any]], tmp_path: Path, change: str) -> None:
    shutil.copy(finished[0] / "state.safetensors", tmp_path)
    config = replace(CONFIG, seed=1) if change == "settings" else CONFIG
    rows = [*ROWS[:-1], Row(Example("something else"), 0)] if change == "data" else ROWS
    with pytest.raises(ConfigError, match="another --out to start afresh"):
        list(finetune(config, rows, tmp_path))


def test_too_few_rows(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="12 training rows leave none beside dev_rows=12"):
        list(finetune(CONFIG, ROWS[:12], tmp_path))

"""A run's state: read back to the last bit, the weights that learn alone, never half written, never another run's."""

import os
from pathlib import Path

import pytest
import torch

from core.errors import ConfigError
from core.training.checkpoint import Progress, load_state, load_weights, save_state, save_weights, trainable
from tests.core.training.conftest import tensors


def model(seed: int = 0) -> torch.nn.Module:
    """Two layers, of which the first does not learn."""
    torch.manual_seed(seed)
    made = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Linear(3, 2))
    made[0].requires_grad_(False)
    return made


def adam(made: torch.nn.Module) -> torch.optim.Optimizer:
    return torch.optim.AdamW(trainable(made).values(), lr=0.1)


def steps(made: torch.nn.Module, optimiser: torch.optim.Optimizer, first: int, last: int) -> None:
    for step in range(first, last):
        optimiser.zero_grad()
        made(torch.full((1, 4), float(step + 1))).square().sum().backward()
        optimiser.step()


def copied(made: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: p.detach().clone() for name, p in made.named_parameters()}


def same(one: dict[str, torch.Tensor], two: dict[str, torch.Tensor]) -> bool:
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


def test_the_weights_that_learn_are_kept_and_no_others(tmp_path: Path) -> None:
    first, other = model(0), model(1)
    save_weights(tmp_path / "new" / "best.safetensors", first)
    assert set(tensors(tmp_path / "new" / "best.safetensors")) == set(trainable(first)) == {"1.weight", "1.bias"}
    frozen = other[0].weight.clone()
    load_weights(tmp_path / "new" / "best.safetensors", other)
    assert same(dict(trainable(other)), dict(trainable(first)))
    assert torch.equal(other[0].weight, frozen)


def test_a_run_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    """Bit for bit: the optimiser's moments and its count of steps come back with the weights."""
    whole = model()
    optimiser = adam(whole)
    steps(whole, optimiser, 0, 3)
    progress = Progress(3, 2, 0.75, 0.5, 12.25)
    save_state(tmp_path / "s.safetensors", whole, optimiser, progress, "mine")
    steps(whole, optimiser, 3, 6)
    again = model(1)
    again[0].load_state_dict(model()[0].state_dict())
    resumed = adam(again)
    assert load_state(tmp_path / "s.safetensors", again, resumed, "mine") == progress
    steps(again, resumed, 3, 6)
    assert same(copied(again), copied(whole))


def test_without_a_file_a_run_begins(tmp_path: Path) -> None:
    made = model()
    before = copied(made)
    assert load_state(tmp_path / "s.safetensors", made, adam(made), "mine") == Progress()
    assert same(copied(made), before)


def test_another_run_is_refused_and_nothing_is_touched(tmp_path: Path) -> None:
    made, other = model(), model(1)
    save_state(tmp_path / "s.safetensors", made, adam(made), Progress(), "mine")
    before = copied(other)
    with pytest.raises(ConfigError, match=r"run with other settings or data\. .*another --out to start afresh"):
        load_state(tmp_path / "s.safetensors", other, adam(other), "yours")
    assert same(copied(other), before)


def test_a_kill_while_writing_leaves_the_former_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, made = tmp_path / "s.safetensors", model()
    save_state(path, made, adam(made), Progress(1), "mine")
    before = path.read_bytes()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        save_state(path, made, adam(made), Progress(2), "mine")
    assert path.read_bytes() == before
    monkeypatch.undo()
    save_state(path, made, adam(made), Progress(2), "mine")
    assert load_state(path, made, adam(made), "mine").step == 2
    assert [found.name for found in tmp_path.iterdir()] == ["s.safetensors"]


def test_further_on_the_best_stays() -> None:
    assert Progress(4, 3, 0.8, None, 5.0).at(9, 7.5) == Progress(9, 3, 0.8, None, 7.5)

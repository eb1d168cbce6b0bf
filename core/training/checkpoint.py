"""A training run's state on disk, so that a run killed at any step goes on where it was.

One safetensors file: trainable weights, the optimiser's two moments, and as metadata the step and the best result so
far. It is written beside and moved into place, so a kill while writing leaves the previous one whole.
"""

import json
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from core.errors import ConfigError


@dataclass(frozen=True)
class Progress:
    """Where a run stands: optimiser steps done, and the best dev result with its step.

    ``best_synthetic`` is the accuracy on alternatives of the dev rows, None where there are none.
    """

    step: int = 0
    best_step: int = 0
    best_accuracy: float = -1.0
    best_synthetic: float | None = None
    seconds: float = 0.0

    def at(self, step: int, seconds: float) -> "Progress":
        """The same best result, further on."""
        return replace(self, step=step, seconds=seconds)


def trainable(model: torch.nn.Module) -> dict[str, torch.nn.Parameter]:
    """The parameters that learn, by name."""
    return {name: p for name, p in model.named_parameters() if p.requires_grad}


def save_weights(path: Path, model: torch.nn.Module) -> None:
    """Write the trainable weights alone."""
    _write(path, {name: p.detach().cpu().contiguous() for name, p in trainable(model).items()}, {})


def load_weights(path: Path, model: torch.nn.Module) -> None:
    """Read weights written by :func:`save_weights` into ``model``."""
    parameters = trainable(model)
    with safe_open(path, framework="pt") as file, torch.no_grad():
        for name in file.keys():  # noqa: SIM118 (a safetensors file is no mapping)
            parameters[name].copy_(file.get_tensor(name))


def save_state(
    path: Path, model: torch.nn.Module, optimiser: torch.optim.Optimizer, progress: Progress, fingerprint: str
) -> None:
    """Write everything a resumed run needs. ``fingerprint`` identifies configuration and data."""
    tensors = {}
    for name, p in trainable(model).items():
        tensors[f"weight/{name}"] = p.detach().cpu().contiguous()
        for key, value in optimiser.state[p].items():
            tensors[f"{key}/{name}"] = value.detach().cpu().contiguous()
    _write(path, tensors, {"progress": json.dumps(progress.__dict__), "fingerprint": fingerprint})


def load_state(path: Path, model: torch.nn.Module, optimiser: torch.optim.Optimizer, fingerprint: str) -> Progress:
    """Read a state into model and optimiser; a fresh Progress when there is none.

    Raises ConfigError when the checkpoint belongs to another configuration or other data.
    """
    if not path.is_file():
        return Progress()
    parameters = trainable(model)
    with safe_open(path, framework="pt") as file, torch.no_grad():
        metadata = file.metadata()
        if metadata["fingerprint"] != fingerprint:
            raise ConfigError(
                f"{path.parent} holds a checkpoint of a run with other settings or data. "
                "Give the same settings to go on, or another --out to start afresh."
            )
        state: dict[str, dict[str, Any]] = {}
        for key in file.keys():  # noqa: SIM118 (a safetensors file is no mapping)
            kind, _, name = key.partition("/")
            if kind == "weight":
                parameters[name].copy_(file.get_tensor(key))
            else:
                state.setdefault(name, {})[kind] = file.get_tensor(key)
        for name, values in state.items():
            p = parameters[name]
            optimiser.state[p] = {k: v if k == "step" else v.to(p.device) for k, v in values.items()}
    return Progress(**json.loads(metadata["progress"]))


def _write(path: Path, tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".writing")
    save_file(tensors, beside, metadata)
    os.replace(beside, path)

"""Fine-tuning a classifier from the backbone: the plain models that ship, and yours.

Low-rank adapters and the head are trained by default (``lora_rank=0`` trains everything but the embeddings), rows are
bucketed by length, the learning rate warms up and decays to zero, the best dev checkpoint is kept. The released
FireBERT code left the head untrained, never shuffled, kept a constant rate and saved the last epoch ; none of that
here.

Every step is a function of (configuration, data, step): dropout is seeded per step and the order of rows per epoch,
so a run that is killed and started again ends with the same weights.
"""

import hashlib
import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.datasets import Row
from core.errors import ConfigError
from core.events import Evaluated, TrainingFinished, TrainingStarted, TrainingStep
from core.models.adapters import new_backbone, with_adapter
from core.models.batching import CPU_PIECES, epoch_batches, length_batches
from core.models.encoding import Encoder, model_inputs
from core.models.first_token import first_token_logits
from core.tasks import get_task
from core.training.checkpoint import Progress, load_state, load_weights, save_state, save_weights, trainable
from core.training.config import FinetuneConfig

Event = TrainingStarted | TrainingStep | Evaluated | TrainingFinished


def finetune(
    config: FinetuneConfig,
    rows: Sequence[Row],
    folder: Path,
    extra: Sequence[Row] = (),
    device: str = "cpu",
    save_every: int = 50,
) -> Iterator[Event]:
    """Train on ``rows`` (less ``dev_rows`` of them) and ``extra``, which is spread over the epochs.

    Yields events; on TrainingFinished, ``folder/best.safetensors`` holds the trainable weights of the best dev
    checkpoint. Started again after a kill, it goes on from the last of its checkpoints (one every ``save_every``
    steps).
    """
    began = time.monotonic()
    run = _Run(config, rows, extra, torch.device(device))
    state = folder / "state.safetensors"
    progress = load_state(state, run.model, run.optimiser, run.fingerprint)
    counts = run.parameter_counts()
    yield TrainingStarted(config.task, len(run.train), run.steps, progress.step, *counts)
    window: list[float] = []
    seen = 0
    for step in range(progress.step, run.steps):
        epoch, batch = run.batch(step)
        window.append(run.step(step, epoch, batch))
        seen += len(batch)
        done = step + 1
        seconds = time.monotonic() - began
        if done % 20 == 0 or done == run.steps:
            left = seconds / (done - progress.step) * (run.steps - done)
            yield TrainingStep(done, float(np.mean(window)), run.rate(step), seen / seconds, left)
            window = []
        evaluate = done in run.evaluation_steps
        if evaluate:
            accuracy, loss = run.evaluate()
            best = accuracy > progress.best_accuracy
            if best:
                save_weights(folder / "best.safetensors", run.model)
                progress = Progress(progress.step, done, accuracy, progress.seconds)
            yield Evaluated(done, accuracy, loss, len(run.dev), best)
        if evaluate or done % save_every == 0:
            now = Progress(done, progress.best_step, progress.best_accuracy, progress.seconds + seconds)
            save_state(state, run.model, run.optimiser, now, run.fingerprint)
    total = progress.seconds + time.monotonic() - began
    yield TrainingFinished(str(folder), progress.best_step, progress.best_accuracy, len(run.dev), total)


def rebuild_best(config: FinetuneConfig, folder: Path) -> Any:
    """The model of a finished run with its best weights, adapters still apart."""
    model = _new_model(config)
    load_weights(folder / "best.safetensors", model)
    return model.eval()


def _new_model(config: FinetuneConfig) -> Any:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(config.seed)
        model = new_backbone(get_task(config.task))
        if config.lora_rank:
            return with_adapter(model, config.lora_rank, config.lora_rank)
    model.get_input_embeddings().weight.requires_grad_(False)
    return model


class _Run:
    """Model, optimiser and rows of one run; each method is a function of its arguments and the configuration."""

    def __init__(self, config: FinetuneConfig, rows: Sequence[Row], extra: Sequence[Row], device: torch.device) -> None:
        from transformers import AutoTokenizer

        from core.resources import backbone_folder

        task = get_task(config.task)
        self.config, self.device = config, device
        tokenizer = AutoTokenizer.from_pretrained(backbone_folder())
        pieces = config.max_pieces or task.max_pieces
        encoder = Encoder(tokenizer, pieces)
        self.pad_id = encoder.pad_id
        order = np.random.default_rng([config.seed, 7]).permutation(len(rows))
        if len(order) <= config.dev_rows:
            raise ConfigError(f"{len(order)} training rows leave none beside dev_rows={config.dev_rows}.")
        labelled = [rows[i] for i in order]
        labelled, self.dev_rows = labelled[config.dev_rows :], labelled[: config.dev_rows]
        self.train = labelled + [extra[i] for i in np.random.default_rng([config.seed, 8]).permutation(len(extra))]
        self.main = len(labelled)
        examples = [row.example for row in self.train]
        full = encoder.encode(examples)
        short = Encoder(tokenizer, pieces // 2).encode(examples) if config.short_epochs else full
        self.encodings = [short if epoch < config.short_epochs else full for epoch in range(config.epochs)]
        self.dev = encoder.encode([row.example for row in self.dev_rows])
        self.labels = torch.tensor([row.label for row in self.train])
        self.fingerprint = self._fingerprint()
        self.epochs = [self._epoch(epoch) for epoch in range(config.epochs)]
        self.steps = sum(map(len, self.epochs))
        shares = np.linspace(0, self.steps, config.evaluations + 1)[1:]
        self.evaluation_steps = {round(share) for share in shares}
        self.model = _new_model(config).to(device)
        self._bert = self.model.get_base_model() if config.lora_rank else self.model
        decayed = [p for p in trainable(self.model).values() if p.ndim > 1]
        others = [p for p in trainable(self.model).values() if p.ndim <= 1]
        self.optimiser = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}],
            lr=config.learning_rate,
        )

    def _fingerprint(self) -> str:
        digest = hashlib.sha256(json.dumps(asdict(self.config), sort_keys=True).encode())
        for row in [*self.train, *self.dev_rows]:
            digest.update(repr(row).encode())
        return digest.hexdigest()

    def _epoch(self, epoch: int) -> list[list[int]]:
        extra = range(self.main + epoch, len(self.train), self.config.epochs)
        chosen = [*range(self.main), *extra]
        lengths = [len(self.encodings[epoch][i]) for i in chosen]
        batches = epoch_batches(lengths, self.config.batch_rows, self.config.seed, epoch)
        return [[chosen[i] for i in batch] for batch in batches]

    def parameter_counts(self) -> tuple[int, int]:
        """Trainable and total parameters."""
        learn = sum(p.numel() for p in trainable(self.model).values())
        return learn, sum(p.numel() for p in self.model.parameters())

    def batch(self, step: int) -> tuple[int, list[int]]:
        """The epoch of a step, and its row indices."""
        epoch = 0
        while step >= len(self.epochs[epoch]):
            step -= len(self.epochs[epoch])
            epoch += 1
        return epoch, self.epochs[epoch][step]

    def rate(self, step: int) -> float:
        """Linear warm-up, then a half cosine to zero."""
        warm = max(1, round(self.config.warmup * self.steps))
        if step < warm:
            return self.config.learning_rate * (step + 1) / warm
        return self.config.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, self.steps - warm)))

    def step(self, step: int, epoch: int, batch: Sequence[int]) -> float:
        """One optimiser step; returns the mean loss of the batch."""
        self.model.train()
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate(step)
        inputs = model_inputs([self.encodings[epoch][i] for i in batch], self.pad_id, self.device)
        with torch.random.fork_rng(), self._autocast():
            torch.manual_seed((self.config.seed << 32) + step)
            logits = first_token_logits(self._bert, **inputs)
        loss = torch.nn.functional.cross_entropy(logits.float(), self.labels[list(batch)].to(self.device))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trainable(self.model).values(), self.config.clip)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        return float(loss.detach())

    def _autocast(self) -> Any:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda")

    @torch.inference_mode()
    def evaluate(self) -> tuple[float, float]:
        """Accuracy and mean loss on the dev rows."""
        self.model.eval()
        right, loss = 0, 0.0
        for batch in length_batches([len(e) for e in self.dev], 4 * CPU_PIECES):
            labels = torch.tensor([self.dev_rows[i].label for i in batch], device=self.device)
            inputs = model_inputs([self.dev[i] for i in batch], self.pad_id, self.device)
            logits = first_token_logits(self._bert, **inputs).float()
            right += int((logits.argmax(-1) == labels).sum())
            loss += float(torch.nn.functional.cross_entropy(logits, labels, reduction="sum"))
        return right / len(self.dev), loss / len(self.dev)

"""The model that learns and its optimiser: one step over groups of rows, and answers on rows kept apart.

A step is the same whatever number of processes share it: dropout is drawn per group from (seed, step, group), and the
gradient is a sum over groups, added up over the processes and divided once by the weight of all rows.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers import Encoding

from core.models.architecture import architecture_of
from core.models.batching import CPU_PIECES, length_batches
from core.models.encoding import model_inputs
from core.models.labels import label_order
from core.models.precision import computing
from core.tasks import get_task
from core.training.checkpoint import trainable
from core.training.config import FinetuneConfig
from core.training.processes import Team
from core.training.start import start_model


@dataclass(frozen=True)
class Group:
    """Rows that go through the model together; ``clean`` of them come first, the others are alternatives.

    ``number`` is the group's place in its step; all rows are of like length.
    """

    number: int
    encodings: Sequence[Encoding]
    labels: Sequence[int]
    clean: int


@dataclass(frozen=True)
class Losses:
    """Sums of the cross-entropy of a step's rows and alternatives, and how many of each there were."""

    clean: float
    clean_rows: int
    synthetic: float
    synthetic_rows: int


class Learner:
    """``model`` in training; each method is a function of its arguments, the configuration and the weights so far."""

    def __init__(self, config: FinetuneConfig, steps: int, pad_id: int, device: torch.device, team: Team) -> None:
        self.config, self.steps, self.pad_id, self.device, self.team = config, steps, pad_id, device, team
        self.model = start_model(config).to(device)
        self._inner = self.model.get_base_model() if config.lora_rank else self.model
        self._architecture = architecture_of(self._inner)
        self._order = torch.tensor(label_order(self._inner.config.id2label, get_task(config.task)), device=device)
        self._learned = list(trainable(self.model).values())
        decayed = [p for p in self._learned if p.ndim > 1]
        others = [p for p in self._learned if p.ndim <= 1]
        self.optimiser = torch.optim.AdamW(
            [{"params": decayed, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}],
            lr=config.learning_rate,
        )

    def parameter_counts(self) -> tuple[int, int]:
        """Trainable and total parameters."""
        return sum(p.numel() for p in self._learned), sum(p.numel() for p in self.model.parameters())

    def rate(self, step: int) -> float:
        """Linear warm-up, then a half cosine to zero."""
        warm = max(1, round(self.config.warmup * self.steps))
        if step < warm:
            return self.config.learning_rate * (step + 1) / warm
        return self.config.learning_rate * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, self.steps - warm)))

    def step(self, step: int, groups: Iterable[Group], synthetic_weight: float) -> Losses:
        """One optimiser step over ``groups``, this process's part of the step.

        The loss is the weighted mean over all rows of all processes; alternatives weigh ``synthetic_weight``.
        """
        self.model.train()
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate(step)
        sums = torch.zeros(4, device=self.device)
        for part in groups:
            losses = self._losses(step, part)
            clean, synthetic = losses[: part.clean].sum(), losses[part.clean :].sum()
            (clean + synthetic_weight * synthetic).backward()
            counts = (clean.detach(), part.clean, synthetic.detach(), len(part.labels) - part.clean)
            sums += torch.tensor([float(value) for value in counts], device=self.device)
        gradients = [torch.zeros_like(p) if p.grad is None else p.grad for p in self._learned]
        self.team.add_up([*gradients, sums])
        clean_sum, clean_rows, synthetic_sum, synthetic_rows = sums.tolist()
        weight = max(clean_rows + synthetic_weight * synthetic_rows, 1e-12)
        for p, gradient in zip(self._learned, gradients, strict=True):
            p.grad = gradient.div_(weight)
        torch.nn.utils.clip_grad_norm_(self._learned, self.config.clip)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        return Losses(clean_sum, int(clean_rows), synthetic_sum, int(synthetic_rows))

    def _losses(self, step: int, group: Group) -> torch.Tensor:
        """Cross-entropy of each row, (rows,)."""
        labels = torch.tensor(list(group.labels), device=self.device)
        inputs = model_inputs(group.encodings, self.pad_id, self.device)
        seed = np.random.SeedSequence([self.config.seed, step, group.number]).generate_state(1, np.uint64)[0]
        own = [self.device] if self.device.type == "cuda" else []
        with torch.random.fork_rng(own), computing(self.device):
            torch.manual_seed(int(seed))
            logits = self._logits(inputs)
        return torch.nn.functional.cross_entropy(logits.float(), labels, reduction="none")

    def _logits(self, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """Logits (rows, classes), in the task's label order."""
        return self._architecture.logits(self._inner, inputs)[:, self._order]

    @torch.inference_mode()
    def evaluate(self, encodings: Sequence[Encoding], labels: Sequence[int]) -> tuple[float, float]:
        """Accuracy and mean loss on rows, each process answering its part; (0, 0) without any."""
        self.model.eval()
        sums = torch.zeros(2, device=self.device)
        batches = list(length_batches([len(e) for e in encodings], 4 * CPU_PIECES))
        for batch in batches[self.team.rank :: self.team.size]:
            truth = torch.tensor([labels[i] for i in batch], device=self.device)
            inputs = model_inputs([encodings[i] for i in batch], self.pad_id, self.device)
            with computing(self.device):
                logits = self._logits(inputs)
            sums[0] += (logits.argmax(-1) == truth).sum()
            sums[1] += torch.nn.functional.cross_entropy(logits.float(), truth, reduction="sum")
        self.team.add_up([sums])
        right, loss = sums.tolist()
        return right / max(1, len(labels)), loss / max(1, len(labels))

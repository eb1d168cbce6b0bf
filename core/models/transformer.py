"""A Hugging Face sequence classifier of one or two texts, as our Classifier and GradientClassifier.

Rows of any list go into one flat, length-bucketed set of batches. fp32 on a CPU, bf16 autocast on CUDA. How one is
opened by name: :mod:`core.models.loading`.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import numpy as np
import torch
from tokenizers import Encoding
from torch import Tensor

from core.errors import ModelError, UnknownNameError
from core.models.architecture import architecture_of
from core.models.batching import CPU_PIECES, GPU_PIECES, length_batches
from core.models.classifier import Prediction
from core.models.encoding import Encoder, model_inputs
from core.models.gradients import EmbeddedRow, Gradients, Scalar
from core.models.precision import autocast
from core.tasks import Example, Task


class TransformersClassifier:
    """Wraps a model and its fast tokenizer. ``order[i]`` is the checkpoint's index of the task's label i."""

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        task: Task,
        name: str,
        order: Sequence[int],
        device: str = "cpu",
        refusal: str = "",
    ) -> None:
        """``refusal`` says why word embeddings cannot be given to the model; empty where they can."""
        self.name, self.task = name, task
        self.device = torch.device(device)
        self.model = model.eval().to(self.device)
        self.model.requires_grad_(False)
        _align(self.model)
        self.architecture = architecture_of(model, refusal)
        limit = min(task.max_pieces, self.architecture.most_pieces or task.max_pieces)
        self.tokenizer, self.encoder, self.order = tokenizer, Encoder(tokenizer, limit), tuple(order)
        self._order = torch.tensor(list(order), device=self.device)
        self._special = {"mask": tokenizer.mask_token_id, "unknown": tokenizer.unk_token_id, "pad": self.encoder.pad_id}
        self.embedding_std = float(model.get_input_embeddings().weight.std())

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """One prediction an example; texts beyond the task's pieces are cut and the prediction says so."""
        encodings = self.encode(examples)
        return [
            Prediction(tuple(row), int(np.argmax(row)), self.cut_flags(encoding))
            for row, encoding in zip(self.encoded_logits(encodings).tolist(), encodings, strict=True)
        ]

    def encode(self, examples: Sequence[Example]) -> list[Encoding]:
        """Word-pieces of the examples."""
        return self.encoder.encode(examples)

    def cut_flags(self, encoding: Encoding) -> tuple[str, ...]:
        """What to tell the user if the text was longer than the model reads; empty otherwise."""
        if not encoding.overflowing:
            return ()
        left = "only its end was read" if self.encoder.reads_end else "the rest was not read"
        return (f"The text was cut at {self.encoder.max_pieces} pieces; {left}.",)

    def word_vectors(self, ids: Sequence[int]) -> np.ndarray:
        """Rows of the word-embedding table, shape (ids, hidden)."""
        return self.model.get_input_embeddings().weight[list(ids)].float().cpu().numpy()

    def special_vector(self, token: Literal["mask", "unknown", "pad"]) -> np.ndarray:
        """The embedding of a special piece, shape (hidden,). Raises ModelError if the vocabulary has none."""
        piece = self._special[token]
        if piece is None:
            raise ModelError(f"The vocabulary of '{self.name}' has no {token} piece. Choose another kind of noise.")
        return self.word_vectors([piece])[0]

    @property
    def vocabulary_size(self) -> int:
        """Rows of the word-embedding table."""
        return int(self.model.get_input_embeddings().weight.shape[0])

    @torch.inference_mode()
    def encoded_logits(self, rows: Sequence[Encoding | EmbeddedRow]) -> np.ndarray:
        """Logits in the task's label order, shape (rows, classes). Cost: rows x pieces, nothing else."""
        out = np.empty((len(rows), len(self.task.labels)), dtype=np.float32)
        for batch in self._batches(rows):
            chosen = [rows[i] for i in batch]
            inputs = self._inputs([r.encoding if isinstance(r, EmbeddedRow) else r for r in chosen])
            if any(isinstance(row, EmbeddedRow) for row in chosen):
                embeddings = self._embeddings(inputs.pop("input_ids"))
                for place, row in enumerate(chosen):
                    if isinstance(row, EmbeddedRow) and len(row.positions):
                        deltas = torch.from_numpy(np.asarray(row.deltas, dtype=np.float32)).to(self.device)
                        embeddings[place, torch.from_numpy(row.positions).to(self.device)] += deltas
                inputs["inputs_embeds"] = embeddings
            out[batch] = self._forward(inputs).cpu().numpy()
        if not np.isfinite(out).all():
            raise ModelError(f"'{self.name}' answered with logits that are no finite numbers, so it has no answer.")
        return out

    def gradients(self, encodings: Sequence[Encoding], scalar: Scalar = "predicted_logit") -> list[Gradients]:
        """One backward pass a batch, of the embeddings only; rows do not influence each other."""
        out: dict[int, Gradients] = {}
        for batch in self._batches(encodings, share=2):
            embeddings, forward = self.embedded([encodings[i] for i in batch])
            embeddings.requires_grad_(True)
            with torch.enable_grad():
                logits = forward(embeddings)
                (gradient,) = torch.autograd.grad(_scalar(logits, scalar).sum(), embeddings)
            columns = (gradient.float().cpu().numpy(), embeddings.detach().float().cpu().numpy())
            answers = logits.detach().cpu().numpy()
            for place, i in enumerate(batch):
                pieces = len(encodings[i].ids)
                out[i] = Gradients(columns[0][place, :pieces], columns[1][place, :pieces], answers[place])
        return [out[i] for i in range(len(encodings))]

    def embedded(self, encodings: Sequence[Encoding]) -> tuple[Tensor, Callable[[Tensor], Tensor]]:
        """Word embeddings of one batch (rows, longest, hidden), and the function from them to logits."""
        inputs = self._inputs(encodings)
        embeddings = self._embeddings(inputs.pop("input_ids")).detach().clone()
        return embeddings, lambda given: self._forward({**inputs, "inputs_embeds": given})

    def _batches(self, rows: Sequence[Encoding | EmbeddedRow], share: int = 1) -> Iterable[list[int]]:
        lengths = [len((r.encoding if isinstance(r, EmbeddedRow) else r).ids) for r in rows]
        limit = CPU_PIECES if self.device.type == "cpu" else GPU_PIECES
        return length_batches(lengths, limit // share)

    def _inputs(self, encodings: Sequence[Encoding]) -> dict[str, Tensor]:
        return model_inputs(encodings, self.encoder.pad_id, self.device)

    def _embeddings(self, ids: Tensor) -> Tensor:
        return self.model.get_input_embeddings()(ids)

    def _forward(self, inputs: dict[str, Tensor]) -> Tensor:
        with autocast(self.device):
            logits = self.architecture.logits(self.model, inputs)
        return logits.float()[:, self._order]


def _scalar(logits: Tensor, scalar: Scalar) -> Tensor:
    """Of each row (METHODS 3): the winner's logit, half the squared norm of all, or the winner's lead."""
    if scalar == "logit_norm":
        return 0.5 * (logits**2).sum(-1)
    top = logits.topk(2, dim=-1).values
    if scalar == "predicted_logit":
        return top[:, 0]
    if scalar == "margin":
        return top[:, 0] - top[:, 1]
    raise UnknownNameError("importance scalar", scalar, ("predicted_logit", "logit_norm", "margin"))


def _align(model: torch.nn.Module) -> None:
    """Move weights that begin off a 64-byte line, as the length of a file's header leaves them.

    The processor's kernels group sums by it, so equal weights would give other logits from another file (by 3e-6).
    """
    for weight in model.parameters():
        if weight.device.type == "cpu" and weight.data_ptr() % 64:
            weight.data = weight.data.clone()

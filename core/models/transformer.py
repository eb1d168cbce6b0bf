"""A Hugging Face sequence classifier of one or two texts, as our Classifier and GradientClassifier.

Rows of any list go into one flat, length-bucketed set of batches. fp32 on a CPU, bf16 autocast on CUDA. How one is
opened by name: :mod:`core.models.loading`.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float, Float32, Int64, Shaped
from tokenizers import Encoding
from torch import Tensor

from core.errors import ModelError, UnknownNameError
from core.models.architecture import architecture_of
from core.models.classifier import Prediction, predictions
from core.models.encoding import Encoder, Pieces
from core.models.gradients import EmbeddedRow, Gradients, Scalar
from core.models.memory import Room
from core.models.precision import computing
from core.models.shapes import Batch, Shapes
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
        self.shapes, self.room = Shapes(self.device.type != "cpu", limit), Room(model, self.device)
        self.embedding_std = float(model.get_input_embeddings().weight.std())

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """One prediction an example; texts beyond the task's pieces are cut and the prediction says so."""
        encodings = self.encoder.encode_to_answer(examples)
        return predictions(self.encoded_logits(encodings), map(self.cut_flags, encodings))

    def encode(self, examples: Sequence[Example]) -> list[Encoding]:
        """Word-pieces of the examples."""
        return self.encoder.encode(examples)

    def cut_flags(self, encoding: Encoding) -> tuple[str, ...]:
        """What to tell the user if the text was longer than the model reads; empty otherwise."""
        if not encoding.overflowing:
            return ()
        left = "only its end was read" if self.encoder.reads_end else "the rest was not read"
        return (f"The text was cut at {self.encoder.max_pieces} pieces; {left}.",)

    def word_vectors(self, ids: Sequence[int]) -> Float32[np.ndarray, "ids hidden"]:
        """Rows of the word-embedding table."""
        return self.model.get_input_embeddings().weight[list(ids)].float().cpu().numpy()

    def special_vector(self, token: Literal["mask", "unknown", "pad"]) -> Float32[np.ndarray, " hidden"]:
        """The embedding of a special piece. Raises ModelError if the vocabulary has none."""
        piece = self._special[token]
        if piece is None:
            raise ModelError(f"The vocabulary of '{self.name}' has no {token} piece. Choose another kind of noise.")
        return self.word_vectors([piece])[0]

    @property
    def hidden_size(self) -> int:
        """Columns of the word-embedding table."""
        return int(self.model.get_input_embeddings().weight.shape[1])

    @property
    def vocabulary_size(self) -> int:
        """Rows of the word-embedding table."""
        return int(self.model.get_input_embeddings().weight.shape[0])

    @torch.inference_mode()
    def encoded_logits(self, rows: Sequence[Encoding | EmbeddedRow]) -> Float32[np.ndarray, "rows classes"]:
        """Logits in the task's label order. Cost: rows x pieces, nothing else."""
        pieces = Pieces.of([row.encoding if isinstance(row, EmbeddedRow) else row for row in rows])
        out = torch.empty((len(rows), len(self.task.labels)), device=self.device)

        def answer(batch: Batch) -> None:
            inputs = self._inputs(pieces, batch)
            changed = [(i, row) for i, row in enumerate(rows[n] for n in batch.rows) if isinstance(row, EmbeddedRow)]
            if changed:
                inputs["inputs_embeds"] = _moved(self._embeddings(inputs.pop("input_ids")), changed)
            out[torch.from_numpy(batch.rows).to(self.device)] = self._forward(inputs)[: len(batch.rows)]

        self._run(pieces, self.room.pieces, answer)
        found = out.cpu().numpy()
        if not np.isfinite(found).all():
            raise ModelError(f"'{self.name}' answered with logits that are no finite numbers, so it has no answer.")
        return found

    def gradients(self, encodings: Sequence[Encoding], scalar: Scalar = "predicted_logit") -> list[Gradients]:
        """One backward pass a batch, of the embeddings only; rows do not influence each other."""
        pieces = Pieces.of(encodings)
        out: dict[int, Gradients] = {}

        def differentiate(batch: Batch) -> None:
            inputs = self._inputs(pieces, batch)
            embeddings = self._embeddings(inputs.pop("input_ids")).detach().clone().requires_grad_(True)
            with torch.enable_grad():
                logits = self._forward({**inputs, "inputs_embeds": embeddings})
                (gradient,) = torch.autograd.grad(_scalar(logits, scalar).sum(), embeddings)
            columns = (gradient.float().cpu().numpy(), embeddings.detach().float().cpu().numpy())
            answers = logits.detach().cpu().numpy()
            for place, (i, length) in enumerate(zip(batch.rows, pieces.lengths[batch.rows], strict=True)):
                out[i] = Gradients(columns[0][place, :length], columns[1][place, :length], answers[place])

        self._run(pieces, self.room.pieces // 2, differentiate)
        return [out[i] for i in range(len(encodings))]

    def embedded(
        self, encodings: Sequence[Encoding]
    ) -> tuple[Float[Tensor, "rows longest hidden"], Callable[[Tensor], Tensor]]:
        """Word embeddings of one batch, and the function from them to logits."""
        pieces = Pieces.of(encodings)
        inputs = self._inputs(pieces, Batch(np.arange(len(encodings)), (len(encodings), int(pieces.lengths.max()))))
        embeddings = self._embeddings(inputs.pop("input_ids")).detach().clone()
        return embeddings, lambda given: self._forward({**inputs, "inputs_embeds": given})

    def _run(self, pieces: Pieces, max_pieces: int, work: Callable[[Batch], None]) -> None:
        """``work`` on all rows, batch by batch, in shapes that suit the device."""
        for batch in self.shapes.batches(pieces.lengths, max_pieces):
            self.room.run(batch, work)

    def _inputs(self, pieces: Pieces, batch: Batch) -> dict[str, Int64[Tensor, "rows width"]]:
        return pieces.padded(batch.filled, batch.shape[1], self.encoder.pad_id, self.device)

    def _embeddings(self, ids: Int64[Tensor, "rows pieces"]) -> Float[Tensor, "rows pieces hidden"]:
        return self.model.get_input_embeddings()(ids)

    def _forward(self, inputs: dict[str, Shaped[Tensor, "rows pieces ..."]]) -> Float32[Tensor, "rows classes"]:
        with computing(self.device):
            logits = self.architecture.logits(self.model, inputs)
        return logits.float()[:, self._order]


def _moved(
    embeddings: Float[Tensor, "rows pieces hidden"], rows: Sequence[tuple[int, EmbeddedRow]]
) -> Float[Tensor, "rows pieces hidden"]:
    """``embeddings``, written to: with all deltas added, which go to the device as one array."""
    place = np.repeat([i for i, _ in rows], [len(row.positions) for _, row in rows])
    piece = np.concatenate([row.positions for _, row in rows])
    deltas = torch.from_numpy(np.concatenate([np.asarray(row.deltas, dtype=np.float32) for _, row in rows]))
    where = torch.from_numpy(np.stack([place, piece])).to(embeddings.device)
    embeddings[where[0], where[1]] += deltas.to(embeddings)
    return embeddings


def _scalar(logits: Float[Tensor, "rows classes"], scalar: Scalar) -> Float[Tensor, " rows"]:
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

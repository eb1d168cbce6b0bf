"""How many pieces a batch may have: on CUDA by the memory that is free, and half as many each time it runs out."""

from collections.abc import Callable
from typing import Any

import torch

from core.errors import ModelError
from core.models.batching import CPU_PIECES, GPU_PIECES
from core.models.shapes import Batch

_MEMORY_SHARE = 0.5
_FEWEST_PIECES = 1024


class Room:
    """Of one model on one device. ``pieces`` is the largest batch that may be made now."""

    def __init__(self, model: Any, device: torch.device) -> None:
        self.device = device
        self.pieces = CPU_PIECES if device.type == "cpu" else GPU_PIECES
        if device.type == "cuda":
            free, _ = torch.cuda.mem_get_info(device)
            fitting = int(_MEMORY_SHARE * free / bytes_per_piece(model.config))
            self.pieces = min(GPU_PIECES, max(_FEWEST_PIECES, fitting))

    def run(self, batch: Batch, work: Callable[[Batch], None]) -> None:
        """``work`` on the batch; when memory runs out, on its halves, and later batches are smaller.

        Raises ModelError when there is no room for a single row.
        """
        try:
            work(batch)
            return
        except torch.OutOfMemoryError as error:
            if len(batch.rows) == 1:
                raise ModelError(
                    f"{self.device} has no room for one text of {batch.shape[1]} pieces. Free some of its memory, or "
                    "give --device cpu."
                ) from error
        # Out of the handler: the error holds on to the tensors of the pass that failed.
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        self.pieces = max(batch.shape[1], batch.shape[0] * batch.shape[1] // 2)
        for half in batch.halves():
            if len(half.rows):
                self.run(half, work)


def bytes_per_piece(config: Any) -> int:
    """Memory that a piece needs in a pass with gradients: what each layer keeps, in fp32."""
    hidden = getattr(config, "hidden_size", 768)
    inner = getattr(config, "intermediate_size", 4 * hidden)
    layers = getattr(config, "num_hidden_layers", 12)
    return 4 * layers * (8 * hidden + 2 * inner)

"""From examples to word-pieces and padded tensors, by the checkpoint's own fast tokenizer.

Long inputs are cut at ``max_pieces`` (the longer text of a pair first), on the side that the tokenizer is made to cut;
an encoding says so itself through its ``overflowing`` part.
"""

from collections.abc import Sequence
from typing import Any

import torch
from tokenizers import Encoding

from core.tasks import Example


class Encoder:
    """Examples -> encodings, always with the same truncation; cheap to call with many rows."""

    def __init__(self, tokenizer: Any, max_pieces: int) -> None:
        """``tokenizer`` is a fast transformers tokenizer; its own settings are left alone."""
        from tokenizers import Tokenizer

        self._backend = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
        self._backend.no_padding()
        side = tokenizer.truncation_side
        self._backend.enable_truncation(max_length=max_pieces, strategy="longest_first", direction=side)
        self.reads_end = side == "left"
        # A literal "[SEP]" typed by a user is text, not a separator.
        self._backend.encode_special_tokens = True
        self.max_pieces = max_pieces
        self.pad_id = int(tokenizer.pad_token_id or 0)

    def encode(self, examples: Sequence[Example]) -> list[Encoding]:
        """One encoding an example, with ids, type ids, offsets and sequence ids."""
        rows = [e.text_a if e.text_b is None else (e.text_a, e.text_b) for e in examples]
        return self._backend.encode_batch(rows)


def pad(ids: Sequence[Sequence[int]], pad_id: int) -> torch.Tensor:
    """A (rows, longest) tensor of ``ids``, filled up with ``pad_id`` on the right."""
    width = max(map(len, ids))
    return torch.tensor([[*row, *[pad_id] * (width - len(row))] for row in ids], dtype=torch.long)


def model_inputs(encodings: Sequence[Encoding], pad_id: int, device: torch.device) -> dict[str, torch.Tensor]:
    """What a BERT-like model takes: input ids, attention mask and token type ids, each (rows, longest)."""
    ids = [encoding.ids for encoding in encodings]
    return {
        "input_ids": pad(ids, pad_id).to(device),
        "attention_mask": pad([[1] * len(row) for row in ids], 0).to(device),
        "token_type_ids": pad([encoding.type_ids for encoding in encodings], 0).to(device),
    }

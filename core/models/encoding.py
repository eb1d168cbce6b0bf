"""From examples to word-pieces and padded tensors, by the checkpoint's own fast tokenizer.

Long inputs are cut at ``max_pieces`` (the longer text of a pair first), on the side that the tokenizer is made to cut;
an encoding says so itself through its ``overflowing`` part. The pieces of a whole call lie in flat arrays, from which
each batch is cut without a Python list.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import torch
from jaxtyping import Int, Int64
from tokenizers import Encoding, Tokenizer

from core.tasks import Example


class Encoder:
    """Examples -> encodings, always with the same truncation; cheap to call with many rows."""

    def __init__(self, tokenizer: Any, max_pieces: int) -> None:
        """``tokenizer`` is a fast transformers tokenizer; its own settings are left alone."""
        self._backend = Tokenizer.from_str(tokenizer.backend_tokenizer.to_str())
        self._backend.no_padding()
        side = tokenizer.truncation_side
        self._backend.enable_truncation(max_length=max_pieces, strategy="longest_first", direction=side)
        self.reads_end = side == "left"
        # A literal "[SEP]" typed by a user is text, not a separator.
        self._backend.encode_special_tokens = True
        self.max_pieces = max_pieces
        self.pad_id = int(tokenizer.pad_token_id or 0)
        self._whole = Tokenizer.from_str(self._backend.to_str())
        self._whole.no_truncation()
        self._whole.encode_special_tokens = True
        self._joins = self._pairs_are_joined()
        self._seen: dict[str, Encoding] = {}

    def encode(self, examples: Sequence[Example]) -> list[Encoding]:
        """One encoding an example, with ids, type ids, offsets and sequence ids."""
        return self._backend.encode_batch(_rows(examples))

    def encode_to_answer(self, examples: Sequence[Example]) -> list[Encoding]:
        """The same without offsets, which no answer needs; in two thirds of the time.

        The texts of pairs are read one by one and joined, so that one which comes again, as a premise does beside all
        that is tried for its hypothesis, is read once: in a third of the time.
        """
        if not (self._joins and examples and all(e.text_b is not None for e in examples)):
            return self._backend.encode_batch_fast(_rows(examples))
        often = Counter(text for e in examples for text in (e.text_a, e.text_b or ""))
        seen = self._seen
        new = [text for text in often if text not in seen]
        read = dict(zip(new, self._whole.encode_batch_fast(new, add_special_tokens=False), strict=True))
        known = {text: seen[text] for text in often if text in seen} | read
        # What was there but once, a text that was only tried, is not kept.
        self._seen = {text: known[text] for text, times in often.items() if times > 1 or text in seen}
        join = self._backend.post_process
        return [join(known[e.text_a], known[e.text_b or ""]) for e in examples]

    def _pairs_are_joined(self) -> bool:
        """Whether texts read one by one and joined are what the tokenizer makes of a pair."""
        first, second = self._whole.encode_batch_fast(["one", "another"], add_special_tokens=False)
        (whole,) = self._backend.encode_batch_fast([("one", "another")])
        joined = self._backend.post_process(first, second)
        return bool(joined.ids == whole.ids and joined.type_ids == whole.type_ids)


def _rows(examples: Sequence[Example]) -> list[str | tuple[str, str]]:
    return [e.text_a if e.text_b is None else (e.text_a, e.text_b) for e in examples]


@dataclass(frozen=True)
class Pieces:
    """The pieces of many rows: ``ids`` and ``types`` of all of them; where each row's begin, and how many it has."""

    ids: Int64[np.ndarray, " pieces"]
    types: Int64[np.ndarray, " pieces"]
    starts: Int64[np.ndarray, " rows"]
    lengths: Int64[np.ndarray, " rows"]

    @classmethod
    def of(cls, rows: Sequence[Encoding]) -> "Pieces":
        """Of these rows. An encoding that is there several times (a text and its noised copies) is read once."""
        distinct = list({id(encoding): encoding for encoding in rows}.values())
        place = {id(encoding): i for i, encoding in enumerate(distinct)}
        lengths = np.array([len(encoding) for encoding in distinct], dtype=np.int64)
        total = int(lengths.sum())
        ids = np.fromiter(chain.from_iterable(e.ids for e in distinct), np.int64, total)
        types = np.fromiter(chain.from_iterable(e.type_ids for e in distinct), np.int64, total)
        where = np.array([place[id(encoding)] for encoding in rows], dtype=np.int64)
        return cls(ids, types, (np.cumsum(lengths) - lengths)[where], lengths[where])

    def padded(
        self, rows: Int[np.ndarray, " rows"], width: int, pad_id: int, device: torch.device
    ) -> dict[str, Int64[torch.Tensor, "rows {width}"]]:
        """What a BERT-like model takes: input ids, attention mask and token type ids.

        One array is made and moved, without waiting for it on CUDA.
        """
        columns = np.arange(width)
        mask = columns < self.lengths[rows, None]
        place = np.where(mask, self.starts[rows, None] + columns, 0)
        table = np.stack([np.where(mask, self.ids[place], pad_id), mask, np.where(mask, self.types[place], 0)])
        tensor = torch.from_numpy(table)
        if device.type == "cuda":
            tensor = tensor.pin_memory().to(device, non_blocking=True)
        moved = tensor.to(device)
        return {"input_ids": moved[0], "attention_mask": moved[1], "token_type_ids": moved[2]}


def model_inputs(
    encodings: Sequence[Encoding], pad_id: int, device: torch.device
) -> dict[str, Int64[torch.Tensor, "rows longest"]]:
    """What a BERT-like model takes, of one batch as wide as its longest row."""
    pieces = Pieces.of(encodings)
    return pieces.padded(np.arange(len(encodings)), int(pieces.lengths.max()), pad_id, device)

"""The rows of a run: which are trained on in which epoch and step, which are kept for choosing, all as word-pieces.

Everything is a function of (configuration, rows): a run that is killed finds its place again, and two processes agree
without a word.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from tokenizers import Encoding

from core.datasets import Row
from core.errors import ConfigError
from core.models.batching import epoch_batches
from core.models.encoding import Encoder
from core.tasks import Example
from core.training.config import FinetuneConfig
from core.training.start import start_pieces, start_tokenizer


class Corpus:
    """``train`` holds the rows that are learned from, ``dev`` those kept apart. An index is a place in ``train``."""

    def __init__(self, config: FinetuneConfig, rows: Sequence[Row], extra: Sequence[Row] = ()) -> None:
        """``extra`` rows are spread over the epochs. Raises ConfigError when no row is left beside the dev rows."""
        self.config = config
        order = np.random.default_rng([config.split, 7]).permutation(len(rows))
        if len(order) <= config.dev_rows:
            raise ConfigError(f"{len(order)} training rows leave none beside dev_rows={config.dev_rows}.")
        kept, others = order[: config.dev_rows], order[config.dev_rows :]
        if config.max_rows and config.max_rows < len(others) + len(extra):
            pool = [rows[i] for i in others] + list(extra)
            chosen = np.random.default_rng([config.seed, 9]).permutation(len(pool))[: config.max_rows]
            labelled, more = [pool[i] for i in chosen], []
        else:
            labelled = [rows[i] for i in others]
            more = [extra[i] for i in np.random.default_rng([config.seed, 8]).permutation(len(extra))]
        self.dev = [rows[i] for i in kept]
        self.train = labelled + more
        self.main = len(labelled)
        self._tokenizer, self._pieces = start_tokenizer(config), start_pieces(config)
        self._encoders = {pieces: Encoder(self._tokenizer, pieces) for pieces in (self._pieces, self._pieces // 2)}
        self.pad_id = self._encoders[self._pieces].pad_id
        examples = [row.example for row in self.train]
        full = self._encoders[self._pieces].encode(examples)
        short = self._encoders[self._pieces // 2].encode(examples) if config.short_epochs else full
        self._encodings = [short if epoch < config.short_epochs else full for epoch in range(config.epochs)]
        self.epochs = [self._epoch(epoch) for epoch in range(config.epochs)]
        self.steps = sum(map(len, self.epochs))

    def place(self, step: int) -> tuple[int, list[int]]:
        """The epoch of a step, and the indices of its rows."""
        epoch = 0
        while step >= len(self.epochs[epoch]):
            step -= len(self.epochs[epoch])
            epoch += 1
        return epoch, self.epochs[epoch][step]

    def groups(self, epoch: int, indices: Sequence[int], rows_each: int) -> list[list[int]]:
        """A step's rows in groups of like length, about ``group_pieces`` each when a row becomes ``rows_each``."""
        groups: list[list[int]] = []
        width = 0
        for index in sorted(indices, key=lambda i: (-len(self.encoding(epoch, i)), i)):
            if not groups or width * (len(groups[-1]) + 1) * rows_each > self.config.group_pieces:
                groups.append([])
                width = len(self.encoding(epoch, index))
            groups[-1].append(index)
        return groups

    def encoding(self, epoch: int, index: int) -> Encoding:
        """The word-pieces of a training row, as an epoch reads them."""
        return self._encodings[epoch][index]

    def encode(self, examples: Sequence[Example], epoch: int | None = None) -> list[Encoding]:
        """Word-pieces of other texts, cut as ``epoch`` cuts them; None: at full length."""
        short = epoch is not None and epoch < self.config.short_epochs
        return self._encoders[self._pieces // 2 if short else self._pieces].encode(examples)

    def fingerprint(self, *more: Any) -> str:
        """A sha256 of configuration and rows, and of ``more`` that decides the outcome."""
        digest = hashlib.sha256(json.dumps([asdict(self.config), *more], sort_keys=True).encode())
        for row in [*self.train, *self.dev]:
            digest.update(repr(row).encode())
        return digest.hexdigest()

    def _epoch(self, epoch: int) -> list[list[int]]:
        extra = range(self.main + epoch, len(self.train), self.config.epochs)
        chosen = [*range(self.main), *extra]
        lengths = [len(self.encoding(epoch, i)) for i in chosen]
        batches = epoch_batches(lengths, self.config.batch_rows, self.config.seed, epoch)
        return [[chosen[i] for i in batch] for batch in batches]

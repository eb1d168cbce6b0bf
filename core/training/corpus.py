"""The rows of a run: which are trained on in which epoch and step, which are kept for choosing, all as word-pieces.

Everything is a function of (configuration, rows): a run that is killed finds its place again, and two processes agree
without a word.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from tokenizers import Encoding

from core.datasets import Row, distinct
from core.errors import ConfigError
from core.models.batching import epoch_batches
from core.models.encoding import Encoder
from core.tasks import Example, get_task
from core.training.config import FinetuneConfig
from core.training.start import start_pieces, start_tokenizer


def split_rows(rows: Sequence[Row], dev_rows: int, split: int) -> tuple[list[Row], list[Row]]:
    """Rows to keep for choosing, ``dev_rows`` of them, and rows to learn from; a function of rows and seed ``split``.

    An example counts once: equal ones on both sides would be remembered, not learned. Every label occurs among the rows
    to learn from, if there are enough of them.
    """
    rows = distinct(rows).rows
    order = np.random.default_rng([split, 7]).permutation(len(rows))
    learned, kept = _with_every_label([rows[i] for i in order[dev_rows:]], [rows[i] for i in order[:dev_rows]])
    return kept, learned


def _with_every_label(chosen: list[Row], others: list[Row]) -> tuple[list[Row], list[Row]]:
    """Both lists, after a label that is missing among ``chosen`` has changed places with one that is there twice."""
    counts = Counter(row.label for row in chosen)
    for other, row in enumerate(others):
        if counts[row.label]:
            continue
        twice = next((place for place, one in enumerate(chosen) if counts[one.label] > 1), None)
        if twice is not None:
            counts[chosen[twice].label] -= 1
            counts[row.label] += 1
            chosen[twice], others[other] = row, chosen[twice]
    return chosen, others


class Corpus:
    """``train`` holds the rows that are learned from, ``dev`` those kept apart. An index is a place in ``train``."""

    def __init__(self, config: FinetuneConfig, rows: Sequence[Row], extra: Sequence[Row] = ()) -> None:
        """``extra`` rows are spread over the epochs; one that repeats another row is left out.

        Raises ConfigError when too few rows are left beside the dev rows.
        """
        self.config = config
        self.dev, own = split_rows(rows, config.dev_rows, config.split)
        if not own:
            raise ConfigError(f"{len(self.dev)} training rows leave none beside dev_rows={config.dev_rows}.")
        known = {row.example for row in (*self.dev, *own)}
        extra = [row for row in distinct(extra).rows if row.example not in known]
        if config.max_rows and config.max_rows < len(own) + len(extra):
            pool = [*own, *extra]
            drawn = [pool[i] for i in np.random.default_rng([config.seed, 9]).permutation(len(pool))]
            self.train, _ = _with_every_label(drawn[: config.max_rows], drawn[config.max_rows :])
            self.main = len(self.train)
        else:
            order = np.random.default_rng([config.seed, 8]).permutation(len(extra))
            self.train, self.main = [*own, *(extra[i] for i in order)], len(own)
        missing = {row.label for row in rows} - {row.label for row in self.train}
        if missing:
            names = ", ".join(label for i, label in enumerate(get_task(config.task).labels) if i in missing)
            raise ConfigError(f"{len(self.train)} training rows are too few for all labels: none is left for {names}.")
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

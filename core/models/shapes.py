"""The shapes that batches have: exact on a processor, few on a GPU.

On a GPU a (rows, width) that was not met before costs 10 to 100 ms more than one that was. So there widths are rounded
up and rows come in three sizes, at the price of some padding; rows that fill a batch up repeat its last one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from core.models.batching import length_batches

FEW_ROWS = (512, 64, 8)
"""Rows of a batch where shapes are few."""
SPARE = 1.12
"""How many times its rows' own pieces a batch may have, so that a larger one is taken."""


@dataclass(frozen=True)
class Batch:
    """``rows`` (indices) go through the model together, padded on all sides to ``shape``: (rows, width)."""

    rows: Int[np.ndarray, " rows"]
    shape: tuple[int, int]

    @property
    def filled(self) -> Int[np.ndarray, " filled"]:
        """As many rows as the shape has; those that fill it up repeat the last one."""
        return np.pad(self.rows, (0, self.shape[0] - len(self.rows)), "edge")

    def halves(self) -> "tuple[Batch, Batch]":
        """The same rows as two batches of half the size."""
        middle = (self.shape[0] + 1) // 2
        first, second = self.rows[:middle], self.rows[middle:]
        return Batch(first, (middle, self.shape[1])), Batch(second, (middle, self.shape[1]))


@dataclass(frozen=True)
class Shapes:
    """How batches are cut: to a ``few`` shapes, or each to its rows; none is wider than ``widest``."""

    few: bool
    widest: int

    def batches(self, lengths: Int[np.ndarray, " rows"], max_pieces: int) -> Iterator[Batch]:
        """Every row of ``lengths`` once, longest first; at most ``max_pieces`` pieces after padding, or one row."""
        return self._few(lengths, max_pieces) if self.few else self._exact(lengths, max_pieces)

    def _exact(self, lengths: Int[np.ndarray, " rows"], max_pieces: int) -> Iterator[Batch]:
        for rows in length_batches(lengths.tolist(), max_pieces):
            yield Batch(np.array(rows), (len(rows), int(lengths[rows[0]])))

    def _few(self, lengths: Int[np.ndarray, " rows"], max_pieces: int) -> Iterator[Batch]:
        """The largest of ``FEW_ROWS`` whose padding stays within ``SPARE``, else the smallest.

        An attack on MNLI meets some 30 shapes this way, and 12 % more pieces than the rows have.
        """
        order = np.argsort(-lengths, kind="stable")
        pieces = np.concatenate([[0], np.cumsum(lengths[order])])
        at = 0
        while at < len(order):
            width = min(few_width(int(lengths[order[at]])), self.widest)
            sizes = [rows for rows in FEW_ROWS if rows * width <= max_pieces] or [max(1, max_pieces // width)]
            full = (r for r in sizes if at + r <= len(order) and r * width <= SPARE * (pieces[at + r] - pieces[at]))
            rows = next(full, sizes[-1])
            yield Batch(order[at : at + rows], (rows, width))
            at += rows


def few_width(length: int) -> int:
    """``length`` rounded up: to a multiple of 4 below 48, of 8 below 96, of 16 beyond."""
    step = 4 if length <= 48 else 8 if length <= 96 else 16
    return -(-length // step) * step


@dataclass(frozen=True)
class ShapeCount:
    """Of many calls: how many shapes they met, in how many batches, and pieces after padding over pieces given."""

    shapes: int
    batches: int
    padding: float


def count_shapes(calls: Iterable[tuple[Int[np.ndarray, " _rows"], int]], shapes: Shapes) -> ShapeCount:
    """What calls, each the lengths of its rows and its ``max_pieces``, would meet."""
    met: Counter[tuple[int, int]] = Counter()
    given = 0
    for lengths, max_pieces in calls:
        met.update(batch.shape for batch in shapes.batches(lengths, max_pieces))
        given += int(lengths.sum())
    padded = sum(rows * width * times for (rows, width), times in met.items())
    return ShapeCount(len(met), met.total(), padded / max(1, given))

"""A classifier whose callers in several threads share forward passes: what waits together is read together.

While one pass runs, other threads' rows wait; the next pass takes all of them that fit into one batch and are of like
length. Nobody waits for company: a call that finds the model idle runs at once, alone. Used by the page, where several
visitors ask one model.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float
from tokenizers import Encoding

from core.models.classifier import Prediction, predictions
from core.models.gradients import EmbeddedRow, GradientClassifier, Gradients, Scalar
from core.models.wrapping import WrappingClassifier
from core.tasks import Example

SPARE = 1.15
"""How many times its rows' own pieces a shared batch may have after padding; beyond, two passes cost less."""


@dataclass
class _Call:
    """One thread's rows; ``width`` is that of the longest. ``found`` or ``error`` is there once it is ``done``."""

    rows: Sequence[Any]
    width: int
    pieces: int
    taken: bool = False
    done: bool = False
    found: Sequence[Any] = ()
    error: Exception | None = None


@dataclass
class _Passes:
    """How many passes run, of all kinds, and the condition under which anything here changes."""

    limit: int
    running: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)


@dataclass
class _Desk:
    """Calls of one kind: ``work`` answers a list of rows."""

    work: Callable[[list[Any]], Any]
    pieces: int
    passes: _Passes
    waiting: list[_Call] = field(default_factory=list)

    def ask(self, rows: Sequence[Any], lengths: Sequence[int]) -> Sequence[Any]:
        """The rows' answers, in order. Raises what the work raises on these rows alone."""
        call, passes = _Call(rows, max(lengths, default=0), sum(lengths)), self.passes
        with passes.changed:
            self.waiting.append(call)
            passes.changed.wait_for(lambda: call.done or (not call.taken and passes.running < passes.limit))
            group = [] if call.done else self._group(call)
            passes.running += bool(group)
        if group:
            try:
                self._run(group)
            finally:
                with passes.changed:
                    passes.running -= 1
                    for one in group:
                        one.done = True
                    passes.changed.notify_all()
        if call.error is not None:
            raise call.error
        return call.found

    def _group(self, first: _Call) -> list[_Call]:
        """``first`` and those that waited longest and fit beside it; they leave the line."""
        group, rows, width, pieces = [first], len(first.rows), first.width, first.pieces
        for other in self.waiting:
            if other is first:
                continue
            together, widest, own = rows + len(other.rows), max(width, other.width), pieces + other.pieces
            if together * widest <= min(self.pieces, SPARE * own):
                group.append(other)
                rows, width, pieces = together, widest, own
        for call in group:
            call.taken = True
            self.waiting.remove(call)
        return group

    def _run(self, group: list[_Call]) -> None:
        """Puts the answers or the error into each call."""
        try:
            found = self.work([row for call in group for row in call.rows])
            start = 0
            for call in group:
                call.found = found[start : start + len(call.rows)]
                start += len(call.rows)
        except Exception as error:
            if len(group) == 1:
                group[0].error = error
            else:  # nobody is told of another's trouble
                for call in group:
                    self._run([call])


class JoiningClassifier(WrappingClassifier):
    """Wraps a GradientClassifier for callers in several threads.

    Guarantees: each row's own answer, to the rounding that its companions in a batch make (1e-6), and its own errors.
    """

    def __init__(self, inner: GradientClassifier, pieces: int, passes: int = 1) -> None:
        """``pieces`` go into a shared batch at most, ``passes`` run at a time."""
        super().__init__(inner)
        at_work = _Passes(passes)
        self._logits = _Desk(inner.encoded_logits, pieces, at_work)
        scalars: tuple[Scalar, ...] = ("predicted_logit", "logit_norm", "margin")
        self._gradients = {one: _Desk(self._differentiate(one), pieces // 2, at_work) for one in scalars}

    def _differentiate(self, scalar: Scalar) -> Callable[[list[Encoding]], list[Gradients]]:
        return lambda encodings: self.inner.gradients(encodings, scalar)

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """One prediction an example, in order."""
        encodings = self.encode(examples)
        return predictions(self.encoded_logits(encodings), map(self.cut_flags, encodings))

    def encoded_logits(self, rows: Sequence[Encoding | EmbeddedRow]) -> Float[np.ndarray, "rows classes"]:
        """Logits in the task's label order."""
        lengths = [len((row.encoding if isinstance(row, EmbeddedRow) else row).ids) for row in rows]
        return np.asarray(self._logits.ask(rows, lengths)) if rows else self.inner.encoded_logits(rows)

    def gradients(self, encodings: Sequence[Encoding], scalar: Scalar) -> list[Gradients]:
        """Gradients of a scalar of the logits with respect to the word embeddings."""
        if scalar not in self._gradients or not encodings:
            return self.inner.gradients(encodings, scalar)
        return list(self._gradients[scalar].ask(encodings, [len(encoding.ids) for encoding in encodings]))

"""ZeroGPU: on such a Space heavy work is lent a card while it runs, for as long as its input suggests.

A card comes with a call of a function under ``spaces.GPU``. That runs in a forked process: what goes in and out is
pickled (a :class:`app.catalog.Catalog` by reference), errors must be gr.Error, and nothing else has the card, so all
other work stays on the processor. Without ``SPACES_ZERO_GPU`` nothing here does anything and ``spaces`` is not needed.

Seconds are estimated high: a process that is new loads its model first, and a card that is lent for longer than it is
used costs only a worse place in the queue.
"""

import functools
import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Work = TypeVar("Work", bound=Callable[..., Any])
START, LONGEST = 8, 120
"""Seconds to load a model in a new process; the most that is asked for."""
PIECES_A_SECOND, CHARACTERS_A_SECOND = 100_000, 50_000
"""What the card reads (a fiftieth of a bare pass on an H200) and what the sentence encoder reads on the processor."""
PIECES_A_CHARACTER = 0.25
_HEAVY: dict[str, tuple[Callable[..., Any], Callable[..., int]]] = {}
_LENT: dict[str, Callable[..., Any]] = {}
_MAIN = os.getpid()


def is_here(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether this is a ZeroGPU Space."""
    return environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true")


def holds_card() -> bool:
    """Whether this process is one that was lent a card."""
    return os.getpid() != _MAIN


def seconds_for(rows: int, characters: int, most_pieces: int) -> int:
    """For so many rows of a text, of which the model reads ``most_pieces`` and the sentence encoder all."""
    pieces = min(most_pieces, 2 + characters * PIECES_A_CHARACTER)
    return min(LONGEST, round(START + rows * pieces / PIECES_A_SECOND + rows * characters / CHARACTERS_A_SECOND))


def heavy(seconds: Callable[..., int]) -> Callable[[Work], Work]:
    """Work that is lent a card; ``seconds`` says for how long from the same arguments."""

    def wrap(work: Work) -> Work:
        name = work.__qualname__
        _HEAVY[name] = work, seconds

        @functools.wraps(work)
        def call(*given: Any, **more: Any) -> Any:
            return _LENT.get(name, work)(*given, **more)

        return call  # type: ignore[return-value]  # has the signature of the work

    return wrap


def prepare(guarded: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """On a ZeroGPU Space, put all heavy work under ``spaces.GPU``: before torch is imported and the page is served."""
    if not is_here():
        return
    import spaces

    for name, (work, seconds) in _HEAVY.items():
        _LENT[name] = spaces.GPU(duration=seconds)(guarded(work))

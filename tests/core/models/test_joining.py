"""Callers in several threads share forward passes, and each has the answers it would have had alone."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from core.errors import ModelError
from core.models.joining import JoiningClassifier
from core.tasks import IMDB, Example
from tests.conftest import make_tiny_classifier

TEXTS = [f"A good film number {n} about a man who walks." for n in range(6)]


class Held:
    """A tiny classifier whose first pass is held back until ``open``; ``passes`` are the rows of each."""

    def __init__(self) -> None:
        self.plain = make_tiny_classifier(IMDB)
        self.held = make_tiny_classifier(IMDB)
        self.passes: list[int] = []
        self.begun, self.open = threading.Event(), threading.Event()
        for name in ("encoded_logits", "gradients"):
            setattr(self.held, name, self.over(getattr(self.held, name)))

    def over(self, work: Any) -> Any:
        def asked(rows: Sequence[Any], *rest: Any) -> Any:
            self.passes.append(len(rows))
            if len(self.passes) == 1:
                self.begun.set()
                assert self.open.wait(60)
            return work(rows, *rest)

        return asked

    def together(self, joined: JoiningClassifier, asks: Sequence[Any]) -> list[Any]:
        """The first ask runs and is held; all others wait together, and are then let go."""
        desks = [joined._logits, *joined._gradients.values()]
        with ThreadPoolExecutor(len(asks)) as threads:
            found = [threads.submit(asks[0])]
            assert self.begun.wait(60)
            found += [threads.submit(ask) for ask in asks[1:]]
            while sum(len(desk.waiting) for desk in desks) < len(asks) - 1:
                threading.Event().wait(0.005)
            self.open.set()
        return found


def test_those_who_wait_together_share_a_pass_and_get_their_own_answers() -> None:
    held = Held()
    joined = JoiningClassifier(held.held, 1536)
    asks = [lambda text=text: joined.predict([Example(text)])[0] for text in TEXTS]
    found = [one.result() for one in held.together(joined, asks)]
    assert held.passes == [1, len(TEXTS) - 1]
    for text, mine in zip(TEXTS, found, strict=True):
        alone = held.plain.predict([Example(text)])[0]
        assert (mine.label, mine.flags) == (alone.label, alone.flags)
        assert np.allclose(mine.logits, alone.logits, atol=1e-6)


def test_gradients_share_a_pass_among_those_of_one_scalar() -> None:
    held = Held()
    joined = JoiningClassifier(held.held, 1536)
    encodings = [joined.encode([Example(text)]) for text in TEXTS]
    scalars = ["margin"] * 3 + ["logit_norm"] * 3
    asks = [lambda e=e, s=s: joined.gradients(e, s)[0] for e, s in zip(encodings, scalars, strict=True)]
    found = [one.result() for one in held.together(joined, asks)]
    assert sorted(held.passes) == [1, 2, 3]
    for encoding, scalar, mine in zip(encodings, scalars, found, strict=True):
        assert np.allclose(mine.gradient, held.plain.gradients(encoding, scalar)[0].gradient, atol=1e-4)


def test_what_does_not_fit_waits_for_a_pass_of_its_own() -> None:
    held = Held()
    width = len(held.plain.encode([Example(TEXTS[0])])[0].ids)
    joined = JoiningClassifier(held.held, 2 * width)
    held.together(joined, [lambda text=text: joined.predict([Example(text)]) for text in TEXTS])
    assert held.passes == [1, 2, 2, 1]
    held = Held()
    joined = JoiningClassifier(held.held, 1536)
    texts = [TEXTS[0], "Good.", TEXTS[1] * 3]  # padding the short one to the long one would cost more than a pass
    held.together(joined, [lambda text=text: joined.predict([Example(text)]) for text in texts])
    assert held.passes == [1, 1, 1]


def test_nobody_is_told_of_anothers_trouble() -> None:
    held = Held()
    answer, bad = held.held.encoded_logits, held.plain.encode([Example(TEXTS[2])])[0].ids

    def choosy(rows: Sequence[Any]) -> Any:
        if any(row.ids == bad for row in rows):
            held.passes.append(-len(rows))
            raise ModelError("No finite numbers.")
        return answer(rows)

    held.held.encoded_logits = choosy
    joined = JoiningClassifier(held.held, 1536)
    found = held.together(joined, [lambda text=text: joined.predict([Example(text)])[0] for text in TEXTS[:5]])
    with pytest.raises(ModelError, match="No finite numbers"):
        found[2].result()
    assert [found[i].result().label for i in (0, 1, 3, 4)] == [
        held.plain.predict([Example(TEXTS[i])])[0].label for i in (0, 1, 3, 4)
    ]

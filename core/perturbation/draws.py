"""Random draws that depend on (seed, text, draw index) alone, so that nothing else in a batch can change them."""

import hashlib

import numpy as np

from core.tasks import Example

Seed = int | str
"""A number, or a name made of several: what co-tuning draws with is ``"seed/epoch"``."""


def generator(seed: Seed, example: Example, *place: int | str) -> np.random.Generator:
    """A generator of its own for a text and a place in the program's use of it (a draw index, a purpose)."""
    return np.random.Generator(np.random.PCG64(_key(seed, example, *place)))


def stream(seed: Seed, example: Example, purpose: str) -> np.random.Generator:
    """Where all draws of a text come from, one after another: draw k is the k-th of however many are taken.

    Counter-based (Philox), made on the processor: the same numbers whatever device the model is on.
    """
    return np.random.Generator(np.random.Philox(key=_key(seed, example, purpose)))


def _key(seed: Seed, example: Example, *place: int | str) -> int:
    """128 bits."""
    key = "\x1f".join([str(seed), example.text_a, example.text_b or "", *map(str, place)])
    digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return int.from_bytes(digest, "big")

"""Where the neighbours of a word stand on a map around it: by similarity alone, the same every time.

How far from the middle is how far the word is, 1 - cosine; who stands beside whom is who resembles whom: the neighbours
are put in a circular order by the first two principal components of their cosines to each other, and share the circle
out evenly, so that every word can be read. Nothing is drawn at random.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from core.language.neighbors import NeighborTable
from core.projection import project

NEAREST = 0.34
"""How far from the middle the nearest neighbour stands; the farthest stands at 1."""


def places(words: Sequence[str], cosines: Sequence[float], table: NeighborTable) -> Float[np.ndarray, "words 2"]:
    """A place (x, y) for each word, within 1 of the middle; the nearest word is at the top."""
    if not words:
        return np.zeros((0, 2))
    far = 1.0 - np.asarray(cosines, dtype=np.float64)
    spread = float(np.ptp(far))
    radius = NEAREST + (1.0 - NEAREST) * ((far - far.min()) / spread if spread > 0 else np.full(len(words), 0.5))
    angle = _angles(mutual(words, table), int(far.argmin()))
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)


def mutual(words: Sequence[str], table: NeighborTable) -> Float[np.ndarray, "words words"]:
    """Cosines of the words to each other, as far as the table has them: symmetric, 1 on the diagonal.

    A pair that is in neither's list counts as the farthest that any of the lists still holds.
    """
    place = {word.lower(): i for i, word in enumerate(words)}
    lists = [table.neighbors(word) for word in words]
    found = np.full((len(words), len(words)), min((near[-1].cosine for near in lists if near), default=0.0))
    for i, near in enumerate(lists):
        for one in near:
            if (j := place.get(one.word.lower())) is not None:
                found[i, j] = found[j, i] = one.cosine
    np.fill_diagonal(found, 1.0)
    return found


def _angles(similar: Float[np.ndarray, "words words"], first: int) -> Float[np.ndarray, " words"]:
    """Evenly shared out in the circular order of the projected rows, ``first`` at 0."""
    x, y = np.round(project(similar), 9).T
    order = np.lexsort((np.arange(len(similar)), np.arctan2(y, x)))
    order = np.roll(order, -int(np.flatnonzero(order == first)[0]))
    angles = np.empty(len(similar))
    angles[order] = 2 * np.pi * np.arange(len(similar)) / len(similar)
    return angles

"""What a word may become: its nearest neighbours that share its part of speech (METHODS, section 4.2).

The constraints are those of :mod:`core.perturbation.constraints`.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from core.language.lexicon import Lexicon
from core.language.neighbors import Neighbor
from core.perturbation.constraints import PartOfSpeech, Refusal, WordFloor
from core.perturbation.draft import Draft

Pos = Literal["universal", "penn", "none"]


@dataclass(frozen=True)
class RefusedCandidate:
    """A neighbour that may not take the word's place, and why."""

    word: str
    cosine: float
    reason: str


@dataclass(frozen=True)
class Candidates:
    """Of one word: what it may become, nearest first, and the nearer neighbours that were refused."""

    kept: tuple[Neighbor, ...]
    refused: tuple[RefusedCandidate, ...]


def find_candidates(
    draft: Draft, index: int, lexicon: Lexicon, limit: int, pos: Pos, min_cosine: float | None
) -> Candidates:
    """The first ``limit`` fitting neighbours of word ``index``; looks no further than it must.

    ``min_cosine`` None means no floor, as in the paper.
    """
    kept: list[Neighbor] = []
    refused: list[RefusedCandidate] = []
    for neighbor, refusal in _judged(draft, index, lexicon, pos, WordFloor(min_cosine)):
        if refusal is None:
            kept.append(neighbor)
        else:
            refused.append(RefusedCandidate(neighbor.word, neighbor.cosine, refusal.reason))
        if len(kept) == limit:
            break
    return Candidates(tuple(kept), tuple(refused))


def _judged(
    draft: Draft, index: int, lexicon: Lexicon, pos: Pos, floor: WordFloor
) -> Iterator[tuple[Neighbor, Refusal | None]]:
    """Each neighbour, nearest first, with what speaks against it, looked at when it is asked for."""
    neighbors = lexicon.neighbors.neighbors(draft.originals[index])
    near = list(itertools.takewhile(lambda one: floor.refuse(one.cosine) is None, neighbors))
    if pos == "none":
        yield from ((neighbor, None) for neighbor in near)
    else:
        constraint = PartOfSpeech(lexicon.tagger, pos)
        own, tags = constraint.tags(draft, index, [neighbor.word for neighbor in near])
        for neighbor, tag in zip(near, tags, strict=True):
            yield neighbor, constraint.refuse(own, tag)
    for neighbor in neighbors[len(near) :]:
        yield neighbor, floor.refuse(neighbor.cosine)

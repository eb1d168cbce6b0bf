"""What a word may become: its nearest neighbours that share its part of speech (METHODS, section 4.2).

The constraints are those of :mod:`core.perturbation.constraints`.
"""

from collections.abc import Iterator, Sequence
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
    floor, near = WordFloor(min_cosine), []
    kept: list[Neighbor] = []
    refused: list[RefusedCandidate] = []
    far: list[RefusedCandidate] = []
    for neighbor in lexicon.neighbors.neighbors(draft.originals[index]):
        if (refusal := floor.refuse(neighbor.cosine)) is None:
            near.append(neighbor)
        else:
            far.append(RefusedCandidate(neighbor.word, neighbor.cosine, refusal.reason))
    for neighbor, refusal in _tagged(draft, index, lexicon, near, pos):
        if refusal is None:
            kept.append(neighbor)
        else:
            refused.append(RefusedCandidate(neighbor.word, neighbor.cosine, refusal.reason))
        if len(kept) == limit:
            break
    return Candidates(tuple(kept), tuple([*refused, *far] if len(kept) < limit else refused))


def _tagged(
    draft: Draft, index: int, lexicon: Lexicon, near: Sequence[Neighbor], pos: Pos
) -> Iterator[tuple[Neighbor, Refusal | None]]:
    """Each neighbour with what its part of speech says against it, tagged when it is asked for."""
    if pos == "none":
        yield from ((neighbor, None) for neighbor in near)
        return
    constraint = PartOfSpeech(lexicon.tagger, pos)
    own, tags = constraint.tags(draft, index, [neighbor.word for neighbor in near])
    for neighbor, tag in zip(near, tags, strict=True):
        yield neighbor, constraint.refuse(own, tag)

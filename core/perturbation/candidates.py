"""What a word may become: its nearest neighbours that share its part of speech (METHODS, section 4.2).

The constraints are those of :mod:`core.perturbation.constraints`.
"""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from core.language.lexicon import Lexicon
from core.language.neighbors import Neighbor, NeighborTable
from core.language.tagging import Tagger
from core.perturbation.constraints import TAG_CONTEXT, PartOfSpeech, Refusal, WordFloor
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
    first = max(0, index - TAG_CONTEXT)
    window = " ".join(draft.originals[first : index + TAG_CONTEXT + 1])
    return in_window(lexicon.neighbors, lexicon.tagger, window, index - first, limit, pos, min_cosine)


@functools.lru_cache(maxsize=4096)
def in_window(
    table: NeighborTable, tagger: Tagger, window: str, index: int, limit: int, pos: Pos, min_cosine: float | None
) -> Candidates:
    """Of word ``index`` of a text of up to nine words, all that tags depend on; under attack the same ones recur."""
    draft = Draft(window)
    floor, near = WordFloor(min_cosine), []
    kept: list[Neighbor] = []
    refused: list[RefusedCandidate] = []
    far: list[RefusedCandidate] = []
    for neighbor in table.neighbors(draft.originals[index]):
        if (refusal := floor.refuse(neighbor.cosine)) is None:
            near.append(neighbor)
        else:
            far.append(RefusedCandidate(neighbor.word, neighbor.cosine, refusal.reason))
    for neighbor, refusal in _tagged(draft, index, tagger, near, pos):
        if refusal is None:
            kept.append(neighbor)
        else:
            refused.append(RefusedCandidate(neighbor.word, neighbor.cosine, refusal.reason))
        if len(kept) == limit:
            break
    return Candidates(tuple(kept), tuple([*refused, *far] if len(kept) < limit else refused))


def _tagged(
    draft: Draft, index: int, tagger: Tagger, near: Sequence[Neighbor], pos: Pos
) -> Iterator[tuple[Neighbor, Refusal | None]]:
    """Each neighbour with what its part of speech says against it, tagged when it is asked for."""
    if pos == "none":
        yield from ((neighbor, None) for neighbor in near)
        return
    constraint = PartOfSpeech(tagger, pos)
    own, tags = constraint.tags(draft, index, [neighbor.word for neighbor in near])
    for neighbor, tag in zip(near, tags, strict=True):
        yield neighbor, constraint.refuse(own, tag)

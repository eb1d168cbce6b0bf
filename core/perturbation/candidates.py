"""What a word may become: its nearest neighbours that share its part of speech (METHODS, section 4.2).

The constraints are those of :mod:`core.perturbation.constraints`.
"""

import functools
from dataclasses import dataclass
from typing import Literal

from core.language.lexicon import Lexicon
from core.language.neighbors import Neighbor, NeighborTable
from core.language.tagging import Tagger, tags_in_place
from core.perturbation.constraints import TAG_CONTEXT, PartOfSpeech, WordFloor
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
    window = tuple(draft.originals[first : index + TAG_CONTEXT + 1])
    table, tagger = lexicon.neighbors, lexicon.tagger
    return in_window(table, tagger, window, index - first, limit, pos, min_cosine)  # type: ignore[arg-type]  # by identity


@functools.lru_cache(maxsize=4096)
def in_window(
    table: NeighborTable,
    tagger: Tagger,
    window: tuple[str, ...],
    index: int,
    limit: int,
    pos: Pos,
    min_cosine: float | None,
) -> Candidates:
    """The fitting neighbours of ``window[index]``. Texts under attack differ in a word or two, so windows recur."""
    floor = WordFloor(min_cosine)
    near: list[Neighbor] = []
    far: list[RefusedCandidate] = []
    for neighbor in table.neighbors(window[index]):
        if (refusal := floor.refuse(neighbor.cosine)) is None:
            near.append(neighbor)
        else:
            far.append(RefusedCandidate(neighbor.word, neighbor.cosine, refusal.reason))
    if pos == "none":
        return Candidates(tuple(near[:limit]), tuple(far if len(near) < limit else ()))
    constraint = PartOfSpeech(tagger, pos)
    tags = tags_in_place(tagger, window, index, [window[index], *(neighbor.word for neighbor in near)], pos)
    own = next(tags)
    kept: list[Neighbor] = []
    refused: list[RefusedCandidate] = []
    for neighbor in near:
        if len(kept) == limit:
            break
        if (refusal := constraint.refuse(own, next(tags))) is None:
            kept.append(neighbor)
        else:
            refused.append(RefusedCandidate(neighbor.word, neighbor.cosine, refusal.reason))
    return Candidates(tuple(kept), tuple([*refused, *far] if len(kept) < limit else refused))

"""What a word may become: its nearest neighbours that share its part of speech (METHODS, section 4.2).

Word and candidate are tagged in the same window of the sentence, so a tag never differs for lack of context.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.language.lexicon import Lexicon
from core.language.neighbors import Neighbor, NeighborTable
from core.language.tagging import Tagger, tags_in_place
from core.language.text import Word

Pos = Literal["universal", "penn", "none"]
WINDOW = 4


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
    words: Sequence[Word], index: int, lexicon: Lexicon, limit: int, pos: Pos, min_cosine: float | None
) -> Candidates:
    """The first ``limit`` fitting neighbours of ``words[index]``; looks no further than it must.

    ``min_cosine`` None means no floor, as in the paper.
    """
    start = max(0, index - WINDOW)
    window = tuple(w.text for w in words[start : index + WINDOW + 1])
    return in_window(lexicon.neighbors, lexicon.tagger, window, index - start, limit, pos, min_cosine)


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
    word = window[index]
    neighbors = table.neighbors(word.lower())
    near = [n for n in neighbors if min_cosine is None or n.cosine >= min_cosine]
    far = [RefusedCandidate(n.word, n.cosine, f"word cosine below {min_cosine:g}") for n in neighbors[len(near) :]]
    if pos == "none":
        return Candidates(tuple(near[:limit]), tuple(far if len(near) < limit else ()))
    tags = tags_in_place(tagger, window, index, [word, *(n.word for n in near)], pos)
    own = next(tags)
    kept: list[Neighbor] = []
    refused: list[RefusedCandidate] = []
    for neighbor in near:
        if len(kept) == limit:
            break
        tag = next(tags)
        if tag == own:
            kept.append(neighbor)
        else:
            refused.append(RefusedCandidate(neighbor.word, neighbor.cosine, f"{tag} here, not {own}"))
    return Candidates(tuple(kept), tuple([*refused, *far] if len(kept) < limit else refused))

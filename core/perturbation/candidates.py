"""What a word may become: its nearest neighbours that share its part of speech (METHODS, section 4.2).

Word and candidate are tagged in the same window of the sentence, so a tag never differs for lack of context.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from core.language.lexicon import Lexicon
from core.language.neighbors import Neighbor
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
    word = words[index].text
    kept: list[Neighbor] = []
    refused: list[RefusedCandidate] = []
    tag = _tag(words, index, word, lexicon, pos)
    for neighbor in lexicon.neighbors.neighbors(word.lower()):
        if len(kept) == limit:
            break
        if min_cosine is not None and neighbor.cosine < min_cosine:
            refused.append(RefusedCandidate(neighbor.word, neighbor.cosine, f"word cosine below {min_cosine:g}"))
        elif pos != "none" and (other := _tag(words, index, neighbor.word, lexicon, pos)) != tag:
            refused.append(RefusedCandidate(neighbor.word, neighbor.cosine, f"{other} here, not {tag}"))
        else:
            kept.append(neighbor)
    return Candidates(tuple(kept), tuple(refused))


def _tag(words: Sequence[Word], index: int, replacement: str, lexicon: Lexicon, pos: Pos) -> str:
    if pos == "none":
        return ""
    start = max(0, index - WINDOW)
    window = [word.text for word in words[start : index + WINDOW + 1]]
    window[index - start] = replacement
    return lexicon.tagger.tag(window, pos)[index - start]

"""Gates a replacement must pass, each of which says why it refused (METHODS, section 8).

Three of them, from free to dear: the word's own cosine, its part of speech in context, the similarity of the sentence
around it. A gate answers a :class:`Refusal` or None. Used by the attacks; nothing here asks a classifier.
"""

from dataclasses import dataclass
from typing import Literal

Gate = Literal["word", "part_of_speech", "sentence"]
_EXCHANGE = {"NOUN", "VERB"}


@dataclass(frozen=True)
class Refusal:
    """Which gate refused, in words for a reader, with the number it looked at (None where there is none)."""

    gate: Gate
    reason: str
    value: float | None = None


def refuse_word(cosine: float | None, floor: float | None) -> Refusal | None:
    """The word gate: neighbours at ``floor`` or nearer pass; no floor, or no cosine to compare, lets all pass."""
    if floor is None or cosine is None or cosine >= floor:
        return None
    return Refusal("word", f"the words are too far apart: cosine {cosine:.2f}, at least {floor:g} asked", cosine)


def refuse_tag(tag: str, candidate_tag: str, exchange: bool) -> Refusal | None:
    """The part-of-speech gate: the same tag, or, with ``exchange``, a noun for a verb and back."""
    if tag == candidate_tag or (exchange and {tag, candidate_tag} == _EXCHANGE):
        return None
    return Refusal("part_of_speech", f"another part of speech: {candidate_tag} here, not {tag}")


def refuse_sentence(similarity: float, floor: float) -> Refusal | None:
    """The sentence gate: a ``similarity`` of at least ``floor`` passes, both on the same scale."""
    if similarity >= floor:
        return None
    reason = f"the sentence says something else: similarity {similarity:.3f}, at least {floor:.3f} asked"
    return Refusal("sentence", reason, similarity)


def window(count: int, position: int, width: int) -> tuple[int, int]:
    """The first and one past the last of the ``width`` words around ``position``, out of ``count``.

    Centred, and shifted at the borders so that it keeps its width; the whole text when it is shorter. It always holds
    ``position``. (The released code sliced from a negative start for texts of 8 to 14 words, and could miss the changed
    word altogether; then any change passed.) ``width`` 0 means the whole text.
    """
    if width == 0 or count <= width:
        return 0, count
    start = min(max(0, position - (width - 1) // 2), count - width)
    return start, start + width

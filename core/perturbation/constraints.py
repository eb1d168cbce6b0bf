"""What a word may be replaced by: where candidates come from, and the constraints that say why they refuse one.

Three constraints, from free to dear: the word's own cosine, its part of speech in context, the similarity of the
sentence around it (METHODS, sections 4 and 8). Shared by SWITCH, by the gates of an attack, and by whoever lists a
word's neighbours with the reasons (:mod:`core.perturbation.neighborhood`); nothing here asks a classifier.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np

from core.language.neighbors import NeighborTable
from core.language.similarity import Scale, SentenceEncoder, score_of
from core.language.similarity import cosine as cosine_between
from core.language.tagging import Tagger, Tagset, tags_in_place
from core.perturbation.draft import Draft

Gate = Literal["word", "part_of_speech", "sentence"]
Context = Literal["window", "sentence"]
TAG_CONTEXT = 4
WHOLE_TEXT_TAGS = 10
_EXCHANGE = {"NOUN", "VERB"}


@dataclass(frozen=True)
class Candidate:
    """A replacement; ``cosine`` of the two words, None where there is none to speak of (typing errors).

    ``similarity`` of the sentence around it, on the scale of the constraint that measured it; None where none did.
    """

    word: str
    cosine: float | None
    similarity: float | None = None


@dataclass(frozen=True)
class Refusal:
    """Which gate refused, in words for a reader, with the number it looked at (None where there is none)."""

    gate: Gate
    reason: str
    value: float | None = None


class CandidateSource(Protocol):
    """Where replacements of a word come from."""

    def candidates(self, draft: Draft, index: int) -> tuple[Candidate, ...]:
        """Those of the original word at ``index``, best first."""
        ...


class Constraint(Protocol):
    """A condition on a replacement in its place."""

    def judge(self, draft: Draft, index: int, candidates: Sequence[Candidate]) -> Iterator[Candidate | Refusal]:
        """For each candidate in order itself, with what was measured, or why it may not replace word ``index``."""
        ...


@dataclass(frozen=True)
class Neighbors:
    """The ``limit`` nearest neighbours in a table, cased as the word they would replace."""

    table: NeighborTable
    limit: int

    def candidates(self, draft: Draft, index: int) -> tuple[Candidate, ...]:
        """Nearest first."""
        near = self.table.neighbors(draft.originals[index], self.limit)
        return tuple(Candidate(draft.cased(index, one.word), one.cosine) for one in near)


@dataclass(frozen=True)
class WordFloor:
    """Neighbours at ``floor`` or nearer pass; no floor, or no cosine to compare, lets all pass. Free."""

    floor: float | None

    def judge(self, draft: Draft, index: int, candidates: Sequence[Candidate]) -> Iterator[Candidate | Refusal]:
        """As the protocol."""
        for candidate in candidates:
            yield self.refuse(candidate.cosine) or candidate

    def refuse(self, cosine: float | None) -> Refusal | None:
        """Why a word at ``cosine`` is too far, wherever it would stand."""
        if self.floor is None or cosine is None or cosine >= self.floor:
            return None
        told = f"cosine {cosine:.2f}, at least {self.floor:g} asked"
        return Refusal("word", f"the words are too far apart: {told}", cosine)


class PartOfSpeech:
    """Of one text: the candidate has the word's own tag, or, with ``exchange``, is a noun for a verb or back.

    In a ``window`` both are tagged among the four words of the original text on either side, so that a tag never
    differs for lack of context. In the ``sentence`` the word is tagged in the whole original text, and the candidate
    in a window of the text as it is now (all from there on in a text of up to ten words). Tags are asked for one by
    one: whoever stops early pays for no more.
    """

    def __init__(self, tagger: Tagger, tagset: Tagset, exchange: bool = False, context: Context = "window") -> None:
        self.tagger, self.tagset, self.exchange, self.context = tagger, tagset, exchange, context
        self._whole: list[str] = []

    def judge(self, draft: Draft, index: int, candidates: Sequence[Candidate]) -> Iterator[Candidate | Refusal]:
        """As the protocol."""
        if not candidates:
            return
        own, tags = self.tags(draft, index, [candidate.word for candidate in candidates])
        for candidate, tag in zip(candidates, tags, strict=True):
            yield self.refuse(own, tag) or candidate

    def tags(self, draft: Draft, index: int, words: Sequence[str]) -> tuple[str, Iterator[str]]:
        """The tag of word ``index``, and those of ``words`` in its place, one by one."""
        whole = self.context == "sentence" and len(draft.words) <= WHOLE_TEXT_TAGS
        around = draft.words if self.context == "sentence" else draft.originals
        first = 0 if whole else max(0, index - TAG_CONTEXT)
        context = around[first:] if whole else around[first : index + TAG_CONTEXT + 1]
        if self.context == "sentence":
            self._whole = self._whole or self.tagger.tag(draft.originals, self.tagset)
            return self._whole[index], tags_in_place(self.tagger, context, index - first, words, self.tagset)
        both = tags_in_place(self.tagger, context, index - first, [draft.originals[index], *words], self.tagset)
        return next(both), both

    def refuse(self, own: str, other: str) -> Refusal | None:
        """Why a word tagged ``other`` may not stand where one tagged ``own`` stood."""
        if own == other or (self.exchange and {own, other} == _EXCHANGE):
            return None
        return Refusal("part_of_speech", f"another part of speech: {other} here, not {own}")


class SentenceFloor:
    """Of one text: the ``width`` words around the candidate (0: the whole text) say nearly what they said before.

    Compared with ``original``, or, where that is None, with the text as it is before this replacement; the similarity
    is at least ``floor`` on ``scale``. All sentences are encoded in one call, what they are compared with once.
    """

    def __init__(
        self, encoder: SentenceEncoder, floor: float, scale: Scale, width: int, original: Draft | None
    ) -> None:
        self.encoder, self.floor, self.scale, self.width, self.original = encoder, floor, scale, width, original
        self._sources: dict[str, np.ndarray] = {}

    def judge(self, draft: Draft, index: int, candidates: Sequence[Candidate]) -> Iterator[Candidate | Refusal]:
        """As the protocol."""
        if not candidates:
            return
        source = (self.original or draft).around(index, self.width)
        texts = [draft.around(index, self.width, candidate.word) for candidate in candidates]
        new = [] if source in self._sources else [source]
        rows = self.encoder.encode([*new, *texts])
        if new:
            self._sources[source] = rows[0].copy()
        cosines = cosine_between(rows[len(new) :], self._sources[source])
        for candidate, near in zip(candidates, cosines.tolist(), strict=True):
            score = score_of(near, self.scale)
            yield self._refuse(score) or replace(candidate, similarity=score)

    def _refuse(self, similarity: float) -> Refusal | None:
        if similarity >= self.floor:
            return None
        told = f"similarity {similarity:.3f}, at least {self.floor:.3f} asked"
        return Refusal("sentence", f"the sentence says something else: {told}", similarity)

"""The gates of one attack: every candidate of a word, cheapest gate first, before the classifier is asked.

Word cosines are free, tags cost a tagger's pass over eight words, sentences an encoding each; so each gate sees only
what the one before let through, all of a word's sentences are encoded in one call, and the text they are compared with
once.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np

from core.attacks.draft import Draft
from core.attacks.events import CandidateRefused, SentenceGate
from core.attacks.presets import AttackConfig
from core.language.calibration import floor_for
from core.language.lexicon import Lexicon
from core.language.similarity import cosine, cosine_of, score_of
from core.language.tagging import Tagset, tags_in_place
from core.language.text import UNSPACED, is_unspaced
from core.perturbation.constraints import Refusal, refuse_sentence, refuse_tag, refuse_word

TAG_CONTEXT = 4
WHOLE_TEXT_TAGS = 10


@dataclass(frozen=True)
class Candidate:
    """A replacement, cased as the word it replaces; ``cosine`` None where there is none to speak of (typing errors)."""

    word: str
    cosine: float | None
    similarity: float | None = None


class Gates:
    """Of one attack on one text. ``refused`` counts what each gate refused: word, part of speech, sentence."""

    def __init__(self, config: AttackConfig, lexicon: Lexicon, text: str) -> None:
        self.config, self.lexicon = config, lexicon
        self.original = Draft(text)
        self.refused = {"word": 0, "part_of_speech": 0, "sentence": 0}
        self.state, floor = _floor(config, len(self.original.words))
        published = cosine_of(floor, config.scale)
        self.floor_cosine = floor_for(lexicon.encoder.name, published)
        self.floor = score_of(self.floor_cosine, config.scale)
        moved = f"cosine {published:.3f} calibrated to {self.floor_cosine:.3f}"
        self.calibration = "as published" if self.floor_cosine == published else moved
        self._tags: list[str] = []
        self._window_tags: dict[int, str] = {}
        self._sources: dict[str, np.ndarray] = {}

    @property
    def note(self) -> str:
        """What a reader should know about the words and the sentence gate on this text; empty for nothing unusual."""
        unspaced = UNSPACED if is_unspaced(self.original.text) else ""
        return " ".join(said for said in (self._gate_note, unspaced) if said)

    @property
    def _gate_note(self) -> str:
        short = f"the text is under {self.config.short_words} words"
        if self.state == "lowered":
            return f"sentence gate lowered to {self.floor:.2f}: {short}"
        if self.state == "off" and self.config.sentence_gate:
            return f"sentence gate off: {short}"
        return "sentence gate off" if self.state == "off" else ""

    def passing(
        self, draft: Draft, index: int, candidates: Sequence[Candidate]
    ) -> Generator[CandidateRefused, None, list[Candidate]]:
        """Those that may replace word ``index`` of ``draft``, in the order given, with their similarities."""
        left = yield from self._by_word(index, candidates)
        left = yield from self._by_tag(draft, index, left)
        return (yield from self._by_sentence(draft, index, left))

    def passes_word_gate(self, candidate: Candidate) -> bool:
        """Whether the free gate lets it through; counts nothing."""
        return refuse_word(candidate.cosine, self.config.min_word_cosine) is None

    def _by_word(
        self, index: int, candidates: Sequence[Candidate]
    ) -> Generator[CandidateRefused, None, list[Candidate]]:
        left = []
        for candidate in candidates:
            refusal = refuse_word(candidate.cosine, self.config.min_word_cosine)
            if refusal is None:
                left.append(candidate)
            else:
                yield self._refuse(index, candidate, refusal)
        return left

    def _by_tag(
        self, draft: Draft, index: int, candidates: list[Candidate]
    ) -> Generator[CandidateRefused, None, list[Candidate]]:
        config = self.config
        pos = config.pos
        if pos == "none" or not candidates:
            return candidates
        whole = config.pos_context == "sentence" and len(draft.words) <= WHOLE_TEXT_TAGS
        words = draft.words if config.pos_context == "sentence" else draft.originals
        first = 0 if whole else max(0, index - TAG_CONTEXT)
        context = words[first:] if whole else words[first : index + TAG_CONTEXT + 1]
        place = index - first
        tag = self._source_tag(index, context, place, pos)
        exchange = config.noun_verb_exchange and pos == "universal"
        left = []
        others = tags_in_place(self.lexicon.tagger, context, place, [c.word for c in candidates], pos)
        for candidate, other in zip(candidates, others, strict=True):
            refusal = refuse_tag(tag, other, exchange)
            if refusal is None:
                left.append(candidate)
            else:
                yield self._refuse(index, candidate, refusal)
        return left

    def _source_tag(self, index: int, context: Sequence[str], place: int, pos: Tagset) -> str:
        if self.config.pos_context == "sentence":
            self._tags = self._tags or self.lexicon.tagger.tag(self.original.originals, pos)
            return self._tags[index]
        if index not in self._window_tags:
            self._window_tags[index] = self.lexicon.tagger.tag(context, pos)[place]
        return self._window_tags[index]

    def _by_sentence(
        self, draft: Draft, index: int, candidates: list[Candidate]
    ) -> Generator[CandidateRefused, None, list[Candidate]]:
        if self.state == "off" or not candidates:
            return candidates
        width = self.config.window
        reference = draft if self.config.compare_with == "previous" else self.original
        source = reference.around(index, width)
        texts = [draft.around(index, width, candidate.word) for candidate in candidates]
        new = [] if source in self._sources else [source]
        rows = self.lexicon.encoder.encode([*new, *texts])
        if new:
            self._sources[source] = rows[0].copy()
        left = []
        cosines = cosine(rows[len(new) :], self._sources[source]).tolist()
        for candidate, near in zip(candidates, cosines, strict=True):
            score = score_of(near, self.config.scale)
            refusal = refuse_sentence(score, self.floor)
            if refusal is None:
                left.append(Candidate(candidate.word, candidate.cosine, score))
            else:
                yield self._refuse(index, candidate, refusal)
        return left

    def _refuse(self, index: int, candidate: Candidate, refusal: Refusal) -> CandidateRefused:
        self.refused[refusal.gate] += 1
        return CandidateRefused(index, candidate.word, candidate.cosine, refusal.gate, refusal.reason, refusal.value)


def _floor(config: AttackConfig, words: int) -> tuple[SentenceGate, float]:
    """Whether the sentence gate is on for a text of that many words, and its floor."""
    if not config.sentence_gate:
        return "off", config.min_similarity
    if words >= config.short_words or config.short_text == "keep":
        return "on", config.min_similarity
    if config.short_text == "skip":
        return "off", config.min_similarity
    return "lowered", config.short_similarity

"""The gates of one attack: every candidate of a word, cheapest gate first, before the classifier is asked.

Word cosines are free, tags cost a tagger's pass over eight words, sentences an encoding each; so each gate sees only
what the one before let through, all of a word's sentences are encoded in one call, and the text they are compared with
once.
"""

from collections.abc import Generator, Sequence

from core.attacks.events import CandidateRefused, SentenceGate
from core.attacks.presets import AttackConfig
from core.language.calibration import floor_for
from core.language.lexicon import Lexicon
from core.language.similarity import cosine_of, score_of
from core.language.text import UNSPACED, is_unspaced
from core.perturbation.constraints import (
    Candidate,
    Constraint,
    PartOfSpeech,
    Refusal,
    SentenceFloor,
    WordFloor,
)
from core.perturbation.draft import Draft


class Gates:
    """Of one attack on one text: ``constraints`` in their order. ``refused`` counts what each gate refused."""

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
        self.constraints = _constraints(config, lexicon, self.original, self.floor, self.state)

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
        left = list(candidates)
        for constraint in self.constraints:
            kept = []
            for candidate, judged in zip(left, constraint.judge(draft, index, left), strict=True):
                if isinstance(judged, Refusal):
                    yield self._refuse(index, candidate, judged)
                else:
                    kept.append(judged)
            left = kept
        return left

    def passes_word_gate(self, candidate: Candidate) -> bool:
        """Whether the free gate lets it through; counts nothing."""
        return WordFloor(self.config.min_word_cosine).refuse(candidate.cosine) is None

    def _refuse(self, index: int, candidate: Candidate, refusal: Refusal) -> CandidateRefused:
        self.refused[refusal.gate] += 1
        return CandidateRefused(index, candidate.word, candidate.cosine, refusal.gate, refusal.reason, refusal.value)


def _constraints(
    config: AttackConfig, lexicon: Lexicon, original: Draft, floor: float, sentence: SentenceGate
) -> tuple[Constraint, ...]:
    """The gates of a preset on one text, cheapest first; ``floor`` is the sentence gate's, on the preset's scale."""
    found: list[Constraint] = [WordFloor(config.min_word_cosine)]
    if config.pos != "none":
        exchange = config.noun_verb_exchange and config.pos == "universal"
        found.append(PartOfSpeech(lexicon.tagger, config.pos, exchange, config.pos_context))
    if sentence != "off":
        compared = None if config.compare_with == "previous" else original
        found.append(SentenceFloor(lexicon.encoder, floor, config.scale, config.window, compared))
    return tuple(found)


def _floor(config: AttackConfig, words: int) -> tuple[SentenceGate, float]:
    """Whether the sentence gate is on for a text of that many words, and its floor."""
    if not config.sentence_gate:
        return "off", config.min_similarity
    if words >= config.short_words or config.short_text == "keep":
        return "on", config.min_similarity
    if config.short_text == "skip":
        return "off", config.min_similarity
    return "lowered", config.short_similarity

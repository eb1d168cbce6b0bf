"""SWITCH: alternative texts in which important words became near-synonyms (METHODS, section 4; the paper's section 3).

Words are ranked by importance, filtered, given candidates; alternatives are sampled, gated by sentence similarity, and
carry every swap. Used by FuSE, FACT and the page.
"""

import itertools
import math
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.language.calibration import floor_for
from core.language.lexicon import Lexicon
from core.language.text import Word, replace_words
from core.models.classifier import Classifier
from core.models.importance import Importances, word_importance
from core.perturbation.config import SwitchConfig
from core.perturbation.draws import Seed, generator
from core.perturbation.plan import ChosenWord, Plan, plans_of
from core.tasks import Example

_ENUMERABLE = 4096
"""Up to so many combinations are gone through in a random order; more are drawn one by one, so that some come again."""
_REPEATS = 100
"""So many draws in a row that give no new text end the drawing: of all texts there are, about 97 % have been drawn."""

Ending = Literal["enough", "tries", "exhausted", "repeats", "no_words", "none_wanted"]
ENDINGS: Mapping[Ending, str] = types.MappingProxyType({
    "enough": "As many alternatives as were asked for passed the gate.",
    "tries": "All draws that the multiplier allows were made.",
    "exhausted": "Every combination of replacements has been drawn.",
    "repeats": "Nearly every combination of replacements has been drawn: further draws only repeated them.",
    "no_words": "No word could be perturbed: none has a fitting near-synonym.",
    "none_wanted": "No alternatives were asked for.",
})  # fmt: skip
"""Why the drawing of alternatives ended, for a reader."""


@dataclass(frozen=True)
class Swap:
    """One replaced word: its span in the original text, what stands there now, and the two words' cosine."""

    word: Word
    replacement: str
    cosine: float


@dataclass(frozen=True)
class Alternative:
    """An alternative text. ``similarity`` is the sentence cosine to the original, None with the gate off.

    Similarity is of what the model reads: a long text's unread end, the same in both, would only flatter it.
    """

    text: str
    swaps: tuple[Swap, ...]
    similarity: float | None
    draw: int


@dataclass(frozen=True)
class Drawn:
    """What came of a plan: the words that were replaced, the alternatives kept, and those refused with the reason.

    ``ended`` says why no more were drawn.
    """

    chosen: tuple[ChosenWord, ...]
    alternatives: tuple[Alternative, ...]
    refused: tuple[tuple[Alternative, str], ...]
    ended: Ending


@dataclass(frozen=True)
class SwitchResult:
    """Everything SWITCH found out about a text; ``skipped`` are more important words passed over, with the reason."""

    text: str
    importances: Importances
    chosen: tuple[ChosenWord, ...]
    skipped: tuple[tuple[Word, str], ...]
    alternatives: tuple[Alternative, ...]
    refused: tuple[tuple[Alternative, str], ...]
    ended: Ending


class Switch:
    """Ranks with ``classifier`` as ``config.importance`` says, takes words from ``lexicon``.

    Guarantees: an alternative differs from its text in at most ``perturb_words`` words and never in the other text of a
    pair; alternatives are distinct; the result is a function of (config, seed, text) alone; drawing ends, with the
    reason, when enough have passed, ``max_tries`` are made or there is nothing new to draw.
    """

    def __init__(self, classifier: Classifier, lexicon: Lexicon, config: SwitchConfig) -> None:
        self.classifier, self.lexicon, self.config = classifier, lexicon, config

    def run(self, examples: Sequence[Example], seed: Seed = 0) -> list[SwitchResult]:
        """Alternatives of each example. Cost: one importance pass, and the gate's encodings in shared batches."""
        ranked = word_importance(self.classifier, examples, self.config.importance)
        plans = self.plans(examples, ranked)
        return [
            SwitchResult(plan.text, found, drawn.chosen, plan.skipped, drawn.alternatives, drawn.refused, drawn.ended)
            for found, plan, drawn in zip(ranked, plans, self.draw(examples, plans, seed), strict=True)
        ]

    def plans(self, examples: Sequence[Example], ranked: Sequence[Importances] | None = None) -> list[Plan]:
        """What may be swapped in each example; ranks the words, unless that has been done."""
        ranked = word_importance(self.classifier, examples, self.config.importance) if ranked is None else ranked
        texts = [self.classifier.task.text(example) for example in examples]
        return plans_of(texts, ranked, self.lexicon, self.config)

    def draw(self, examples: Sequence[Example], plans: Sequence[Plan], seed: Seed) -> list[Drawn]:
        """Alternatives out of plans made earlier; asks no classifier. Cost: the gate's encodings in shared batches."""
        jobs = [_Job(self, example, plan, seed) for example, plan in zip(examples, plans, strict=True)]
        while waiting := [(job, job.propose()) for job in jobs if job.ended is None]:
            self._gate(waiting)
        return [job.drawn() for job in jobs]

    def _gate(self, proposals: "Sequence[tuple[_Job, list[Alternative]]]") -> None:
        """Score every job's proposals, all texts of all jobs in one call of the encoder."""
        if self.config.gate == "off":
            for job, alternatives in proposals:
                job.accept(alternatives)
            return
        texts = [
            text
            for job, alternatives in proposals
            for text in map(job.read, (job.text, *(a.text for a in alternatives)))
        ]
        vectors = iter(self.lexicon.encoder.encode(texts))
        for job, alternatives in proposals:
            source = next(vectors)
            job.accept([
                Alternative(a.text, a.swaps, float(np.clip(source @ next(vectors), -1.0, 1.0)), a.draw)
                for a in alternatives
            ])  # fmt: skip


class _Job:
    """The drawing for one text, between the shared calls of the encoder."""

    def __init__(self, switch: Switch, example: Example, plan: Plan, seed: Seed) -> None:
        self.config, self.seed, self.example = switch.config, seed, example
        self.text, self.unread = plan.text, plan.unread
        self.floor = floor_for(switch.lexicon.encoder.name, switch.config.min_similarity)
        self.chosen = self._picked(plan.words)
        replaced = [c for c in self.chosen if c.candidates]
        self.sizes = [len(c.candidates) for c in replaced]
        self.combinations = math.prod(self.sizes)
        self.proposals = self._draws(replaced)
        self.tries = 0
        self.kept: list[Alternative] = []
        self.refused: list[tuple[Alternative, str]] = []
        self.ended: Ending | None = None
        if not replaced:
            self.ended = "no_words"
        elif self.config.total_alternatives == 0:
            self.ended = "none_wanted"

    def drawn(self) -> Drawn:
        """What came of it, once it has ended."""
        assert self.ended is not None
        return Drawn(self.chosen, tuple(self.kept), tuple(self.refused), self.ended)

    def _picked(self, words: tuple[ChosenWord, ...]) -> tuple[ChosenWord, ...]:
        """All of the plan's words, or ``perturb_words`` of them at random where the settings say so."""
        if not self.config.random_out_of or len(words) <= self.config.perturb_words:
            return words
        picked = generator(self.seed, self.example, "words").permutation(len(words))[: self.config.perturb_words]
        return tuple(words[i] for i in sorted(picked))

    def _draws(self, chosen: Sequence[ChosenWord]) -> Iterator[Alternative]:
        """Distinct alternatives, each combination equally likely at every draw; ends when there are no new ones."""
        seen, repeated = {self.text}, 0
        for draw, picks in enumerate(self._combinations()):
            swaps = tuple(
                Swap(c.word, c.candidates[p].word, c.candidates[p].cosine) for c, p in zip(chosen, picks, strict=True)
            )
            text = replace_words(self.text, {swap.word: swap.replacement for swap in swaps})
            if text not in seen:
                seen.add(text)
                repeated = 0
                yield Alternative(text, swaps, None, draw)
                continue
            repeated += 1
            if repeated == _REPEATS and not self.enumerable:
                return

    @property
    def enumerable(self) -> bool:
        """Whether there are so few combinations that each is drawn once."""
        return self.combinations <= _ENUMERABLE

    def _combinations(self) -> Iterator[tuple[int, ...]]:
        """A candidate's index for each replaced word; without an end where there are many combinations."""
        if self.enumerable:
            for code in generator(self.seed, self.example, "order").permutation(self.combinations):
                yield tuple(map(int, np.unravel_index(code, self.sizes)))
            return
        for draw in itertools.count():
            yield tuple(generator(self.seed, self.example, draw).integers(self.sizes).tolist())

    def read(self, text: str) -> str:
        """The part of the text, or of an alternative, that the model reads; what lies beyond is the same in all."""
        return text[-self.unread :] if self.unread < 0 else text[: len(text) - self.unread]

    def propose(self) -> list[Alternative]:
        """The next draws worth scoring: as many as are missing, or all of them when the best are to be kept."""
        missing = self.config.total_alternatives - len(self.kept)
        left = self.config.max_tries - self.tries
        size = left if self.config.gate == "rank" else min(missing, left)
        batch = list(itertools.islice(self.proposals, size))
        self.tries += len(batch)
        if len(batch) < size:
            self.ended = "exhausted" if self.enumerable else "repeats"
        elif self.tries >= self.config.max_tries:
            self.ended = "tries"
        return batch

    def accept(self, alternatives: Sequence[Alternative]) -> None:
        """Take scored draws in; refuse those that the gate does not let pass."""
        for alternative in alternatives:
            low = self.config.gate == "filter" and _scored(alternative) <= self.floor
            if low:
                self.refused.append((alternative, f"similarity {alternative.similarity:.2f} below the gate"))
            else:
                self.kept.append(alternative)
        if self.config.gate == "rank":
            ordered = sorted(self.kept, key=lambda a: (-_scored(a), a.draw))
            self.kept = ordered[: self.config.total_alternatives]
            self.refused += [(a, "others are more similar") for a in ordered[self.config.total_alternatives :]]
        if len(self.kept) >= self.config.total_alternatives:
            self.ended = "enough"


def _scored(alternative: Alternative) -> float:
    """Its similarity, which every alternative has where a gate is on."""
    if alternative.similarity is None:
        raise ValueError("An alternative without a similarity came to the gate.")
    return alternative.similarity

"""FIVE: fuzzed vectors vote (METHODS, section 6).

Copies of the word embeddings get noise on all pieces of all chosen words, before position, segment and LayerNorm.
(The released code noised only the last chosen piece.) The controls put something else there instead of noise.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float, Float32
from tokenizers import Encoding

from core.axes import OneOf, Real, Whole
from core.defenses.ballot import Ballot, Member, count
from core.defenses.controls import Noise, NoisedText, noise_deltas
from core.defenses.declaration import Defense, Preset
from core.defenses.voting import RULES, VoteConfig
from core.language.lexicon import Lexicon
from core.models.classifier import Prediction
from core.models.gradients import EmbeddedRow, GradientClassifier
from core.models.importance import ImportanceConfig, Importances, rows_read, word_importance
from core.models.slopes import Sloped, SlopeOf, embedded_slopes
from core.ranges import check, option, refuse_idle, setting
from core.tasks import Example, Task

NOTHING_TO_NOISE = "No word could be noised: the model read none, or stop words only."
NOISED_TOGETHER = 8192
"""Noised rows, of all texts and draws, that are made and asked at once: 38 MB where they have three pieces of 384."""


@dataclass(frozen=True)
class FiveConfig:
    """``sigma_relative`` is in units of the embedding table's coordinate standard deviation; the controls have none.

    On MiniLM the paper's best settings are about 41 (IMDB, 2.3) and 145 (MNLI, 8.14) of these: they erase the word.
    """

    perturb_words: int = setting(1, 1, 100, "words that get noise, the most important first")
    samples: int = setting(8, 0, 10_000, "noised copies that vote")
    sigma_relative: float = setting(1.0, 0.0, 1000.0, "noise, in units of the embedding table's coordinate std")
    noise: Noise = option("gaussian", "what stands in the words' place: noise, or a control")
    stop_words: bool = option(True, "leave stop words alone")
    vote: VoteConfig = field(default_factory=VoteConfig)
    importance: ImportanceConfig = field(default_factory=ImportanceConfig)
    seed: int = 0

    def __post_init__(self) -> None:
        check(self)
        if self.noise != "gaussian":
            refuse_idle(self, ["sigma_relative"], f"where noise is {self.noise}")


@dataclass(frozen=True)
class FiveSettings:
    """All settings of FIVE."""

    five: FiveConfig = FiveConfig()


class Five:
    """Wraps a classifier that takes embeddings. Asks it 1 + ``samples`` times a text, all texts in one flat batch."""

    def __init__(self, classifier: GradientClassifier, lexicon: Lexicon, config: FiveConfig = FiveConfig()) -> None:
        self.classifier, self.lexicon, self.config = classifier, lexicon, config
        self.ranker = classifier
        self.task = classifier.task
        self.name = f"FIVE({classifier.name})"

    def reseeded(self, seed: int) -> "Five":
        """The same defence, drawing with ``seed``."""
        return Five(self.classifier, self.lexicon, replace(self.config, seed=seed))

    @property
    def settings(self) -> FiveSettings:
        """How the words are noised and how the copies vote."""
        return FiveSettings(self.config)

    @property
    def randomised(self) -> bool:
        """Whether another seed may answer differently; not without copies, without noise, or with [MASK] for it."""
        still = self.config.noise == "gaussian" and self.config.sigma_relative == 0.0
        return self.config.samples > 0 and self.config.noise != "mask" and not still

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """The votes' outcomes."""
        return self.draws(examples, [self.config.seed])[0]

    def draws(self, examples: Sequence[Example], seeds: Sequence[int]) -> list[list[Prediction]]:
        """For each seed what ``reseeded(seed).predict(examples)`` answers; words are chosen and texts asked once."""
        return [[ballot.prediction for ballot in ballots] for ballots in self._votes(examples, seeds)]

    def ballots(self, examples: Sequence[Example]) -> list[Ballot]:
        """The whole vote on each example. ``sigma_relative`` 0 gives the plain prediction."""
        return self._votes(examples, [self.config.seed])[0]

    def _votes(self, examples: Sequence[Example], seeds: Sequence[int]) -> list[list[Ballot]]:
        """For each seed the votes on the examples; the first seed's bear what is asked once."""
        if not seeds:
            return []
        ranked = self._ranked(examples)
        together = max(1, NOISED_TOGETHER // max(1, len(seeds) * self.config.samples))
        votes: list[list[Ballot]] = [[] for _ in seeds]
        for start in range(0, len(ranked), together):
            for ballots, more in zip(votes, self._vote(ranked[start : start + together], seeds), strict=True):
                ballots += more
        return votes

    def _vote(self, ranked: Sequence[tuple[NoisedText, int]], seeds: Sequence[int]) -> list[list[Ballot]]:
        """For each seed the votes on texts whose words are chosen, beside the rows that cost; all in one flat batch."""
        texts = [text for text, _ in ranked]
        rows: list[Encoding | EmbeddedRow] = []
        for text, deltas in zip(texts, self.noise(texts, seeds), strict=True):
            positions = text.positions
            rows.append(text.encoding)
            rows += [EmbeddedRow(text.encoding, positions, delta) for draws in deltas for delta in draws]
        logits = iter(self.classifier.encoded_logits(rows))
        votes: list[list[Ballot]] = [[] for _ in seeds]
        for text, once in ranked:
            own, copies = next(logits), self.config.samples if text.words else 0
            for place, (seed, ballots) in enumerate(zip(seeds, votes, strict=True)):
                asked = copies + (1 + once if place == 0 else 0)
                ballots.append(self._ballot(text, [own, *itertools.islice(logits, copies)], seed, asked))
        return votes

    def slopes(self, examples: Sequence[Example], asked: Sequence[SlopeOf]) -> list[Sloped]:
        """Through the noised copies of the draw and the text itself, whatever the rule: a majority has no slope."""
        texts = self.choose(examples)
        copies: list[list[Encoding | EmbeddedRow]] = []
        for text, (deltas,) in zip(texts, self.noise(texts, [self.config.seed]), strict=True):
            noised = [EmbeddedRow(text.encoding, text.positions, delta) for delta in deltas]
            copies.append([text.encoding, *noised])
        return embedded_slopes(self.classifier, copies, asked)

    def choose(self, examples: Sequence[Example]) -> list[NoisedText]:
        """The words that get noise: the most important ones the model read, stop words aside."""
        return [text for text, _ in self._ranked(examples)]

    def _ranked(self, examples: Sequence[Example]) -> list[tuple[NoisedText, int]]:
        """The chosen words of each example, and how many rows the classifier read to rank them."""
        encodings = self.classifier.encode(examples)
        ranked = word_importance(self.classifier, examples, self.config.importance, encodings)
        rows = [rows_read(self.config.importance, found) for found in ranked]
        return [(self._chosen(e, c, f), r) for e, c, f, r in zip(examples, encodings, ranked, rows, strict=True)]

    def _chosen(self, example: Example, encoding: Encoding, importances: Importances) -> NoisedText:
        words = importances.words
        fit = [
            i
            for i in importances.order
            if not (self.config.stop_words and words[i].text.lower() in self.lexicon.stop_words)
        ][: self.config.perturb_words]
        return NoisedText(example, encoding, tuple(words[i] for i in fit), tuple(importances.pieces[i] for i in fit))

    def noise(
        self, texts: Sequence[NoisedText], seeds: Sequence[int]
    ) -> list[Float32[np.ndarray, "seeds _samples _pieces _hidden"]]:
        """What is added to each text's chosen pieces; no samples without words."""
        config = self.config
        sigma = config.sigma_relative * self.classifier.embedding_std
        noised = [text for text in texts if text.words]
        deltas = iter(
            noise_deltas(config.noise, self.classifier, self.lexicon, noised, seeds, config.samples, sigma)
            if noised
            else ()
        )
        nothing = np.zeros((len(seeds), 0, 0, 0), dtype=np.float32)
        return [next(deltas) if text.words else nothing for text in texts]

    def _ballot(
        self, text: NoisedText, logits: Sequence[Float[np.ndarray, " classes"]], seed: int, asked: int
    ) -> Ballot:
        raw = self.task.text(text.example)
        weights = [self.config.vote.original_weight] + [1.0] * (len(logits) - 1)
        members = [
            Member(kind, raw, (), None, tuple(row.tolist()), int(row.argmax()), weight)
            for kind, row, weight in zip(["original", *["noised"] * (len(logits) - 1)], logits, weights, strict=True)
        ]
        cut = self.classifier.cut_flags(text.encoding)
        why = "No noised copies were asked for." if text.words else NOTHING_TO_NOISE
        ballot = count(members, text.words, seed, self.config.vote, cut, self.randomised, why)
        return replace(ballot, prediction=replace(ballot.prediction, rows=asked))


# The paper's sigmas are absolute, FiveConfig's relative. It averages probabilities for IMDB; its released code averaged
# logits (METHODS, section 5).
_PAPER_SIGMA = {"imdb": 2.3, "mnli": 8.14}
_PAPER = {
    "imdb": FiveConfig(perturb_words=1, samples=10, vote=VoteConfig("mean_probabilities")),
    "mnli": FiveConfig(perturb_words=1, samples=8),
}
_SHIPPED = {
    "imdb": FiveConfig(perturb_words=5, samples=8, sigma_relative=1.0),
    "mnli": FiveConfig(perturb_words=2, samples=8, sigma_relative=1.0),
}


def paper_sigma(task: Task, embedding_std: float) -> float:
    """The paper's sigma for a task, in units of the embedding table's coordinate standard deviation."""
    return _PAPER_SIGMA[task.settings_of] / embedding_std


def _preset(task: Task, preset: Preset, embedding_std: float) -> FiveSettings:
    if preset == "shipped":
        return FiveSettings(_SHIPPED[task.settings_of])
    return FiveSettings(replace(_PAPER[task.settings_of], sigma_relative=paper_sigma(task, embedding_std)))


def _wrap(classifier: GradientClassifier, lexicon: Lexicon, settings: FiveSettings) -> Five:
    return Five(classifier, lexicon, settings.five)


def _idle(settings: FiveSettings) -> FiveSettings:
    return FiveSettings(replace(settings.five, noise="gaussian", sigma_relative=0.0))


FIVE = Defense(
    "five",
    "FIVE",
    "copies of the word embeddings, with noise on the important words, vote with the text",
    Five,
    FiveSettings,
    _preset,
    _wrap,
    _idle,
    needs_std=("paper",),
    space={
        "perturb_words": Whole(1, 10),
        "samples": Whole(2, 16),
        "sigma_relative": Real(0.1, 200.0, log=True),
        "rule": OneOf(RULES),
    },
)

"""FIVE: fuzzed vectors vote (METHODS, section 6).

Copies of the word embeddings get noise on all pieces of all chosen words, before position, segment and LayerNorm.
(The released code noised only the last chosen piece.) The controls put something else there instead of noise.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from tokenizers import Encoding

from core.defenses.ballot import Ballot, Member, count
from core.defenses.controls import Noise, NoisedText, noise_deltas
from core.defenses.declaration import Defense, Preset
from core.defenses.voting import VoteConfig
from core.language.lexicon import Lexicon
from core.models.classifier import Prediction
from core.models.gradients import EmbeddedRow, GradientClassifier
from core.models.importance import ImportanceConfig, Importances, rows_read, word_importance
from core.perturbation.draws import generator
from core.ranges import check, option, refuse_idle, setting
from core.tasks import Example, Task

NOTHING_TO_NOISE = "No word could be noised: the model read none, or stop words only."
NOISED_TOGETHER = 4096
"""Noised copies, of all texts and draws, that are made and asked at once; more would not fit in memory."""


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
        ranked = self._ranked(examples)
        chosen = [text for text, _ in ranked]
        once = [1 + rows for _, rows in ranked]
        together = max(1, NOISED_TOGETHER // max(1, len(chosen) * self.config.samples))
        original: list[np.ndarray] = []
        votes: list[list[Ballot]] = []
        for start in range(0, len(seeds), together):
            drawn = [self.reseeded(seed) for seed in seeds[start : start + together]]
            groups = [[_rows(text, one.noise(text)) for text in chosen] for one in drawn]
            rows: list[Encoding | EmbeddedRow] = [] if start else [text.encoding for text in chosen]
            rows += [row for group in groups for noised in group for row in noised]
            logits = list(self.classifier.encoded_logits(rows))
            if not start:
                original, logits = logits[: len(chosen)], logits[len(chosen) :]
            answers = iter(logits)
            for place, (one, group) in enumerate(zip(drawn, groups, strict=True), start):
                asked = once if place == 0 else [0] * len(chosen)
                votes.append([
                    one._ballot(text, [own, *(next(answers) for _ in noised)], cost + len(noised))
                    for text, own, noised, cost in zip(chosen, original, group, asked, strict=True)
                ])  # fmt: skip
        return votes

    def choose(self, examples: Sequence[Example]) -> list[NoisedText]:
        """The words that get noise: the most important ones the model read, stop words aside."""
        return [text for text, _ in self._ranked(examples)]

    def _ranked(self, examples: Sequence[Example]) -> list[tuple[NoisedText, int]]:
        """The chosen words of each example, and how many rows the classifier read to rank them."""
        encodings = self.classifier.encode(examples)
        ranked = word_importance(self.classifier, examples, self.config.importance)
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

    def noise(self, text: NoisedText) -> list[np.ndarray]:
        """What is added to the chosen pieces in each sample, (pieces, hidden); empty if no word was chosen."""
        if not text.words:
            return []
        sigma = self.config.sigma_relative * self.classifier.embedding_std
        return [
            noise_deltas(
                self.config.noise,
                self.classifier,
                text,
                self.lexicon,
                sigma,
                generator(self.config.seed, text.example, draw),
            )
            for draw in range(self.config.samples)
        ]

    def _ballot(self, text: NoisedText, logits: Sequence[np.ndarray], asked: int) -> Ballot:
        raw = self.task.text(text.example)
        weights = [self.config.vote.original_weight] + [1.0] * (len(logits) - 1)
        members = [
            Member(kind, raw, (), None, tuple(row.tolist()), int(row.argmax()), weight)
            for kind, row, weight in zip(["original", *["noised"] * (len(logits) - 1)], logits, weights, strict=True)
        ]
        cut = self.classifier.cut_flags(text.encoding)
        why = "No noised copies were asked for." if text.words else NOTHING_TO_NOISE
        ballot = count(members, text.words, self.config.seed, self.config.vote, cut, self.randomised, why)
        return replace(ballot, prediction=replace(ballot.prediction, rows=asked))


def _rows(text: NoisedText, noise: Sequence[np.ndarray]) -> list[EmbeddedRow]:
    return [EmbeddedRow(text.encoding, text.positions, deltas) for deltas in noise]


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
)

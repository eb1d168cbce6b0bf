"""FuSE: fuzzed sentences vote (METHODS, section 5).

Members are the text itself and its SWITCH alternatives, derived from the very text being classified. (The released code
fetched them by dataset index, which after a shuffle belong to another text.)
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.axes import OneOf, Real, Whole
from core.defenses.ballot import Ballot, Member, count
from core.defenses.declaration import Defense, Preset
from core.defenses.voting import RULES, VoteConfig
from core.language.lexicon import Lexicon
from core.models.classifier import Classifier, Prediction
from core.models.importance import BLACK_BOX_METHODS, ImportanceConfig, Importances, rows_read, word_importance
from core.perturbation.config import WORD_FLOORS, SwitchConfig
from core.perturbation.switch import ENDINGS, Drawn, Switch, SwitchResult
from core.tasks import Example, Task


@dataclass(frozen=True)
class FuseConfig:
    """How the members vote, and the seed of the draw; what they are is the Switch's configuration."""

    vote: VoteConfig = field(default_factory=VoteConfig)
    seed: int = 0


@dataclass(frozen=True)
class FuseSettings:
    """All settings of FuSE: what its members are, and how they vote."""

    switch: SwitchConfig
    fuse: FuseConfig = FuseConfig()


class Fuse:
    """Wraps any classifier; ``switch`` may rank words with the same one or another.

    Asks the classifier 1 + ``total_alternatives`` times a text at most, all texts in one flat batch.
    """

    def __init__(self, classifier: Classifier, switch: Switch, config: FuseConfig = FuseConfig()) -> None:
        self.classifier, self.switch, self.config = classifier, switch, config
        self.lexicon, self.ranker = switch.lexicon, switch.classifier
        self.task = classifier.task
        self.name = f"FuSE({classifier.name})"

    def reseeded(self, seed: int) -> "Fuse":
        """The same defence, drawing with ``seed``."""
        return Fuse(self.classifier, self.switch, replace(self.config, seed=seed))

    @property
    def settings(self) -> FuseSettings:
        """What its members are and how they vote."""
        return FuseSettings(self.switch.config, self.config)

    @property
    def randomised(self) -> bool:
        """Whether another seed may answer differently; not without alternatives."""
        return self.switch.config.total_alternatives > 0

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """The votes' outcomes."""
        return [ballot.prediction for ballot in self.ballots(examples)]

    def draws(self, examples: Sequence[Example], seeds: Sequence[int]) -> list[list[Prediction]]:
        """For each seed what ``reseeded(seed).predict(examples)`` answers; one plan a text, each row asked once."""
        ranked = word_importance(self.switch.classifier, examples, self.switch.config.importance)
        plans = self.switch.plans(examples, ranked)
        found = [self.switch.draw(examples, plans, seed) for seed in seeds]
        return [[ballot.prediction for ballot in ballots] for ballots in self._votes(examples, found, seeds, ranked)]

    def ballots(self, examples: Sequence[Example]) -> list[Ballot]:
        """The whole vote on each example."""
        return [ballot for ballot, _ in self.explain(examples)]

    def explain(self, examples: Sequence[Example]) -> list[tuple[Ballot, SwitchResult]]:
        """The vote on each example, beside what SWITCH found."""
        found = self.switch.run(examples, self.config.seed)
        (ballots,) = self._votes(examples, [found], [self.config.seed], [result.importances for result in found])
        return list(zip(ballots, found, strict=True))

    def _votes(
        self,
        examples: Sequence[Example],
        found: Sequence[Sequence[Drawn | SwitchResult]],
        seeds: Sequence[int],
        ranked: Sequence[Importances],
    ) -> list[list[Ballot]]:
        """For each seed the votes on the examples; the first to name a text bears its cost."""
        ranking = [rows_read(self.switch.config.importance, importances) for importances in ranked]
        asked: dict[Example, None] = {}
        new: list[list[list[Example]]] = []
        for results in found:
            new.append([])
            for example, result in zip(examples, results, strict=True):
                fresh = [row for row in (example, *self._texts(example, result)) if row not in asked]
                asked.update(dict.fromkeys(fresh))
                new[-1].append(list(dict.fromkeys(fresh)))
        answers = dict(zip(asked, self.classifier.predict(list(asked)), strict=True))
        votes = []
        for place, (results, rows, seed) in enumerate(zip(found, new, seeds, strict=True)):
            once = ranking if place == 0 else [0] * len(examples)
            costs = [cost + sum(answers[row].rows for row in fresh) for cost, fresh in zip(once, rows, strict=True)]
            votes.append([self._ballot(*one, seed, answers) for one in zip(examples, results, costs, strict=True)])
        return votes

    def _texts(self, example: Example, result: Drawn | SwitchResult) -> list[Example]:
        return [self.task.with_text(example, alternative.text) for alternative in result.alternatives]

    def _ballot(
        self,
        example: Example,
        result: Drawn | SwitchResult,
        cost: int,
        seed: int,
        answers: Mapping[Example, Prediction],
    ) -> Ballot:
        text, original = self.task.text(example), answers[example]
        weight = self.config.vote.original_weight
        members = [Member("original", text, (), None, original.logits, original.label, weight)]
        for one, asked in zip(result.alternatives, self._texts(example, result), strict=True):
            answer = answers[asked]
            members.append(Member("alternative", one.text, one.swaps, one.similarity, answer.logits, answer.label, 1.0))
        words = tuple(chosen.word for chosen in result.chosen if chosen.candidates)
        ballot = count(members, words, seed, self.config.vote, original.flags, self._drawn(result), _why_none(result))
        return replace(ballot, prediction=replace(ballot.prediction, rows=cost))

    def _drawn(self, result: Drawn | SwitchResult) -> bool:
        """Whether another seed would have other alternatives; where all there are were drawn, it would not."""
        return self.randomised and (result.ended != "exhausted" or self.switch.config.random_out_of > 0)


def _why_none(result: Drawn | SwitchResult) -> str:
    """Why SWITCH has no alternatives, where it has none."""
    if result.refused:
        return f"The sentence gate refused all {len(result.refused)} alternatives."
    return ENDINGS[result.ended]


# The paper averages probabilities for IMDB; its released code averaged logits (METHODS, section 5).
_PAPER = {
    "imdb": FuseSettings(
        SwitchConfig(perturb_words=3, total_alternatives=12, multiplier=17),
        FuseConfig(VoteConfig("mean_probabilities")),
    ),
    "mnli": FuseSettings(SwitchConfig(perturb_words=2, total_alternatives=14, multiplier=14)),
}
# Swapped words turn entailment more easily than sentiment, so MNLI's own text counts as much as all the others.
_SHIPPED = {
    "imdb": FuseSettings(SwitchConfig(perturb_words=3, total_alternatives=12, multiplier=17, min_word_cosine=0.6)),
    "mnli": FuseSettings(
        SwitchConfig(perturb_words=3, candidates_per_word=19, total_alternatives=4, multiplier=13, min_word_cosine=0.5,
                     min_similarity=0.77),
        FuseConfig(VoteConfig(original_weight=4.0)),
    ),
}  # fmt: skip


def _preset(task: Task, preset: Preset, embedding_std: float) -> FuseSettings:
    return (_SHIPPED if preset == "shipped" else _PAPER)[task.settings_of]


def _wrap(classifier: Classifier, lexicon: Lexicon, settings: FuseSettings) -> Fuse:
    return Fuse(classifier, Switch(classifier, lexicon, settings.switch), settings.fuse)


def _idle(settings: FuseSettings) -> FuseSettings:
    return replace(settings, switch=replace(settings.switch, total_alternatives=0))


def _answers_only(settings: FuseSettings) -> FuseSettings:
    """Words ranked by leave-one-out, unless the settings rank without gradients already."""
    if settings.switch.importance.method in BLACK_BOX_METHODS:
        return settings
    return replace(settings, switch=replace(settings.switch, importance=ImportanceConfig("leave_one_out")))


FUSE = Defense(
    "fuse",
    "FuSE",
    "alternatives of the text, in which important words became near-synonyms, vote with it",
    Fuse,
    FuseSettings,
    _preset,
    _wrap,
    _idle,
    space={
        "perturb_words": Whole(1, 6),
        "candidates_per_word": Whole(2, 30),
        "min_word_cosine": OneOf(WORD_FLOORS),
        "total_alternatives": Whole(2, 16),
        "multiplier": Whole(1, 20),
        "min_similarity": Real(0.5, 0.95),
        "rule": OneOf(RULES),
        "original_weight": Real(0.0, 8.0),
    },
    answers_only=_answers_only,
)

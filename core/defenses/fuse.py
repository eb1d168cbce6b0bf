"""FuSE: fuzzed sentences vote (METHODS, section 5).

Members are the text itself and its SWITCH alternatives, derived from the very text being classified. (The released code
fetched them by dataset index, which after a shuffle belong to another text.)
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from core.defenses.ballot import Ballot, Member, count
from core.defenses.voting import VoteConfig
from core.models.classifier import Classifier, Prediction
from core.perturbation.switch import ENDINGS, Switch, SwitchResult
from core.tasks import Example


@dataclass(frozen=True)
class FuseConfig:
    """How the members vote, and the seed of the draw; what they are is the Switch's configuration."""

    vote: VoteConfig = field(default_factory=VoteConfig)
    seed: int = 0


class Fuse:
    """Wraps any classifier; ``switch`` may rank words with the same one or another.

    Asks the classifier 1 + ``total_alternatives`` times a text at most, all texts in one flat batch.
    """

    def __init__(self, classifier: Classifier, switch: Switch, config: FuseConfig = FuseConfig()) -> None:
        self.classifier, self.switch, self.config = classifier, switch, config
        self.task = classifier.task
        self.name = f"FuSE({classifier.name})"

    def reseeded(self, seed: int) -> "Fuse":
        """The same defence, drawing with ``seed``."""
        return Fuse(self.classifier, self.switch, replace(self.config, seed=seed))

    @property
    def randomised(self) -> bool:
        """Whether another seed may answer differently; not without alternatives."""
        return self.switch.config.total_alternatives > 0

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """The votes' outcomes."""
        return [ballot.prediction for ballot in self.ballots(examples)]

    def ballots(self, examples: Sequence[Example]) -> list[Ballot]:
        """The whole vote on each example."""
        return [ballot for ballot, _ in self.explain(examples)]

    def explain(self, examples: Sequence[Example]) -> list[tuple[Ballot, SwitchResult]]:
        """The vote on each example, beside what SWITCH found."""
        found = self.switch.run(examples, self.config.seed)
        rows = [
            self.task.with_text(example, text)
            for example, result in zip(examples, found, strict=True)
            for text in (result.text, *(a.text for a in result.alternatives))
        ]
        answers = iter(self.classifier.predict(rows))
        return [(self._ballot(result, answers), result) for result in found]

    def _ballot(self, result: SwitchResult, answers: Iterator[Prediction]) -> Ballot:
        original = next(answers)
        weight = self.config.vote.original_weight
        members = [Member("original", result.text, (), None, original.logits, original.label, weight)]
        for alternative in result.alternatives:
            answer = next(answers)
            members.append(
                Member(
                    "alternative",
                    alternative.text,
                    alternative.swaps,
                    alternative.similarity,
                    answer.logits,
                    answer.label,
                    1.0,
                )
            )
        words = tuple(chosen.word for chosen in result.chosen if chosen.candidates)
        return count(
            members, words, self.config.seed, self.config.vote, original.flags, self._drawn(result), _why_none(result)
        )

    def _drawn(self, result: SwitchResult) -> bool:
        """Whether another seed would have other alternatives; where all there are were drawn, it would not."""
        return self.randomised and (result.ended != "exhausted" or self.switch.config.random_out_of > 0)


def _why_none(result: SwitchResult) -> str:
    """Why SWITCH has no alternatives, where it has none."""
    if result.refused:
        return f"The sentence gate refused all {len(result.refused)} alternatives."
    return ENDINGS[result.ended]

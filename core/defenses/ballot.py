"""The record of a vote: who was asked, what each said, how it was counted, what came out. What the page draws."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.defenses.voting import Rule, VoteConfig, vote
from core.language.text import Word
from core.models.classifier import Prediction
from core.perturbation.switch import Swap

RANDOMISED = "This defence is randomised: another seed may answer differently."
UNDEFENDED = "So this is the plain prediction."
_RULES: dict[Rule, str] = {
    "mean_logits": "the average of the logits decides, not the count: a sure voter moves it more than an unsure one",
    "mean_probabilities": "the average of the probabilities decides, not the count: a sure voter moves it more",
    "majority": "the class with the most votes wins; a tie goes to the unchanged text's own answer",
}


@dataclass(frozen=True)
class Member:
    """One voter: the original, an alternative text (with its swaps), or a noised copy (``text`` is the original)."""

    kind: str
    text: str
    swaps: tuple[Swap, ...]
    similarity: float | None
    logits: tuple[float, ...]
    label: int
    weight: float


@dataclass(frozen=True)
class Ballot:
    """A vote on one text; ``members[0]`` is the original, ``words`` are those that were perturbed.

    ``alone`` says why nobody else voted; empty where there was a vote.
    """

    prediction: Prediction
    members: tuple[Member, ...]
    words: tuple[Word, ...]
    seed: int
    rule: Rule
    alone: str = ""

    def votes(self, classes: int) -> tuple[float, ...]:
        """The members' weight that each class won: what ``majority`` counts."""
        weights = [member.weight for member in self.members]
        won = np.bincount([m.label for m in self.members], weights=weights, minlength=classes)
        return tuple(won.tolist())

    def shares(self, classes: int) -> tuple[float, ...]:
        """The share of the members' weight that each class won."""
        votes = self.votes(classes)
        return tuple(won / max(sum(votes), 1e-12) for won in votes)

    @property
    def counted(self) -> int:
        """The class that would win were votes counted; it is the outcome under ``majority``, an average may differ."""
        logits, weights = np.array([m.logits for m in self.members]), np.array([float(m.weight) for m in self.members])
        return vote(logits, weights, "majority")[1] if weights.any() else self.prediction.label

    @property
    def decided_by(self) -> str:
        """What makes the votes one answer, in words: a count, or an average that may differ from it."""
        return self.alone or _RULES[self.rule]


def count(
    members: Sequence[Member],
    words: tuple[Word, ...],
    seed: int,
    config: VoteConfig,
    flags: tuple[str, ...],
    drawn: bool,
    alone: str,
) -> Ballot:
    """The ballot of ``members``. A lone original is the plain prediction, and the flags say so with ``alone``, the why.

    ``drawn``: whether another seed would have asked other members.
    """
    if len(members) == 1:
        only = members[0]
        said = Prediction(only.logits, only.label, (*flags, f"{alone} {UNDEFENDED}"))
        return Ballot(said, tuple(members), (), seed, config.rule, alone)
    logits = np.array([m.logits for m in members])
    combined, label = vote(logits, np.array([float(m.weight) for m in members]), config.rule)
    said = Prediction(tuple(combined.tolist()), label, (*flags, RANDOMISED) if drawn else flags)
    return Ballot(said, tuple(members), words, seed, config.rule)

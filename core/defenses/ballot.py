"""The record of a vote: who was asked, what each said, what came out. What the page draws."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.defenses.voting import VoteConfig, vote
from core.language.text import Word
from core.models.classifier import Prediction
from core.perturbation.switch import Swap

RANDOMISED = "This defence is randomised: another seed may answer differently."
UNPERTURBED = "No word could be perturbed, so this is the plain prediction."


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
    """A vote on one text; ``members[0]`` is the original, ``words`` are those that were perturbed."""

    prediction: Prediction
    members: tuple[Member, ...]
    words: tuple[Word, ...]
    seed: int

    def shares(self, classes: int) -> tuple[float, ...]:
        """The share of the members' weight that each class won."""
        weights = [member.weight for member in self.members]
        votes = np.bincount([m.label for m in self.members], weights=weights, minlength=classes)
        return tuple((votes / max(sum(weights), 1e-12)).tolist())


def count(
    members: Sequence[Member], words: tuple[Word, ...], seed: int, config: VoteConfig, flags: tuple[str, ...]
) -> Ballot:
    """The ballot of ``members``; a lone original is the plain prediction and the flags say so."""
    if len(members) == 1:
        only = members[0]
        return Ballot(Prediction(only.logits, only.label, (*flags, UNPERTURBED)), tuple(members), (), seed)
    logits = np.array([m.logits for m in members])
    combined, label = vote(logits, np.array([m.weight for m in members]), config.rule)
    return Ballot(Prediction(tuple(combined.tolist()), label, (*flags, RANDOMISED)), tuple(members), words, seed)

"""How the members of an ensemble become one answer (METHODS, section 5). Used by FuSE and FIVE."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from core.errors import ConfigError
from core.models.classifier import softmax

Rule = Literal["mean_logits", "mean_probabilities", "majority"]


@dataclass(frozen=True)
class VoteConfig:
    """``rule`` combines; the original counts ``original_weight`` times (0 leaves it out), every other member once."""

    rule: Rule = "mean_logits"
    original_weight: float = 1.0

    def __post_init__(self) -> None:
        if self.rule not in get_args(Rule):
            raise ConfigError(f"rule must be one of {', '.join(get_args(Rule))}, was given {self.rule!r}.")
        if not 0.0 <= self.original_weight <= 100.0:
            raise ConfigError(f"original_weight must be between 0 and 100, was given {self.original_weight}.")


def vote(logits: np.ndarray, weights: np.ndarray, rule: Rule) -> tuple[np.ndarray, int]:
    """Logits (classes,) and the winning label of an ensemble; ``logits`` (members, classes), the original first.

    ``mean_logits`` is the paper's averaging. ``mean_probabilities`` averages after softmax and answers its logarithm.
    ``majority`` counts winners and answers log((votes + 1) / (members + classes)), so that probabilities shown to a
    user or an attacker mean something. Ties go to the original's label.
    """
    if not weights.any():
        raise ConfigError("A vote needs a member with a weight above 0.")
    original = int(logits[0].argmax())
    if rule == "mean_logits":
        combined = np.average(logits, axis=0, weights=weights)
    elif rule == "mean_probabilities":
        combined = np.log(np.average(softmax(logits.astype(np.float64)), axis=0, weights=weights).clip(1e-30))
    else:
        votes = np.bincount(logits.argmax(axis=1), weights=weights, minlength=logits.shape[1])
        combined = np.log((votes + 1.0) / (weights.sum() + logits.shape[1]))
    tied = np.flatnonzero(combined >= combined.max() - 1e-12)
    return combined, original if original in tied else int(tied[0])

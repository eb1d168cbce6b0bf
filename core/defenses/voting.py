"""How the members of an ensemble become one answer (METHODS, section 5). Used by FuSE and FIVE."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float

from core.errors import ConfigError
from core.models.classifier import softmax
from core.ranges import check, option, setting

Rule = Literal["mean_logits", "mean_probabilities", "majority"]
RULES: tuple[Rule, ...] = get_args(Rule)


@dataclass(frozen=True)
class VoteConfig:
    """``rule`` combines; the original counts ``original_weight`` times (0 leaves it out), every other member once."""

    rule: Rule = option("mean_logits", "how the votes become one answer; the paper averages logits")
    original_weight: float = setting(1.0, 0.0, 100.0, "how often the unchanged text counts; 0 leaves it out")

    def __post_init__(self) -> None:
        check(self)


def vote(
    logits: Float[np.ndarray, "members classes"], weights: Float[np.ndarray, " members"], rule: Rule
) -> tuple[Float[np.ndarray, " classes"], int]:
    """Logits and the winning label of an ensemble, the original first among its members.

    ``mean_logits`` is the paper's averaging. ``mean_probabilities`` averages after softmax and answers its logarithm.
    ``majority`` counts winners and answers log((votes + 1) / (members + classes)), so that probabilities shown to a
    user or an attacker mean something. Ties go to the original's label.
    """
    if not weights.any():
        raise ConfigError("A vote needs a member with a weight above 0.")
    original = int(logits[0].argmax())
    if rule == "mean_logits":
        combined = weights @ logits / weights.sum()
    elif rule == "mean_probabilities":
        combined = np.log(np.average(softmax(logits.astype(np.float64)), axis=0, weights=weights).clip(1e-30))
    else:
        votes = np.bincount(logits.argmax(axis=1), weights=weights, minlength=logits.shape[1])
        combined = np.log((votes + 1.0) / (weights.sum() + logits.shape[1]))
    best = int(combined.argmax())
    return combined, original if combined[original] >= combined[best] - 1e-12 else best

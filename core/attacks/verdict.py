"""Whether a classifier is wrong about a text: decided by draws that neither search nor confirmation saw (METHODS 10).

A search that tests flips with fresh draws until one passes has chosen its text by those very draws, so they cannot
judge it. The verdict draws anew, with seeds for nothing else, as often for every text, the original included; a wrong
majority breaks. A deterministic classifier has one answer. Used by the search, the ladder and the tuning's trials.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.attacks.flow import derived_seed
from core.models.classifier import Classifier, Prediction, draw_each, is_randomised
from core.tasks import Example

ORIGINAL, FINAL = "original", "final"
"""What is judged: the text as it was given, the text that an attack ended with."""


@dataclass(frozen=True)
class Verdict:
    """Of one text: ``wrong`` of ``draws`` answers were not ``label``, the right one. Without draws it says nothing."""

    label: int
    wrong: int
    draws: int
    answer: int
    """The label that stands for the draws: the right one, or of a wrong majority the most frequent wrong one."""

    @property
    def broken(self) -> bool:
        """More than half are wrong."""
        return 2 * self.wrong > self.draws


def verdict_of(answers: Sequence[Prediction], label: int | None) -> Verdict:
    """The verdict that the draws come to; ``label`` None takes the most frequent answer for right."""
    votes = [answer.label for answer in answers]
    often = sorted(sorted(set(votes)), key=votes.count, reverse=True)
    right = often[0] if label is None else label
    wrong = [vote for vote in often if vote != right]
    count = len(votes) - votes.count(right)
    broken = 2 * count > len(votes)
    return Verdict(right, count, len(votes), wrong[0] if broken else right)


def verdict_seeds(seed: int, judged: str, draws: int) -> tuple[int, ...]:
    """The seeds of a verdict on an original or a final text; nothing else draws with them."""
    return tuple(derived_seed(seed, "verdict", judged, draw) for draw in range(draws))


def judge(
    classifier: Classifier,
    examples: Sequence[Example],
    labels: Sequence[int],
    draws: int,
    seed: int = 0,
    judged: str = FINAL,
) -> list[Verdict]:
    """Verdicts on texts found elsewhere; a deterministic classifier is asked once."""
    seeds = verdict_seeds(seed, judged, draws if is_randomised(classifier) else 1)
    found = draw_each(classifier, examples, seeds)
    return [verdict_of(answers, label) for answers, label in zip(zip(*found, strict=True), labels, strict=True)]

"""Answers to labelled rows as plain lines, and what a set of them comes to: a fold, whoever gave them, when and where.

A line holds the votes of all draws. A row is right unless a majority of its draws is wrong, the rule that verdicts on
attacked texts go by (:mod:`core.attacks.verdict`).
"""

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.attacks.verdict import Verdict
from core.datasets import Row
from core.evaluation.metrics import PAPER_BATCH, Scores, score
from core.evaluation.statistics import Estimate, over_draws, self_agreement, share
from core.models.classifier import Classifier, draw_each

SATURATED = 0.999
"""An answer this sure has no gradient and no ranking of words left in its six digits."""


def answer_lines(classifier: Classifier, rows: Sequence[Row], seeds: Sequence[int] = ()) -> list[dict[str, Any]]:
    """One line a row: ``given`` label, ``votes`` of each draw, the first draw's surest probability, model rows, flags.

    Without ``seeds`` the classifier is asked once, as it is. Raises what the classifier raises.
    """
    examples = [row.example for row in rows]
    found = draw_each(classifier, examples, seeds) if seeds else [classifier.predict(examples) if examples else []]
    return [
        {
            "given": row.label,
            "votes": [answer.label for answer in drawn],
            "top": round(max(drawn[0].probabilities), 6),
            "rows": sum({id(answer): answer.rows for answer in drawn}.values()),
            "flags": list(drawn[0].flags),
        }
        for row, drawn in zip(rows, zip(*found, strict=True), strict=True)
    ]


@dataclass
class Tally:
    """Counts lines of rows that have a label. ``classes`` is how many labels there are."""

    classes: int
    truth: "array[int]" = field(default_factory=lambda: array("i"))
    votes: "list[array[int]]" = field(default_factory=list)
    right: "array[int]" = field(default_factory=lambda: array("b"))
    flags: Counter[str] = field(default_factory=Counter)
    saturated: int = 0
    abstained: int = 0
    model_rows: int = 0

    def add(self, lines: Iterable[dict[str, Any]]) -> None:
        """Count more lines; all of them have as many draws."""
        for line in lines:
            label, votes = line["given"], line["votes"]
            self.votes = self.votes or [array("i") for _ in votes]
            for draw, vote in zip(self.votes, votes, strict=True):
                draw.append(vote)
            self.truth.append(label)
            wrong = sum(vote != label for vote in votes)
            self.right.append(not Verdict(label, wrong, len(votes), label).broken)
            self.flags.update(line["flags"])
            self.saturated += line["top"] >= SATURATED
            self.abstained += any(vote not in range(self.classes) for vote in votes)
            self.model_rows += line["rows"]

    @property
    def draws(self) -> int:
        """Answers a row."""
        return len(self.votes) or 1

    @property
    def accuracy(self) -> Estimate:
        """The share of rows without a wrong majority."""
        return share(sum(self.right), len(self.right))

    @property
    def commonest(self) -> float:
        """The share of the first draws that are the answer given most often: near 1 it is a constant."""
        counts = Counter(self.votes[0] if self.votes else ())
        return max(counts.values()) / len(self.truth) if counts else float("nan")

    def scores(self, paper_batch: int = PAPER_BATCH) -> Scores:
        """Of the first draw alone."""
        return score(np.frombuffer(self.truth, np.int32), np.frombuffer(self.votes[0], np.int32), self.classes,
                     paper_batch)  # fmt: skip

    def expected(self) -> Estimate:
        """The mean accuracy of a draw; the interval covers samples and draws."""
        return over_draws(self._given() == np.frombuffer(self.truth, np.int32))

    def agreement(self) -> Estimate:
        """The chance that two draws give the same answer; for two draws or more."""
        return self_agreement(self._given(), self.classes)

    def _given(self) -> np.ndarray:
        """(draws, samples)."""
        return np.array([np.frombuffer(one, dtype=np.int32) for one in self.votes])

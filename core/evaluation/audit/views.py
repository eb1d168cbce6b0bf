"""What an attacker may look at in place of the probabilities that are shown: cooled ones, bare labels, the votes.

The classifier under attack decides all the same; if another view of it makes a better attack, its number is worth what
that attack leaves.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeGuard, runtime_checkable

import numpy as np

from core.defenses.ballot import Ballot
from core.models.classifier import Classifier, Prediction, is_randomised
from core.tasks import Example

Change = Callable[[Classifier, Sequence[Example]], list[Prediction]]


@runtime_checkable
class ShowsVotes(Classifier, Protocol):
    """A classifier whose votes can be seen."""

    def ballots(self, examples: Sequence[Example]) -> list[Ballot]:
        """The whole vote on each example."""
        ...


def shows_votes(classifier: Classifier) -> TypeGuard[ShowsVotes]:
    """Whether its votes can be seen."""
    return isinstance(classifier, ShowsVotes)


class View:
    """``classifier`` through ``change``. Draws as it does."""

    def __init__(self, classifier: Classifier, change: Change, what: str) -> None:
        self.classifier, self.change, self.what = classifier, change, what
        self.task = classifier.task
        self.name = f"{what} of {classifier.name}"

    @property
    def randomised(self) -> bool:
        """As the classifier."""
        return is_randomised(self.classifier)

    def reseeded(self, seed: int) -> "View":
        """The same view of another draw."""
        again = self.classifier.reseeded(seed) if is_randomised(self.classifier) else self.classifier
        return View(again, self.change, self.what)

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """What is seen."""
        return self.change(self.classifier, examples)


def cooled(classifier: Classifier, temperature: float) -> View:
    """Probabilities of the logits divided by ``temperature``."""

    def change(asked: Classifier, examples: Sequence[Example]) -> list[Prediction]:
        answers = asked.predict(examples)
        return [replace(a, logits=tuple(x / temperature for x in a.logits)) for a in answers]

    return View(classifier, change, f"logits / {temperature:.3g}")


def labels_only(classifier: Classifier) -> View:
    """The label and nothing else."""

    def change(asked: Classifier, examples: Sequence[Example]) -> list[Prediction]:
        classes = range(len(asked.task.labels))
        return [replace(a, logits=tuple(2.0 * (a.label == i) for i in classes)) for a in asked.predict(examples)]

    return View(classifier, change, "labels")


def by_votes(classifier: Classifier) -> View:
    """The members' mean probabilities in place of the score that is shown; the label stays the deployed one's."""

    def change(asked: Classifier, examples: Sequence[Example]) -> list[Prediction]:
        assert isinstance(asked, ShowsVotes)
        return [_voted(ballot) for ballot in asked.ballots(examples)]

    return View(classifier, change, "votes")


def _voted(ballot: Ballot) -> Prediction:
    given = ballot.prediction
    each = np.array([Prediction(m.logits, m.label).probabilities for m in ballot.members])
    weights = np.array([float(m.weight) for m in ballot.members])
    mean = np.average(each, axis=0, weights=weights if weights.any() else None)
    return replace(given, logits=tuple(np.log(np.maximum(mean, 1e-30)).tolist()))

"""What a determined attacker looks at in a randomised classifier (METHODS, section 10).

Views to search on: the mean of several draws, or one fixed draw. The verdict is always the deployed classifier's
(:mod:`core.attacks.verdict`). The ladder puts the views side by side (:mod:`core.evaluation.ladder_plan`).
"""

from collections.abc import Sequence

import numpy as np

from core.attacks.flow import derived_seed
from core.errors import ConfigError
from core.models.classifier import Prediction, RandomisedClassifier, draw_each
from core.models.slopes import Sloped, SlopeOf, drawn_slopes, slopes_of
from core.tasks import Example


class Averaged:
    """The mean probabilities of ``times`` draws: an attacker who asks several times. Costs ``times`` as much."""

    def __init__(self, classifier: RandomisedClassifier, times: int, seed: int = 0) -> None:
        if times < 1:
            raise ConfigError(f"A mean needs one draw or more, was given {times}.")
        self.classifier, self.price, self.seed = classifier, times, seed
        self.task = classifier.task
        self.name = f"mean of {times} draws of {classifier.name}"

    @property
    def randomised(self) -> bool:
        """As that whose draws are averaged."""
        return self.classifier.randomised

    def reseeded(self, seed: int) -> "Averaged":
        """The same mean over other draws."""
        return Averaged(self.classifier, self.price, seed)

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """Logits are the logarithms of the mean probabilities."""
        seeds = [derived_seed(self.seed, "mean", draw) for draw in range(self.price)]
        draws = draw_each(self.classifier, examples, seeds)
        return [self._mean(answers) for answers in zip(*draws, strict=True)]

    def slopes(self, examples: Sequence[Example], asked: Sequence[SlopeOf]) -> list[Sloped]:
        """The mean over the same draws; one is enough where the draw does not reach what is differentiated."""
        times = self.price if drawn_slopes(self.classifier) else 1
        seeds = [derived_seed(self.seed, "mean", draw) for draw in range(times)]
        draws = [slopes_of(self.classifier.reseeded(seed), examples, asked) for seed in seeds]
        return [_mean_slope(found) for found in zip(*draws, strict=True)]

    def _mean(self, answers: Sequence[Prediction]) -> Prediction:
        mean = np.mean([answer.probabilities for answer in answers], axis=0)
        logits = np.log(np.maximum(mean, 1e-30))
        questions, rows = sum(answer.questions for answer in answers), sum(answer.rows for answer in answers)
        return Prediction(tuple(logits.tolist()), int(logits.argmax()), answers[-1].flags, questions, rows)


class Fixed:
    """One draw, always the same: an attacker who knows the seed. Deterministic."""

    def __init__(self, classifier: RandomisedClassifier, seed: int = 0) -> None:
        self.classifier = classifier.reseeded(seed)
        self.task = classifier.task
        self.name = f"{classifier.name} with seed {seed}"

    def predict(self, examples: Sequence[Example]) -> list[Prediction]:
        """The answers of that draw."""
        return self.classifier.predict(examples)


def _mean_slope(draws: Sequence[Sloped]) -> Sloped:
    """Logits and slopes, averaged; each draw is a question."""
    logits = np.mean([draw.logits for draw in draws], axis=0)
    slopes = tuple(tuple(np.mean(place, axis=0).tolist()) for place in zip(*(d.slopes for d in draws), strict=True))
    rows = sum(draw.rows for draw in draws)
    return Sloped(tuple(logits.tolist()), int(logits.argmax()), (), len(draws), rows, slopes)

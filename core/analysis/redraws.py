"""The dice: a randomised defence asked again and again about one text, each time with a seed of its own.

Shows how much of an answer is luck. One request of a user is one of these draws.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from core.analysis.request import AnalysisRequest
from core.defenses.registry import DEFENSES
from core.language.lexicon import Lexicon
from core.models.classifier import draw_each
from core.models.gradients import GradientClassifier
from core.models.remembering import RememberingClassifier


@dataclass(frozen=True)
class Redraws:
    """The draws so far: the winning label of each, and the probability it gave to the class ``reference``.

    ``reference`` is the class that the plain classifier answers.
    """

    defense: str
    labels: tuple[str, ...]
    reference: int
    winners: tuple[int, ...]
    probabilities: tuple[float, ...]
    wanted: int

    @property
    def counts(self) -> tuple[int, ...]:
        """How many draws each class won."""
        return tuple(self.winners.count(label) for label in range(len(self.labels)))


def redraw(
    classifier: GradientClassifier,
    lexicon: Lexicon,
    request: AnalysisRequest,
    defense: str,
    draws: int = 100,
    step: int = 10,
) -> Iterator[Redraws]:
    """``draws`` answers of the defence with seeds request.seed + 1, + 2, ..., told every ``step`` of them.

    Costs at most draws x members rows; a row that was asked before is not asked again.
    """
    settings = request.settings.of(defense)
    shared = RememberingClassifier(classifier)
    reference = shared.predict([request.example])[0].label
    asked = DEFENSES[defense].wrap(shared, lexicon, settings)
    winners: list[int] = []
    probabilities: list[float] = []
    labels = classifier.task.labels
    for start in range(0, draws, step):
        seeds = [request.seed + draw for draw in range(start + 1, min(start + step, draws) + 1)]
        found = [prediction for (prediction,) in draw_each(asked, [request.example], seeds)]
        winners += [prediction.label for prediction in found]
        probabilities += [prediction.probabilities[reference] for prediction in found]
        yield Redraws(defense, labels, reference, tuple(winners), tuple(probabilities), draws)

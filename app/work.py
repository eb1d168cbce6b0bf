"""The page's work on one text, for its handlers and its endpoints alike.

Each function refuses a request that would cost more than the page allows (:mod:`app.cost`) and ends as soon as its
client has gone (:mod:`app.watch`). To be called, or first advanced, by the handler of the event.
"""

from collections.abc import Iterator
from itertools import islice

from app.catalog import Catalog
from app.cost import Part, analysis_parts, check_cost, check_draws, curve_parts, dice_parts
from app.watch import WatchedClassifier
from core.analysis import stages
from core.analysis.cloud import SIGMAS, Cloud, SigmaPoint, draw_cloud, sigma_curve
from core.analysis.redraws import Redraws, redraw
from core.analysis.request import AnalysisRequest
from core.language.text import Word
from core.models.classifier import Prediction
from core.perturbation.switch import Switch, SwitchResult
from core.projection import Method, project
from core.ranges import number
from core.tasks import Example

MAX_DRAWS = 1000
PROJECTED = 400
"""Most noised copies for UMAP and t-SNE, whose time grows faster than their number."""


def answer(catalog: Catalog, task: str, example: Example, model: str, visitor: str) -> Prediction:
    """What the model says."""
    return catalog.models(task, model, visitor)[0].predict([example])[0]


def analysis(catalog: Catalog, asked: AnalysisRequest, visitor: str) -> Iterator[stages.Analysis]:
    """The stages of an analysis."""
    classifier, lexicon = catalog.models(asked.task, asked.model, visitor)
    _afford(catalog, classifier, asked, analysis_parts(asked.settings, _pieces(classifier, asked)))
    check_draws(asked.settings.switch, len(asked.text))
    yield from stages.analyse(classifier, lexicon, asked)


def importance(catalog: Catalog, asked: AnalysisRequest, visitor: str) -> stages.Analysis:
    """The first two stages of an analysis: the answer, and the importance of the words."""
    classifier, lexicon = catalog.models(asked.task, asked.model, visitor)
    _afford(catalog, classifier, asked, analysis_parts(asked.settings, _pieces(classifier, asked))[:1])
    _, known = islice(stages.analyse(classifier, lexicon, asked), 2)
    return known


def alternatives(catalog: Catalog, asked: AnalysisRequest, visitor: str) -> SwitchResult:
    """The re-worded texts that SWITCH makes, none of which the model is asked."""
    classifier, lexicon = catalog.models(asked.task, asked.model, visitor)
    _afford(catalog, classifier, asked, analysis_parts(asked.settings, _pieces(classifier, asked))[:2])
    check_draws(asked.settings.switch, len(asked.text))
    return Switch(classifier, lexicon, asked.settings.switch).run([asked.example], asked.seed)[0]


def vote(catalog: Catalog, asked: AnalysisRequest, visitor: str, defense: str) -> stages.Analysis:
    """What one defence answers, member by member."""
    classifier, lexicon = catalog.models(asked.task, asked.model, visitor)
    _afford(catalog, classifier, asked, dice_parts(asked.settings, defense, 1))
    check_draws(asked.settings.switch, len(asked.text))
    return stages.vote(classifier, lexicon, asked, defense)


def cloud(
    catalog: Catalog, asked: AnalysisRequest, visitor: str, sigma: float, draws: int, method: Method,
    only: Word | None = None,
) -> Cloud:  # fmt: skip
    """Noised copies in two dimensions; ``only`` restricts the noise to one word."""
    sigma = number("sigma", sigma, 0.0, 1000.0)
    draws = number("draws", draws, 1, MAX_DRAWS if method == "pca" else PROJECTED, whole=True)
    classifier, lexicon = catalog.models(asked.task, asked.model, visitor)
    _afford(catalog, classifier, asked, curve_parts(draws, 1))
    place = project if method == "pca" else classifier.watch.apart(project)
    return draw_cloud(classifier, lexicon, asked, sigma, draws, method, only, place)


def curve(
    catalog: Catalog, asked: AnalysisRequest, visitor: str, draws: int, only: Word | None = None
) -> Iterator[SigmaPoint]:
    """The classes that ``draws`` noised copies lead to at each of ten sigmas."""
    draws = number("draws", draws, 1, MAX_DRAWS, whole=True)
    classifier, lexicon = catalog.models(asked.task, asked.model, visitor)
    _afford(catalog, classifier, asked, curve_parts(draws, len(SIGMAS)))
    yield from sigma_curve(classifier, lexicon, asked, SIGMAS, draws, only)


def dice(catalog: Catalog, asked: AnalysisRequest, visitor: str, defense: str, draws: int) -> Iterator[Redraws]:
    """A randomised defence asked ``draws`` times."""
    draws = number("draws", draws, 1, MAX_DRAWS, whole=True)
    classifier, lexicon = catalog.models(asked.task, asked.model, visitor)
    _afford(catalog, classifier, asked, dice_parts(asked.settings, defense, draws))
    check_draws(asked.settings.switch, len(asked.text))
    yield from redraw(classifier, lexicon, asked, defense, draws)


def _pieces(classifier: WatchedClassifier, asked: AnalysisRequest) -> int:
    return len(classifier.encode([asked.example])[0].ids)


def _afford(catalog: Catalog, classifier: WatchedClassifier, asked: AnalysisRequest, parts: list[Part]) -> None:
    check_cost(parts, _pieces(classifier, asked), catalog.shelf.settings.limits.pieces)

"""The page's work on one text, for its handlers and its endpoints alike.

Each function refuses a request that would cost more than the page allows (:mod:`app.cost`) and ends as soon as its
client has gone (:mod:`app.watch`). A question that was answered before, for whomever, is answered from memory
(:mod:`app.answered`). To be called, or first advanced, by the handler of the event.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any, cast

from app.answered import key_of, once, once_told, recalled
from app.catalog import Catalog
from app.cost import (
    Part,
    analysis_parts,
    check_cost,
    check_draws,
    curve_parts,
    dice_parts,
    importance_parts,
    words_parts,
)
from app.watch import WatchedClassifier
from app.zero_gpu import heavy, seconds_for
from core.analysis import stages
from core.analysis.before_after import METHODS, ORDERS, PLACES, Comparison, Faithfulness, compare, deletion
from core.analysis.beside import (
    NEAREST,
    SHARES,
    Beside,
    Neighbors,
    SlicePoint,
    curve_beside,
    draw_beside,
    neighbors_beside,
    slice_between,
)
from core.analysis.cloud import SIGMAS, Cloud, SigmaPoint, draw_cloud, sigma_curve
from core.analysis.redraws import Redraws, redraw
from core.analysis.request import AnalysisRequest
from core.analysis.words import Swaps
from core.defenses.registry import PLAIN
from core.language.text import Word
from core.models.classifier import Prediction
from core.models.importance import ImportanceConfig
from core.perturbation.switch import Switch, SwitchResult
from core.projection import Method, project
from core.ranges import number
from core.tasks import Example, get_task

MAX_DRAWS = 1000
PROJECTED = 400
"""Most noised copies for UMAP and t-SNE, whose time grows faster than their number."""


def _seconds(asked: AnalysisRequest, rows: int) -> int:
    return seconds_for(rows, len(asked.text), get_task(asked.task).max_pieces)


def _analysis_seconds(catalog: Catalog, asked: AnalysisRequest, visitor: str, *rest: Any) -> int:
    parts = analysis_parts(asked.settings, min(get_task(asked.task).max_pieces, len(asked.text)))
    return _seconds(asked, sum(part.total for part in parts))


def _cloud_seconds(catalog: Catalog, asked: AnalysisRequest, visitor: str, sigma: float, draws: int, *rest: Any) -> int:
    return _seconds(asked, draws)


def _beside_seconds(
    catalog: Catalog, asked: AnalysisRequest, visitor: str, word: Word, other: str, sigma: float, draws: int, *rest: Any
) -> int:
    return _seconds(asked, NEAREST + 2 * draws)


def _line_seconds(
    catalog: Catalog, asked: AnalysisRequest, visitor: str, word: Word, other: str, sigma: float, draws: int
) -> int:
    return _seconds(asked, len(SHARES) * (1 + draws))


def _curve_seconds(catalog: Catalog, asked: AnalysisRequest, visitor: str, draws: int, *rest: Any) -> int:
    return _seconds(asked, len(SIGMAS) * draws)


def _dice_seconds(catalog: Catalog, asked: AnalysisRequest, visitor: str, defense: str, draws: int) -> int:
    return _seconds(asked, sum(part.total for part in dice_parts(asked.settings, defense, draws)))


def answer(catalog: Catalog, task: str, example: Example, model: str, visitor: str) -> Prediction:
    """What the model says."""
    key = key_of(catalog, "answer", task, [model], example)
    return recalled(catalog, key, lambda: catalog.models(task, model, visitor)[0].predict([example])[0])


@once_told
@heavy(_analysis_seconds)
def analysis(catalog: Catalog, asked: AnalysisRequest, visitor: str) -> Iterator[stages.Analysis]:
    """The stages of an analysis."""
    classifier, lexicon = catalog.models(asked.task, asked.model, visitor)
    _afford(catalog, classifier, asked, analysis_parts(asked.settings, _pieces(classifier, asked)))
    check_draws(asked.settings.switch, len(asked.text))
    yield from stages.analyse(classifier, lexicon, asked)


@once
def importance(catalog: Catalog, asked: AnalysisRequest, visitor: str) -> stages.Analysis:
    """The first two stages of an analysis: the answer, and the importance of the words."""
    classifier, lexicon = catalog.models(asked.task, asked.model, visitor)
    _afford(catalog, classifier, asked, analysis_parts(asked.settings, _pieces(classifier, asked))[:1])
    _, known = islice(stages.analyse(classifier, lexicon, asked), 2)
    return known


@once
@heavy(_analysis_seconds)
def alternatives(catalog: Catalog, asked: AnalysisRequest, visitor: str) -> SwitchResult:
    """The re-worded texts that SWITCH makes, none of which the model is asked."""
    classifier, lexicon = catalog.models(asked.task, asked.model, visitor)
    _afford(catalog, classifier, asked, analysis_parts(asked.settings, _pieces(classifier, asked))[:2])
    check_draws(asked.settings.switch, len(asked.text))
    return Switch(classifier, lexicon, asked.settings.switch).run([asked.example], asked.seed)[0]


@once
@heavy(_analysis_seconds)
def vote(catalog: Catalog, asked: AnalysisRequest, visitor: str, defense: str) -> stages.Analysis:
    """What one defence answers, member by member."""
    classifier, lexicon = catalog.models(asked.task, asked.model, visitor)
    _afford(catalog, classifier, asked, dice_parts(asked.settings, defense, 1))
    check_draws(asked.settings.switch, len(asked.text))
    return stages.vote(classifier, lexicon, asked, defense)


@once
@heavy(_cloud_seconds)
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


@once
@heavy(_beside_seconds)
def beside(
    catalog: Catalog, asked: AnalysisRequest, visitor: str, word: Word, other: str, sigma: float, draws: int,
    method: Method,
) -> tuple[Neighbors, Beside | None]:  # fmt: skip
    """The neighbours of a word, and it in its noise beside ``other``, or beside the one that decides.

    None for a word without neighbours.
    """
    sigma = number("sigma", sigma, 0.0, 1000.0)
    draws = number("draws", draws, 1, MAX_DRAWS if method == "pca" else PROJECTED // 2, whole=True)
    classifier, lexicon = catalog.models(asked.task, asked.model, visitor)
    _afford(catalog, classifier, asked, [*curve_parts(draws, 2), *words_parts(NEAREST, 1)])
    near = neighbors_beside(classifier, lexicon, asked, word)
    if not near.names:
        return near, None
    other = other if other in near.names else near.decisive
    place = project if method == "pca" else classifier.watch.apart(project)
    return near, draw_beside(classifier, lexicon, asked, near, other, sigma, draws, method, place)


@once
def decisive(catalog: Catalog, asked: AnalysisRequest, visitor: str, word: Word) -> str:
    """The neighbour of a word that decides; empty where it has none."""
    classifier, lexicon = catalog.models(asked.task, asked.model, visitor)
    _afford(catalog, classifier, asked, words_parts(NEAREST, 1))
    return neighbors_beside(classifier, lexicon, asked, word).decisive


@once
@heavy(_line_seconds)
def line(
    catalog: Catalog, asked: AnalysisRequest, visitor: str, word: Word, other: str, sigma: float, draws: int
) -> tuple[SlicePoint, ...]:
    """The classes on the line from a word to its neighbour, ``draws`` noised copies at each place."""
    sigma = number("sigma", sigma, 0.0, 1000.0)
    draws = number("draws", draws, 1, MAX_DRAWS, whole=True)
    classifier, lexicon = catalog.models(asked.task, asked.model, visitor)
    _afford(catalog, classifier, asked, curve_parts(1 + draws, len(SHARES)))
    return slice_between(classifier, lexicon, asked, word, other, sigma, draws)


@once_told
@heavy(_curve_seconds)
def other_curve(
    catalog: Catalog, asked: AnalysisRequest, visitor: str, draws: int, word: Word, other: str
) -> Iterator[SigmaPoint]:
    """As :func:`curve`, with ``other`` in the word's place."""
    draws = number("draws", draws, 1, MAX_DRAWS, whole=True)
    classifier, lexicon = catalog.models(asked.task, asked.model, visitor)
    _afford(catalog, classifier, asked, curve_parts(draws, len(SIGMAS)))
    yield from curve_beside(classifier, lexicon, asked, word, other, draws)


@once_told
@heavy(_curve_seconds)
def curve(
    catalog: Catalog, asked: AnalysisRequest, visitor: str, draws: int, only: Word | None = None
) -> Iterator[SigmaPoint]:
    """The classes that ``draws`` noised copies lead to at each of ten sigmas."""
    draws = number("draws", draws, 1, MAX_DRAWS, whole=True)
    classifier, lexicon = catalog.models(asked.task, asked.model, visitor)
    _afford(catalog, classifier, asked, curve_parts(draws, len(SIGMAS)))
    yield from sigma_curve(classifier, lexicon, asked, SIGMAS, draws, only)


@once_told
@heavy(_dice_seconds)
def dice(catalog: Catalog, asked: AnalysisRequest, visitor: str, defense: str, draws: int) -> Iterator[Redraws]:
    """A randomised defence asked ``draws`` times."""
    draws = number("draws", draws, 1, MAX_DRAWS, whole=True)
    classifier, lexicon = catalog.models(asked.task, asked.model, visitor)
    _afford(catalog, classifier, asked, dice_parts(asked.settings, defense, draws))
    check_draws(asked.settings.switch, len(asked.text))
    yield from redraw(classifier, lexicon, asked, defense, draws)


def before_after(catalog: Catalog, task: str, example: Example, swaps: Swaps, method: str) -> Comparison:
    """The plain classifier before the swaps and after."""
    classifier, _ = catalog.models(task)
    config = ImportanceConfig(cast(Any, method))
    pieces = len(classifier.encode([example])[0].ids)
    parts = importance_parts(config, 2, pieces)
    check_cost([*parts, Part("the number of swaps", len(swaps), 1)], pieces, catalog.shelf.settings.limits.pieces)
    key = key_of(catalog, "before_after", task, [PLAIN], example, swaps, method)
    return recalled(catalog, key, lambda: compare(classifier, example, swaps, config))


def faithfulness(catalog: Catalog, task: str, example: Example, seed: int) -> Faithfulness:
    """Deletion curves of every measure, of the plain classifier."""
    classifier, _ = catalog.models(task)
    pieces = len(classifier.encode([example])[0].ids)
    parts = [part for name in METHODS for part in importance_parts(ImportanceConfig(name), 1, pieces)]
    check_cost([*parts, Part("deletion", (len(METHODS) + ORDERS) * PLACES, 1)], pieces,
               catalog.shelf.settings.limits.pieces)  # fmt: skip
    key = key_of(catalog, "faithfulness", task, [PLAIN], example, seed)
    return recalled(catalog, key, lambda: deletion(classifier, example, seed=seed))


def _pieces(classifier: WatchedClassifier, asked: AnalysisRequest) -> int:
    return len(classifier.encode([asked.example])[0].ids)


def _afford(catalog: Catalog, classifier: WatchedClassifier, asked: AnalysisRequest, parts: list[Part]) -> None:
    check_cost(parts, _pieces(classifier, asked), catalog.shelf.settings.limits.pieces)

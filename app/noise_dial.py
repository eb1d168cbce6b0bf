"""Where the noise dial stands and what the noise is on: between the page's controls and core's values. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.looked import EVERY, Place, read_place
from core.analysis.request import AnalysisRequest
from core.errors import UnknownNameError
from core.language.lexicon import Lexicon
from core.language.text import Word
from core.projection import Method
from core.ranges import number

LOW, HIGH = -3, 8
"""Ends of the dial: powers of two, in units of the embedding table's coordinate std."""
ALL = "all of FIVE's words"
LEAST_COPIES, COPIES, MOST_COPIES = 20, 60, 400
PROJECTIONS: dict[str, Method] = {"PCA": "pca", "UMAP": "umap", "t-SNE": "tsne"}


@dataclass(frozen=True)
class NoiseView:
    """What the noise panel shows, as far as a visitor chose it; with nothing chosen it shows what FIVE votes with.

    ``place`` is the word that is noised, ``step`` where the dial stands, ``beside`` the neighbour that stands by.
    """

    place: Place | None = None
    step: float | None = None
    beside: str = ""
    projection: str = "PCA"
    copies: int = COPIES

    def pairs(self) -> dict[str, str]:
        """For a query string; what was not chosen is left out."""
        return {
            "word": "" if self.place is None else str(self.place),
            "noise": "" if self.step is None else f"{self.step:g}",
            "beside": self.beside,
            "cloud": "" if self.projection == "PCA" else PROJECTIONS[self.projection],
            "copies": "" if self.copies == COPIES else str(self.copies),
        }


def read_view(params: Mapping[str, str]) -> NoiseView:
    """What a link's parameters ask for. Raises ConfigError."""
    names = {method: name for name, method in PROJECTIONS.items()}
    cloud, step = params.get("cloud") or "pca", params.get("noise")
    if cloud not in names:
        raise UnknownNameError("projection", cloud, names)
    return NoiseView(
        read_place(params.get("word", "")),
        float(number("The noise dial", step, LOW, HIGH)) if step else None,
        params.get("beside", ""),
        names[cloud],
        int(number("The copies", params.get("copies") or COPIES, LEAST_COPIES, MOST_COPIES, whole=True)),
    )


def step_after(before: AnalysisRequest | None, step: float, now: AnalysisRequest) -> float:
    """Where the dial stands after an analysis: where a visitor has put it, if FIVE's own sigma is what it was."""
    moved = before is not None and not _stands_for(step, before)
    same = before is not None and before.settings.five.sigma_relative == now.settings.five.sigma_relative
    return step if moved and same else dial_for(now)


def moved_to(step: float, request: AnalysisRequest) -> float | None:
    """The dial's place for a link; None where it stands for FIVE's own sigma."""
    return None if _stands_for(step, request) else step


def _stands_for(step: float, request: AnalysisRequest) -> bool:
    """Whether the dial stands where the request's FIVE does, within the width of a step."""
    return math.isclose(step, dial_for(request), abs_tol=1e-3)


def dial_for(request: AnalysisRequest) -> float:
    """Where the dial stands for the sigma that FIVE votes with."""
    return min(max(math.log2(max(request.settings.five.sigma_relative, 1e-9)), LOW), HIGH)


def sigma_at(step: float, request: AnalysisRequest | None) -> float:
    """The relative sigma at a place of the dial; exactly FIVE's where the dial stands for it."""
    if request is not None and _stands_for(step, request):
        return min(max(request.settings.five.sigma_relative, 2.0**LOW), 2.0**HIGH)
    return 2.0**step


def choices(words: Sequence[Word], others: Sequence[Word] = ()) -> list[tuple[str, str]]:
    """What the noise can be on: FIVE's words first, one by one and all together, then the ``others`` that were read."""
    every = [*words, *(word for word in others if word not in words)]
    named = [(word.text, f"{word.start}:{word.end}") for word in every]
    return [*named[: len(words)], (ALL, EVERY), *named[len(words) :]]


def first_with_neighbors(listed: Sequence[tuple[str, str]], lexicon: Lexicon) -> str:
    """The first choice with a neighbour to stand beside it; the first one where there is none."""
    return next((choice for word, choice in listed if lexicon.neighbors.neighbors(word.lower(), 1)), listed[0][1])


def word_of(choice: str, request: AnalysisRequest) -> Word | None:
    """The word that a choice names, or None for all of them."""
    if choice == EVERY:
        return None
    start, end = map(int, choice.split(":"))
    return Word(start, end, request.text[start:end])

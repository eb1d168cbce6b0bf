"""Where the noise dial stands and what the noise is on: between the page's controls and core's values. Pure."""

import math
from collections.abc import Sequence

from core.analysis.request import AnalysisRequest
from core.language.lexicon import Lexicon
from core.language.text import Word

LOW, HIGH = -3, 8
"""Ends of the dial: powers of two, in units of the embedding table's coordinate std."""
ALL = "all of FIVE's words"


def dial_for(request: AnalysisRequest) -> float:
    """Where the dial stands for the sigma that FIVE votes with."""
    return min(max(math.log2(max(request.settings.five.sigma_relative, 1e-9)), LOW), HIGH)


def sigma_at(step: float, request: AnalysisRequest | None) -> float:
    """The relative sigma at a place of the dial; exactly FIVE's where the dial stands for it."""
    if request is not None and math.isclose(step, dial_for(request), abs_tol=1e-3):
        return min(max(request.settings.five.sigma_relative, 2.0**LOW), 2.0**HIGH)
    return 2.0**step


def choices(words: Sequence[Word], others: Sequence[Word] = ()) -> list[tuple[str, str]]:
    """What the noise can be on: FIVE's words first, one by one and all together, then the ``others`` that were read."""
    every = [*words, *(word for word in others if word not in words)]
    named = [(word.text, f"{word.start}:{word.end}") for word in every]
    return [*named[: len(words)], (ALL, ALL), *named[len(words) :]]


def first_with_neighbors(listed: Sequence[tuple[str, str]], lexicon: Lexicon) -> str:
    """The first choice with a neighbour to stand beside it; the first one where there is none."""
    return next((choice for word, choice in listed if lexicon.neighbors.neighbors(word.lower(), 1)), listed[0][1])


def word_of(choice: str, request: AnalysisRequest) -> Word | None:
    """The word that a choice names, or None for all of them."""
    if choice == ALL:
        return None
    start, end = map(int, choice.split(":"))
    return Word(start, end, request.text[start:end])

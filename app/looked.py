"""The word that a visitor looks at: one for the whole page, chosen by a click under Words or in the noise panel. Pure.

It is a word of one text, so it holds wherever that text stands and is forgotten with it: nothing has to be cleared.
"""

from dataclasses import dataclass
from typing import Final, Literal

from core.analysis.request import AnalysisRequest
from core.errors import ConfigError
from core.language.text import find_words
from core.ranges import number

EVERY: Final = "all"
"""All words that FIVE noises, rather than one."""
Place = int | Literal["all"]
"""The number of a word, from 0 in order of the text that may change, or all of FIVE's."""
MAX_PLACE = 10**6


@dataclass(frozen=True)
class Looked:
    """A place in a text of a task."""

    task: str
    text: str
    place: Place


def place_in(looked: Looked | None, task: str, text: str) -> Place | None:
    """Where the visitor looks in that text; None if they look at no word of it."""
    return looked.place if looked is not None and (looked.task, looked.text) == (task, text) else None


def choice_of(place: Place | None, request: AnalysisRequest) -> str | None:
    """The place as the noise panel's menu has it, a span or all; None for one that the text has not."""
    words = find_words(request.text)
    if place is None or place == EVERY:
        return place
    return f"{words[place].start}:{words[place].end}" if place < len(words) else None


def place_of(choice: str, request: AnalysisRequest) -> Place | None:
    """The other way round: a choice of that menu as a place in the text."""
    spans = {f"{word.start}:{word.end}": index for index, word in enumerate(find_words(request.text))}
    return EVERY if choice == EVERY else spans.get(choice)


def read_place(given: str) -> Place | None:
    """A place from a link; None for none. Raises ConfigError."""
    try:
        return EVERY if given == EVERY else int(number("The word", given, 0, MAX_PLACE, whole=True)) if given else None
    except ConfigError as error:
        raise ConfigError(f"{error} Or {EVERY!r}, for all words that FIVE noises.") from None

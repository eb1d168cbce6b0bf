"""What SWITCH may do to a text before it draws: the words it would replace, and what each may become.

Ranking words and finding candidates is the dear part of SWITCH and depends on no seed, so it is done once and kept:
by the page for one text, by co-tuning (FACT) for a whole training set, on disk.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.language.lexicon import Lexicon
from core.language.neighbors import Neighbor
from core.language.text import Word, is_number
from core.models.importance import Importances
from core.perturbation.candidates import RefusedCandidate, find_candidates
from core.perturbation.config import SwitchConfig
from core.perturbation.draft import Draft


@dataclass(frozen=True)
class ChosenWord:
    """A word SWITCH would replace: its importance, what it may become, and the neighbours refused on the way."""

    word: Word
    importance: float
    candidates: tuple[Neighbor, ...]
    refused: tuple[RefusedCandidate, ...]


@dataclass(frozen=True)
class Plan:
    """Of one text: the words to choose from, most important first, and how many characters at its end were not read.

    ``unread`` is negative where the model reads the end of a long text: so many characters of its beginning.
    ``skipped`` are more important words passed over, with the reason.
    """

    text: str
    words: tuple[ChosenWord, ...]
    skipped: tuple[tuple[Word, str], ...]
    unread: int


def make_plan(text: str, importances: Importances, lexicon: Lexicon, config: SwitchConfig) -> Plan:
    """The plan of a text whose words have been ranked. A function of its arguments alone; asks no classifier."""
    wanted = max(config.perturb_words, config.random_out_of)
    eligible: list[int] = []
    skipped: list[tuple[Word, str]] = []
    alone = config.leave_alone
    for i in importances.order:
        if len(eligible) == wanted:
            break
        reason = _unfit(importances.words[i].text, lexicon, config.stop_words)
        if reason is None and alone > 0:
            alone, reason = alone - 1, "left alone"
        if reason is None:
            eligible.append(i)
        else:
            skipped.append((importances.words[i], reason))
    unread = _unread(text, importances)
    draft = Draft(text)
    chosen = tuple(_chosen(draft, importances, i, lexicon, config) for i in eligible)
    return Plan(text, chosen, tuple(skipped), unread)


def _unread(text: str, importances: Importances) -> int:
    read = [importances.words[i] for i in importances.order]
    if len(read) == len(importances.words):
        return 0
    if read and importances.words[-1] in read:
        return -min(word.start for word in read)
    return len(text) - max((word.end for word in read), default=0)


def _unfit(word: str, lexicon: Lexicon, stop_words: bool) -> str | None:
    if stop_words and word.lower() in lexicon.stop_words:
        return "stop word"
    if is_number(word):
        return "a number"
    if word not in lexicon.neighbors:
        return "not in the neighbour table"
    return None


def _chosen(draft: Draft, importances: Importances, index: int, lexicon: Lexicon, config: SwitchConfig) -> ChosenWord:
    found = find_candidates(draft, index, lexicon, config.candidates_per_word, config.pos, config.min_word_cosine)
    return ChosenWord(importances.words[index], importances.scores[index], found.kept, found.refused)


def plans_of(texts: Sequence[str], ranked: Sequence[Importances], lexicon: Lexicon, config: SwitchConfig) -> list[Plan]:
    """:func:`make_plan` for each text."""
    return [make_plan(text, found, lexicon, config) for text, found in zip(texts, ranked, strict=True)]

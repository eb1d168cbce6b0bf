"""Attacks to compare TextFooler with, behind the same protocol, gates and accounts (see the menu in the presets).

``random_word`` asks what random edits alone do; ``saliency`` orders words in the manner of PWWS (Ren et al. 2019) over
the same neighbours; ``characters`` makes typing errors in the manner of DeepWordBug (Gao et al. 2018).
"""

import math
from collections.abc import Sequence

from core.attacks.events import WordPassed, WordsRanked
from core.attacks.flow import Halt
from core.attacks.search import Search, Steps, Tried
from core.attacks.textfooler import leave_one_out, ranked, shuffled, textfooler
from core.perturbation.constraints import Candidate
from core.perturbation.draws import generator

LETTERS = "abcdefghijklmnopqrstuvwxyz"
EDITS = ("swap", "drop", "add", "change")
SHORTEST = 3


def random_word(search: Search) -> Steps:
    """Random words, each for a random candidate that passes the gates, kept whatever it does. At most 1 + n queries."""
    words, left_out = search.attackable()
    order = shuffled(search, words)
    yield WordsRanked(tuple(order), (), left_out, search.asker.queries)
    for index in order:
        search.check_cap()
        candidates = search.source(index)
        drawn = generator(search.config.seed, search.example, "candidate", index).permutation(len(candidates))
        search.paper_queries += 1
        passed: list[Candidate] = []
        for place in drawn.tolist():
            passed = yield from search.passing(search.draft, index, [candidates[place]])
            if passed:
                break
        if not passed:
            yield WordPassed(index, "every replacement was refused")
            continue
        tried = yield from search.try_candidates(index, passed)
        yield from search.settle_flips(index, tried)
        for one in tried:
            yield from search.accept(index, one)
    raise Halt("failed", "Every word was tried and the answer held.")


def saliency(search: Search) -> Steps:
    """Each word's best replacement in the original first; then all, by softmax(saliency) times their effect.

    Ranks twice: by saliency, then by the product. A replacement is put to the gates again where it lands, in a text
    already changed. At most 1 + 2n + n * candidates_per_word queries.
    """
    words, left_out = search.attackable()
    search.paper_queries += len(search.draft.words)
    scores = yield from leave_one_out(search, words)
    yield ranked(search, sorted(scores, key=lambda index: -scores[index]), scores, left_out, words)
    words = list(scores)
    best: dict[int, Tried] = {}
    for index in words:
        candidates = search.source(index)
        search.paper_queries += sum(map(search.gates.passes_word_gate, candidates))
        passed = yield from search.passing(search.draft, index, candidates)
        tried = (yield from search.try_candidates(index, passed)) if passed else []
        if tried:
            best[index] = min(tried, key=lambda one: one.probabilities[search.label])
    weights = _softmax(scores)
    gains = {
        index: weights[index] * (search.before[search.label] - one.probabilities[search.label])
        for index, one in best.items()
    }
    order = sorted((index for index in gains if gains[index] > 0), key=lambda index: -gains[index])
    reasons = (
        *left_out,
        *((index, "no replacement lowered the answer") for index in words if gains.get(index, 0.0) <= 0),
    )
    yield WordsRanked(tuple(order), tuple(gains[index] for index in order), reasons, search.asker.queries)
    for index in order:
        search.check_cap()
        passed = yield from search.passing(search.draft, index, [best[index].candidate])
        if not passed:
            yield WordPassed(index, "refused in the text as it stands now")
            continue
        search.paper_queries += 1
        tried = yield from search.try_candidates(index, passed)
        yield from search.settle_flips(index, tried)
        for one in tried:
            yield from search.accept(index, one)
    raise Halt("failed", "Every word was tried and the answer held.")


def characters(search: Search) -> Steps:
    """TextFooler's search with typing errors for synonyms: up to ``candidates_per_word`` (8 at most) edits a word."""
    search.source = _Typist(search)
    yield from textfooler(search)


class _Typist:
    """Two edits of each kind a word, inside it: the first letter, and the last of longer words, stay."""

    def __init__(self, search: Search) -> None:
        self.search = search
        self._made: dict[int, tuple[Candidate, ...]] = {}

    def __call__(self, index: int) -> Sequence[Candidate]:
        """The edits of a word, a function of (seed, text, index); none for words under three letters."""
        if index not in self._made:
            self._made[index] = tuple(Candidate(word, None) for word in self._edits(index))
        return self._made[index]

    def _edits(self, index: int) -> list[str]:
        search = self.search
        word = search.draft.originals[index]
        if len(word) < SHORTEST:
            return []
        draw = generator(search.config.seed, search.example, "edits", index)
        last = max(2, len(word) - 1)
        made: dict[str, None] = {}
        for kind in EDITS * 2:
            at = int(draw.integers(1, last))
            letter = LETTERS[int(draw.integers(len(LETTERS)))]
            letter = letter.upper() if word.isupper() else letter
            made[edit(word, kind, at, letter)] = None
        made.pop(word, None)
        return list(made)[: search.config.candidates_per_word]


def edit(word: str, kind: str, at: int, letter: str) -> str:
    """``word`` with a typing error at ``at``: characters swapped, one dropped, ``letter`` added or put there."""
    if kind == "swap":
        return word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    return word[:at] + letter + word[at + (kind == "change") :]


def _softmax(scores: dict[int, float]) -> dict[int, float]:
    highest = max(scores.values(), default=0.0)
    raised = {index: math.exp(score - highest) for index, score in scores.items()}
    total = sum(raised.values())
    return {index: value / total for index, value in raised.items()}

"""Best-first search with backtracking over sets of swaps: BFF of Ivgi and Berant 2021.

("Achieving Model Robustness through Discrete Adversarial Training".) A node is closed (a set of swaps) or open (a set,
and a word that is still to be changed). All wait in one line, the one that leaves the label least probability first; an
open one is rated by a random synonym in the word's place. A closed node opens every word that is left, an open one
tries all synonyms of its word. So the search goes back to an older set that looks better than the newest one, which
TextFooler, its greedy case, never does.

Guarantees: as TextFooler's; no set is asked twice. Cost: at most ``search_budget`` queries.
"""

import heapq
import itertools
from collections.abc import Generator, Sequence

from core.attacks.events import AttackEvent, WordsRanked
from core.attacks.flow import Halt
from core.attacks.search import Search, Steps
from core.attacks.trails import ORIGINAL, Trail, Trails
from core.perturbation.constraints import Candidate
from core.perturbation.draws import generator


def best_first(search: Search) -> Steps:
    """The most promising node first, until a set flips the answer, the budget ends or nothing is left."""
    words, left_out = search.attackable()
    yield WordsRanked(tuple(words), (), left_out, search.asker.queries)
    line = _Line(search, words)
    try:
        while line.waiting:
            _, _, trail, opened = heapq.heappop(line.waiting)
            yield from line.open(trail) if opened is None else line.close(trail, opened)
        end = Halt("failed", "Every set of swaps was tried and the answer held.")
    except Halt as halt:
        if halt.status != "exhausted":
            raise
        end = halt
    yield from line.trails.finish(line.best, end)


class _Line:
    """The nodes that wait, and the best set so far."""

    def __init__(self, search: Search, words: list[int]) -> None:
        self.search, self.words, self.trails = search, words, Trails(search)
        self.best, self._lowest = ORIGINAL, search.before[search.label]
        self._count = itertools.count()
        self._closed = {ORIGINAL.swaps}
        self.waiting: list[tuple[float, int, Trail, int | None]] = []
        self._wait(self._lowest, ORIGINAL, None)

    def open(self, trail: Trail) -> Steps:
        """Rate every word that is left by one synonym at random."""
        if len(trail.steps) >= self.search.max_changed:
            return
        drawn: list[Trail] = []
        for index in self.words:
            if index in trail.words:
                continue
            if (found := (yield from self._random(trail, index))) is not None:
                drawn.append(trail.then(index, found))
        yield from self._ask(drawn)
        for each in drawn:
            if (score := self._score(each)) is not None:
                self._wait(score, trail, each.steps[-1][0])

    def close(self, trail: Trail, index: int) -> Steps:
        """Try all synonyms of a word."""
        passed = yield from self.trails.passing(trail, index, self.search.source(index))
        every = [trail.then(index, candidate) for candidate in passed]
        new = [each for each in every if each.swaps not in self._closed]
        yield from self._ask(new)
        for each in new:
            if (score := self._score(each)) is not None:
                self._closed.add(each.swaps)
                self._wait(score, each, None)

    def _score(self, trail: Trail) -> float | None:
        """What a set leaves the label; None for one that a budget cut off."""
        answers = self.trails.known.get(trail.swaps)
        return answers[0].probabilities[self.search.label] if answers else None

    def _random(self, trail: Trail, index: int) -> Generator[AttackEvent, None, Candidate | None]:
        """The first that passes the gates, in an order drawn from (seed, text, set, word)."""
        candidates = self.search.source(index)
        place = " ".join(f"{i} {word}" for i, word in sorted(trail.swaps))
        drawn = generator(self.search.config.seed, self.search.example, "open", place, index)
        for at in drawn.permutation(len(candidates)).tolist():
            if passed := (yield from self.trails.passing(trail, index, [candidates[at]])):
                return passed[0]
        return None

    def _ask(self, every: Sequence[Trail]) -> Steps:
        """Ask what was not asked before; ends at the most similar set that flips (without a gate, the most harmful)."""
        search, trails = self.search, [each for each in every if each.swaps not in self.trails.known]
        if not trails:
            return
        answers = yield from self.trails.ask(trails)
        search.paper_queries += len(answers)
        rated = [(answer.probabilities[search.label], each) for each, answer in zip(trails, answers, strict=False)]
        for score, each in rated:
            if score < self._lowest:
                self._lowest, self.best = score, each
        flips = [pair for pair, answer in zip(rated, answers, strict=False) if answer.label != search.label]
        flips.sort(key=lambda pair: (-(pair[1].steps[-1][1].similarity or 0.0), pair[0]))
        for _, each in flips[: search.config.confirm_tries]:
            if (yield from self.trails.confirmed(each)):
                yield from self.trails.finish(each, Halt("success", "The answer flipped."))

    def _wait(self, score: float, trail: Trail, opened: int | None) -> None:
        heapq.heappush(self.waiting, (score, next(self._count), trail, opened))

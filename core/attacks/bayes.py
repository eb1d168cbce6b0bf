"""Search over sets of swaps by Bayesian optimisation: ask where a Gaussian process expects the answer to turn.

After Lee et al. 2022 (see :mod:`core.attacks.surrogate`), for any classifier that gives scores: the process learns the
label's lead over the next best from all answers so far, expected improvement chooses among texts that are one swap from
the best, a few unlike ones at a time. What is new here: where answers are drawn, the process has a noise term, so it
averages draws by itself, asks a promising text again and believes in a flip when its mean is one.

Words go in blocks of BLOCK; once the answer has turned, swaps that it did not need are taken back. Guarantees: as
TextFooler's. Cost: at most ``search_budget`` queries, and no more than TextFooler could need on that text (one a word
and one a candidate). The gates see a word's candidates in the original first, then each swap where it lands.
"""

from collections.abc import Generator, Sequence
from itertools import cycle

import numpy as np

from core.attacks.events import AttackEvent, WordsRanked
from core.attacks.flow import Answers, Halt, Query
from core.attacks.search import Search, Steps
from core.attacks.surrogate import Points, Scales, Surrogate, diverse, expected_improvement, fit
from core.attacks.trails import ORIGINAL, Swaps, Trail, Trails
from core.models.classifier import Prediction
from core.perturbation.constraints import Candidate
from core.perturbation.draws import generator

BLOCK = 40
BATCH = 4
AROUND = 3
"""Best points whose neighbours are looked at."""
LOOKED_AT = 64
"""Neighbours, best first, among which unlike ones are chosen."""
REMEMBERED = 200
"""Points that a fit takes in; cost grows with their cube."""


def bayes(search: Search) -> Steps:
    """Turn the answer, then take back what was not needed."""
    words, left_out = search.attackable()
    yield WordsRanked(tuple(words), (), left_out, search.asker.queries)
    hunt = _Hunt(search)
    yield from hunt.trails.hunt(hunt.turn(words), lambda: hunt.best)


class _Hunt:
    """One search. ``space``: each word's candidates that pass the gates in the original; ``asked``: leads by text."""

    def __init__(self, search: Search) -> None:
        self.search, self.trails = search, Trails(search)
        self.space: dict[int, list[Candidate]] = {}
        self.asked: dict[Swaps, tuple[Trail, list[float]]] = {}
        self.best = ORIGINAL
        self._draw = generator(search.config.seed, search.example, "bayes")
        self._number: dict[tuple[int, str], int] = {}
        self._barred: set[Swaps] = set()
        self._surrogate: Surrogate | None = None

    def turn(self, words: list[int]) -> Generator[Query | AttackEvent, Answers | None, Halt]:
        """Search block by block, again and again, until the answer turns or as much was asked as may be."""
        for index in words:
            if found := (yield from self.trails.passing(ORIGINAL, index, self.search.source(index))):
                self.space[index] = found
                self._number.update({(index, one.word): number for number, one in enumerate(found, start=1)})
        if not self.space:
            return Halt("failed", "No word has a replacement that passes the gates.")
        assert self.search.first is not None
        self._keep(ORIGINAL, self.search.first)
        asker, price = self.search.asker, self.search.victim.price
        most = asker.queries + price * sum(1 + len(candidates) for candidates in self.space.values())
        blocks = np.array_split(list(self.space), -(-len(self.space) // BLOCK))
        idle = 0
        for block in cycle(blocks):
            before = asker.queries
            until = min(most, before + max(price, (most - before) // len(blocks)))
            if (yield from self._search(block.tolist(), until)):
                return Halt("success", "The answer flipped.")
            idle = idle + 1 if asker.queries == before else 0
            if asker.queries >= most or idle >= len(blocks):
                break
        return Halt("failed", "As many sets of swaps were tried as there are candidates, and the answer held.")

    def _search(self, block: list[int], until: int) -> Generator[Query | AttackEvent, Answers | None, bool]:
        """Optimise over one block from the best so far, up to a number of queries; whether the answer turned."""
        full = len(self._outside(self.best, block)) >= self.search.max_changed
        base = ORIGINAL if full else self.best
        outside = self._outside(base, block)
        scales = Scales.start(len(block), self.search.victim.randomised)
        trails = yield from self._first(base, block)
        while trails:
            if (yield from self._ask(trails)):
                return True
            near = [trail for trail, _ in self.asked.values() if self._outside(trail, block) == outside]
            near = near[:1] + near[1:][-REMEMBERED:]
            points = self._points([trail for trail in near for _ in self.asked[trail.swaps][1]], block)
            values = np.array([value for trail in near for value in self.asked[trail.swaps][1]])
            self._surrogate = fit(points, values, scales)
            scales = self._surrogate.scales
            if (yield from self._believe(near, block)):
                return True
            if self.search.asker.queries >= until:
                return False
            trails = yield from self._next(near, block)
        return False

    def _first(self, base: Trail, block: list[int]) -> Generator[AttackEvent, None, list[Trail]]:
        """Where nothing is known of a block: each of its words swapped at random, beside the swaps of other blocks."""
        for index in block:
            base = base.without(index)
        found = []
        for index in block:
            candidate = self.space[index][int(self._draw.integers(len(self.space[index])))]
            trail = yield from self._allowed(base.then(index, candidate))
            if trail is not None and (self.search.victim.randomised or trail.swaps not in self.asked):
                found.append(trail)
        return found

    def _next(self, near: Sequence[Trail], block: list[int]) -> Generator[AttackEvent, None, list[Trail]]:
        """A few unlike texts, one swap from the best ones, of which the most improvement is expected."""
        assert self._surrogate is not None
        beliefs = self._surrogate.mean(self._points(near, block))
        order = np.argsort(beliefs, kind="stable")[:AROUND]
        around = {option.swaps: option for at in order.tolist() for option in self._neighbors(near[at], block)}
        options = list(around.values())
        found: list[Trail] = []
        while options and not found:
            points = self._points(options, block)
            means, variances = self._surrogate.marginals(points)
            hoped = expected_improvement(means, np.sqrt(variances), float(beliefs.min()))
            best = np.argsort(-hoped, kind="stable")[:LOOKED_AT]
            _, covariance = self._surrogate.expectation(points[best])
            chosen = diverse(hoped[best] / max(float(hoped[best].max()), 1e-300), covariance, BATCH)
            for at in chosen:
                trail = yield from self._allowed(options[best[at]])
                found += [trail] if trail is not None else []
            options = [one for one in options if one.swaps not in self._barred] if chosen else []
        return found

    def _neighbors(self, trail: Trail, block: list[int]) -> list[Trail]:
        """One swap made, changed or taken back; texts asked before are left out where that would say nothing new."""
        made = []
        for index in block:
            rest = trail.without(index)
            made += [rest] if len(rest.steps) < len(trail.steps) else []
            if len(rest.steps) < self.search.max_changed:
                made += [rest.then(index, candidate) for candidate in self.space[index]]
        made += [trail] if self.search.victim.randomised else []
        again = self.search.victim.randomised
        return [one for one in made if one.swaps not in self._barred and (again or one.swaps not in self.asked)]

    def _allowed(self, trail: Trail) -> Generator[AttackEvent, None, Trail | None]:
        """The trail if every swap of it passes the gates where it lands."""
        found = yield from self.trails.walk(trail)
        if found is None:
            self._barred.add(trail.swaps)
        return found

    def _ask(self, trails: list[Trail]) -> Generator[Query | AttackEvent, Answers | None, bool]:
        """Whether one of them turns the answer of a deterministic classifier: the most similar with fewest swaps."""
        answers = yield from self.trails.ask(trails)
        self.search.paper_queries += len(answers)
        for trail, answer in zip(trails, answers, strict=False):
            self._keep(trail, answer)
        label = self.search.label
        flips = [trail for trail, answer in zip(trails, answers, strict=False) if answer.label != label]
        if not flips or self.search.victim.randomised:
            return False
        self.best = min(flips, key=lambda trail: (len(trail.steps), -(trail.steps[-1][1].similarity or 0.0)))
        return True

    def _believe(self, near: Sequence[Trail], block: list[int]) -> Generator[Query | AttackEvent, Answers | None, bool]:
        """Take the lowest mean for the best; where answers are drawn, whether fresh draws confirm one below 0."""
        assert self._surrogate is not None
        beliefs = self._surrogate.mean(self._points(near, block))
        order = np.argsort(beliefs, kind="stable").tolist()
        self.best = near[order[0]]
        if not self.search.victim.randomised:
            return False
        for at in order[: self.search.config.confirm_tries]:
            if beliefs[at] < 0 and near[at].steps and (yield from self.trails.confirmed(near[at])):
                self.best = near[at]
                return True
        return False

    def _keep(self, trail: Trail, answer: Prediction) -> None:
        """The label's lead over the next best answer, in logits: below 0 the answer is another."""
        label = self.search.label
        lead = answer.logits[label] - max(logit for at, logit in enumerate(answer.logits) if at != label)
        self.asked.setdefault(trail.swaps, (trail, []))[1].append(lead)

    def _points(self, trails: Sequence[Trail], block: list[int]) -> Points:
        place = {index: at for at, index in enumerate(block)}
        points = np.zeros((len(trails), len(block)), dtype=np.int64)
        for row, trail in enumerate(trails):
            for index, candidate in trail.steps:
                if index in place:
                    points[row, place[index]] = self._number[index, candidate.word]
        return points

    def _outside(self, trail: Trail, block: list[int]) -> Swaps:
        return frozenset(pair for pair in trail.swaps if pair[0] not in block)

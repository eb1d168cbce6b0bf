"""Search over sets of swaps by gradient: the white box, which knows the weights. After TextGrad (Hou et al. 2023).

("TextGrad: Advancing Robustness Evaluation in NLP by Gradient-Driven Optimization".) Two relaxed variables: ``where``,
in [0, 1] for each word, which words are swapped, and ``which``, a point of the simplex over a word's candidates. A step
samples SAMPLES discrete texts from them, asks for the gradient of the label's lead at each and carries it straight
through the sampling; where the lead is lost already nothing is gained and nothing pulls. Steps are normalised and
shrink, then ``where`` goes back to at most as many words as may be changed and ``which`` to the simplex. Texts that
turn the answer, and the last samples, lose the swaps that a gate bars and are then asked as any text is. New starts at
random until the answer turns or the budget ends; then swaps that it did not need are taken back.

Differs from the source: neighbours of the table in place of a masked model's guesses, so that presets are comparable;
the mean over all candidates in place of the sampled one carries the slope (it has less variance); fewer steps and
samples, for short texts. Of a defence that draws the attacker looks at a mean, so the gradient is one over draws.
Guarantees: as TextFooler's. Cost: at most ``search_budget`` questions, of which a gradient is one beside its draws, and
STARTS x (STEPS + 1) x SAMPLES but for those asked twice; a gradient is a forward and a backward pass.
"""

from collections.abc import Generator, Sequence

import numpy as np
from jaxtyping import Float

from core.attacks.events import AttackEvent, WordsRanked
from core.attacks.flow import Answers, Halt, Query
from core.attacks.search import Search, Steps
from core.attacks.trails import ORIGINAL, Trail, Trails
from core.models.slopes import SlopeOf
from core.perturbation.constraints import Candidate
from core.perturbation.draws import generator

STARTS, STEPS, SAMPLES = 5, 10, 8
RATE = 0.8
"""Length of the first step; step t is RATE / sqrt(t)."""
Where = Float[np.ndarray, " words"]
Which = list[Float[np.ndarray, " _candidates"]]


def gradient(search: Search) -> Steps:
    """Descend from several starts until the answer turns, then take back what was not needed."""
    words, left_out = search.attackable()
    yield WordsRanked(tuple(words), (), left_out, search.asker.queries)
    descent = _Descent(search)
    yield from descent.trails.hunt(descent.turn(words), lambda: descent.best)


class _Descent:
    """One search. ``space``: each word's candidates that pass the gates in the original."""

    def __init__(self, search: Search) -> None:
        self.search, self.trails = search, Trails(search)
        self.space: dict[int, list[Candidate]] = {}
        self.best, self._lowest = ORIGINAL, search.before[search.label]

    def turn(self, words: list[int]) -> Generator[Query | AttackEvent, Answers | None, Halt]:
        """One start after another."""
        for index in words:
            if found := (yield from self.trails.passing(ORIGINAL, index, self.search.source(index))):
                self.space[index] = found
        if not self.space:
            return Halt("failed", "No word has a replacement that passes the gates.")
        for start in range(STARTS):
            if (yield from self._descend(start)):
                return Halt("success", "The answer flipped.")
        return Halt("failed", f"{STARTS} descents from random starts ended, and the answer held.")

    def _descend(self, start: int) -> Generator[Query | AttackEvent, Answers | None, bool]:
        """From one start; whether the answer turned."""
        draw = generator(self.search.config.seed, self.search.example, "gradient", start)
        where = draw.random(len(self.space))
        which = [draw.dirichlet(np.ones(len(candidates))) for candidates in self.space.values()]
        for step in range(1, STEPS + 1):
            trails = [self._sample(draw, where, which) for _ in range(SAMPLES)]
            slopes, turned = yield from self._slopes(trails)
            if (yield from self._settle(turned)):
                return True
            where, which = _moved(where, which, slopes, RATE / np.sqrt(step), self._most)
        return (yield from self._settle([self._sample(draw, where, which) for _ in range(SAMPLES)]))

    @property
    def _most(self) -> int:
        return min(self.search.max_changed, len(self.space))

    def _sample(self, draw: np.random.Generator, where: Where, which: Which) -> Trail:
        """A set of swaps, those of the likeliest words first; at least one, and no more than may be."""
        chosen = draw.random(len(where)) < where
        if not chosen.any():
            chosen[int(where.argmax())] = True
        order = [at for at in np.argsort(-where, kind="stable").tolist() if chosen[at]][: self._most]
        indices = list(self.space)
        trail = ORIGINAL
        for at in order:
            candidates = self.space[indices[at]]
            trail = trail.then(indices[at], candidates[int(draw.choice(len(candidates), p=which[at]))])
        return trail

    def _slopes(
        self, trails: Sequence[Trail]
    ) -> Generator[Query | AttackEvent, Answers | None, tuple[list[Which], list[Trail]]]:
        """For each text that still has a lead what each candidate would do to it; and the texts that have none."""
        search = self.search
        examples = [search.task.with_text(search.example, self.trails.draft(trail).text) for trail in trails]
        answers = yield from search.asker.slopes(examples, [self._asked(trail) for trail in trails])
        search.paper_queries += len(answers)
        turned = [trail for trail, answer in zip(trails, answers, strict=False) if answer.label != search.label]
        held = [answer for answer in answers if answer.label == search.label]
        return [[np.array(place[1:]) - place[0] for place in answer.slopes] for answer in held], turned

    def _asked(self, trail: Trail) -> SlopeOf:
        """At each word of the space: the word itself first, then its candidates."""
        draft = self.trails.draft(trail)
        places = tuple((draft.starts[i], draft.starts[i] + len(draft.words[i])) for i in self.space)
        words = tuple((draft.originals[i], *(one.word for one in found)) for i, found in self.space.items())
        return SlopeOf(self.search.label, places, words)

    def _settle(self, trails: Sequence[Trail]) -> Generator[Query | AttackEvent, Answers | None, bool]:
        """Ask what is left of these texts past the gates; whether one of them turns the answer, and is the best now."""
        search, found = self.search, {}
        for trail in trails:
            passed = yield from self.trails.allowed(trail)
            if passed.steps and (search.victim.randomised or passed.swaps not in self.trails.known):
                found[passed.swaps] = passed
        if not found:
            return False
        answers = yield from self.trails.ask(found.values())
        search.paper_queries += len(answers)
        rated = list(zip(found.values(), answers, strict=False))
        for trail, answer in rated:
            if (left := answer.probabilities[search.label]) < self._lowest:
                self._lowest, self.best = left, trail
        flips = [(trail, answer) for trail, answer in rated if answer.label != search.label]
        flips.sort(key=lambda pair: (len(pair[0].steps), -(pair[0].steps[-1][1].similarity or 0.0)))
        for trail, _ in flips[: search.config.confirm_tries]:
            if (yield from self.trails.confirmed(trail)):
                self.best = trail
                return True
        return False


def _moved(where: Where, which: Which, slopes: Sequence[Which], step: float, most: int) -> tuple[Where, Which]:
    """One step against the mean slope; the relaxed text is ``(1 - where) word + where * sum(which * candidate)``."""
    if not slopes:
        return where, which
    mean = [np.mean([each[at] for each in slopes], axis=0) for at in range(len(where))]
    towards = np.array([own @ slope for own, slope in zip(which, mean, strict=True)])
    inside = [share * slope for share, slope in zip(where, mean, strict=True)]
    where = capped(where - step * towards / max(float(np.linalg.norm(towards)), 1e-12), most)
    return where, [
        on_simplex(own - step * slope / max(float(np.linalg.norm(slope)), 1e-12))
        for own, slope in zip(which, inside, strict=True)
    ]


def capped(values: Where, most: float) -> Where:
    """The nearest point with coordinates in [0, 1] whose sum is at most ``most``; its shift is found by bisection."""
    if np.clip(values, 0.0, 1.0).sum() <= most:
        return np.clip(values, 0.0, 1.0)
    low, high = 0.0, float(values.max())
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if np.clip(values - middle, 0.0, 1.0).sum() > most else (low, middle)
    return np.clip(values - high, 0.0, 1.0)


def on_simplex(values: Float[np.ndarray, " candidates"]) -> Float[np.ndarray, " candidates"]:
    """The nearest point with no negative coordinate whose sum is 1 (Duchi et al. 2008)."""
    ordered = np.sort(values)[::-1]
    excess = (np.cumsum(ordered) - 1.0) / np.arange(1, len(values) + 1)
    kept = int(np.flatnonzero(ordered > excess)[-1])
    found = np.maximum(values - excess[kept], 0.0)
    return found / found.sum()

"""Sets of swaps, each with an order in which it can be made: what searches look at that go back to older texts.

A gate compares a text with the one before (METHODS, section 8), so a set of swaps is allowed where its swaps can be
made one after another, each past the gates from where the text then stands: a :class:`Trail`. Used by
:mod:`core.attacks.best_first`, :mod:`core.attacks.bayes` and :mod:`core.attacks.gradient`.
"""

import functools
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass

from core.attacks.events import AttackEvent, CandidateRefused, CandidateTried
from core.attacks.flow import Answers, Halt, Query
from core.attacks.search import Search, Steps, Tried
from core.models.classifier import Prediction
from core.perturbation.constraints import Candidate
from core.perturbation.draft import Draft

Step = tuple[int, Candidate]
Swaps = frozenset[tuple[int, str]]


@dataclass(frozen=True)
class Trail:
    """(word index, replacement) in the order they are made, no word twice; the empty one is the original."""

    steps: tuple[Step, ...] = ()

    @functools.cached_property
    def swaps(self) -> Swaps:
        """What is swapped for what, whatever the order."""
        return frozenset((index, candidate.word) for index, candidate in self.steps)

    @functools.cached_property
    def words(self) -> frozenset[int]:
        """Indices of the swapped words."""
        return frozenset(index for index, _ in self.steps)

    def without(self, index: int) -> "Trail":
        """The same without the swap of a word."""
        return Trail(tuple(step for step in self.steps if step[0] != index))

    def then(self, index: int, candidate: Candidate) -> "Trail":
        """With one more swap at the end."""
        return Trail((*self.steps, (index, candidate)))


ORIGINAL = Trail()
PATIENCE = 20
"""Swaps that may prove needed, one after another, before no more are taken back."""


class Trails:
    """Of one search: texts of trails, the gates on their way, and every answer so far. Each gate is asked once."""

    def __init__(self, search: Search) -> None:
        self.search = search
        assert search.first is not None, "the original is asked before the search begins"
        self.known: dict[Swaps, list[Prediction]] = {ORIGINAL.swaps: [search.first]}
        self._drafts: dict[tuple[Step, ...], Draft] = {(): search.draft.fork()}
        self._judged: dict[tuple[str, int, str], Candidate | None] = {}
        self._refuted: set[Swaps] = set()

    def draft(self, trail: Trail) -> Draft:
        """The text after these swaps; not to be changed."""
        if trail.steps not in self._drafts:
            *before, (index, candidate) = trail.steps
            made = self.draft(Trail(tuple(before))).fork()
            made.swap(index, candidate.word)
            self._drafts[trail.steps] = made
        return self._drafts[trail.steps]

    def passing(
        self, trail: Trail, index: int, candidates: Sequence[Candidate]
    ) -> Generator[CandidateRefused, None, list[Candidate]]:
        """Those that may replace word ``index`` after ``trail``, with their similarities."""
        draft = self.draft(trail)
        new = [one for one in candidates if (draft.text, index, one.word) not in self._judged]
        passed = {one.word: one for one in ((yield from self.search.passing(draft, index, new)) if new else ())}
        for one in new:
            self._judged[draft.text, index, one.word] = passed.get(one.word)
        judged = (self._judged[draft.text, index, one.word] for one in candidates)
        return [one for one in judged if one is not None]

    def allowed(self, trail: Trail) -> Generator[CandidateRefused, None, Trail]:
        """The trail without the swaps that a gate bars."""
        way = ORIGINAL
        for index, candidate in trail.steps:
            for passed in (yield from self.passing(way, index, [candidate])):
                way = way.then(index, passed)
        return way

    def walk(self, trail: Trail) -> Generator[CandidateRefused, None, Trail | None]:
        """The trail with its similarities; None where a gate bars the way."""
        way = ORIGINAL
        for index, candidate in trail.steps:
            passed = yield from self.passing(way, index, [candidate])
            if not passed:
                return None
            way = way.then(index, passed[0])
        return way

    def ask(self, trails: Iterable[Trail]) -> Generator[Query | CandidateTried, Answers | None, list[Prediction]]:
        """Answers to texts, told by the last swap of each; those that a budget cut off are missing."""
        asked = list(trails)
        answers = yield from self.search.ask(self.draft(trail).text for trail in asked)
        queries = self.search.asker.queries - sum(answer.questions for answer in answers)
        for trail, answer in zip(asked, answers, strict=False):
            queries += answer.questions
            self.known.setdefault(trail.swaps, []).append(answer)
            self.search.single_draw |= answer.label != self.search.label
            yield self._tried(trail, answer, max(queries, 1))
        return answers

    def _tried(self, trail: Trail, answer: Prediction, queries: int) -> CandidateTried:
        index, candidate = trail.steps[-1] if trail.steps else (0, Candidate(self.search.draft.words[0], None))
        beside = tuple((i, one.word) for i, one in trail.steps[:-1])
        return CandidateTried(
            index, candidate.word, candidate.cosine, candidate.similarity, answer.probabilities, answer.label,
            queries, beside,
        )  # fmt: skip

    def confirmed(self, trail: Trail) -> Generator[Query | AttackEvent, Answers | None, bool]:
        """Whether to stop at a trail that flips the answer; one that fresh draws refuted is not put to them again."""
        if trail.swaps in self._refuted:
            return False
        index, candidate = trail.steps[-1]
        found = yield from self.search.confirmed(index, candidate.word, self.draft(trail).text)
        if not found:
            self._refuted.add(trail.swaps)
        return found

    def take_back(self, trail: Trail) -> Generator[Query | AttackEvent, Answers | None, Trail]:
        """The trail, which flips the answer, without the swaps that are not needed for it; earlier ones go first."""
        needed: set[int] = set()
        try:
            while len(needed) < min(PATIENCE, len(trail.steps)) and len(trail.steps) > 1:
                index = next(i for i, _ in trail.steps if i not in needed)
                needed.add(index)
                shorter = yield from self.walk(trail.without(index))
                if shorter is None:
                    continue
                if self.search.victim.randomised or shorter.swaps not in self.known:
                    yield from self.ask([shorter])
                turned = self.known[shorter.swaps][-1].label != self.search.label
                if turned and (yield from self.confirmed(shorter)):
                    trail = shorter
        except Halt as halt:
            if halt.status != "exhausted":
                raise
        return trail

    def hunt(self, turning: Generator[Query | AttackEvent, Answers | None, Halt], best: Callable[[], Trail]) -> Steps:
        """Search until ``turning`` ends or a budget does, take back what was not needed of the best trail, and end."""
        try:
            end = yield from turning
        except Halt as halt:
            if halt.status != "exhausted":
                raise
            end = halt
        found = best()
        if end.status == "success":
            found = yield from self.take_back(found)
        yield from self.finish(found, end)

    def finish(self, trail: Trail, halt: Halt) -> Steps:
        """Make the swaps and end so. A text on the way that was never asked is told with what was known before."""
        way, answer = ORIGINAL, self.known[ORIGINAL.swaps][0]
        for index, candidate in trail.steps:
            way = way.then(index, candidate)
            answer = self.known.get(way.swaps, [answer])[-1]
            yield from self.search.accept(index, Tried(candidate, answer))
        raise halt

"""A stream of attack events folded into what a reader sees at that moment.

:func:`reduce` is pure, so a recorded attack can be played, stepped back and forth, and shown by anybody: the page, a
notebook, a test. ``view_at(events, k)`` is the view after k events.
"""

import functools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.attacks.events import (
    AttackEvent,
    AttackFinished,
    AttackStarted,
    CandidateRefused,
    CandidateTried,
    FlipChecked,
    SwapAccepted,
    WordPassed,
    WordsRanked,
)  # fmt: skip

WordState = Literal["waiting", "under attack", "swapped", "passed", "left out"]
Verdict = Literal["refused", "tried", "flips", "accepted", "not confirmed"]


@dataclass(frozen=True)
class WordView:
    """A word of the current text, ``text[start:end]``.

    ``score`` is its importance (None before the ranking, and for words left out), ``rank`` its place in the order of
    attack from 0, ``reason`` why it was left out or passed.
    """

    start: int
    end: int
    text: str
    original: str
    state: WordState = "waiting"
    score: float | None = None
    rank: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class CandidateView:
    """A replacement looked at for the word under attack; ``probability`` is the label's, None if it was refused."""

    replacement: str
    verdict: Verdict
    reason: str
    cosine: float | None
    similarity: float | None
    probability: float | None
    predicted: int | None


@dataclass(frozen=True)
class AttackView:
    """One moment of an attack. ``step`` counts the events so far; ``word`` is the one under attack.

    ``line`` is the label's probability after each accepted swap, as (queries, probability), the original first.
    """

    step: int = 0
    status: str = "waiting"
    reason: str = ""
    started: AttackStarted | None = None
    finished: AttackFinished | None = None
    original: str = ""
    other_text: str = ""
    text: str = ""
    words: tuple[WordView, ...] = ()
    word: int | None = None
    candidates: tuple[CandidateView, ...] = ()
    label: int = -1
    labels: tuple[str, ...] = ()
    probabilities: tuple[float, ...] = ()
    predicted: int = -1
    line: tuple[tuple[int, float], ...] = ()
    queries: int = 0
    note: str = ""

    @property
    def swaps(self) -> tuple[tuple[str, str], ...]:
        """(original, replacement) of the swapped words, in the order of the text."""
        return tuple((word.original, word.text) for word in self.words if word.state == "swapped")


@functools.singledispatch
def _fold(event: AttackEvent, view: AttackView) -> AttackView:
    raise TypeError(f"{type(event).__name__} is not an event of an attack")


def reduce(view: AttackView, event: AttackEvent) -> AttackView:
    """The view after one more event. Pure; raises TypeError for an event of something else."""
    return replace(_fold(event, view), step=view.step + 1)


def view_at(events: Iterable[AttackEvent], step: int | None = None) -> AttackView:
    """The view after the first ``step`` events (None: all)."""
    chosen: Sequence[AttackEvent] = list(events)
    return functools.reduce(reduce, chosen if step is None else chosen[:step], AttackView())


@_fold.register
def _(event: AttackStarted, view: AttackView) -> AttackView:
    words = tuple(WordView(start, end, text, text) for start, end, text in event.words)
    return AttackView(
        status="running", started=event, original=event.text, other_text=event.other_text, text=event.text, words=words,
        label=event.label, labels=event.labels, probabilities=event.probabilities, predicted=event.predicted,
        line=((event.queries, event.probabilities[event.label]),), queries=event.queries, note=event.note,
    )  # fmt: skip


@_fold.register
def _(event: WordsRanked, view: AttackView) -> AttackView:
    words = [replace(word, score=None, rank=None) for word in view.words]
    scores = event.scores or (None,) * len(event.order)
    for rank, (index, score) in enumerate(zip(event.order, scores, strict=True)):
        words[index] = replace(words[index], score=score, rank=rank, state="waiting", reason="")
    for index, reason in event.left_out:
        words[index] = replace(words[index], state="left out", reason=reason)
    return replace(view, words=tuple(words), word=None, candidates=(), queries=event.queries)


@_fold.register
def _(event: CandidateRefused, view: AttackView) -> AttackView:
    value = event.value if event.gate == "sentence" else None
    seen = CandidateView(event.replacement, "refused", event.reason, event.cosine, value, None, None)
    view = _open(view, event.word)
    return replace(view, candidates=(*view.candidates, seen))


@_fold.register
def _(event: CandidateTried, view: AttackView) -> AttackView:
    view = _open(view, event.word)
    flips = event.predicted != view.label
    reasons = ["flips the answer"] * flips + ["beside " + ", ".join(word for _, word in event.beside)] * bool(
        event.beside
    )
    seen = CandidateView(
        event.replacement, "flips" if flips else "tried", ", ".join(reasons), event.cosine,
        event.similarity, event.probabilities[view.label], event.predicted,
    )  # fmt: skip
    return replace(view, candidates=(*view.candidates, seen), queries=event.queries)


@_fold.register
def _(event: FlipChecked, view: AttackView) -> AttackView:
    reason = f"{event.wrong} of {event.draws} fresh draws wrong"
    return _mark(view, event.replacement, "flips" if event.confirmed else "not confirmed", reason)


@_fold.register
def _(event: SwapAccepted, view: AttackView) -> AttackView:
    view = _mark(_open(view, event.word), event.replacement, "accepted", "kept")
    words = list(view.words)
    old = words[event.word]
    end = old.start + len(event.replacement)
    words[event.word] = replace(old, end=end, text=event.replacement, state="swapped", reason="")
    shift = end - old.end
    for index in range(event.word + 1, len(words)):
        words[index] = replace(words[index], start=words[index].start + shift, end=words[index].end + shift)
    return replace(
        view, words=tuple(words), text=event.text, probabilities=event.probabilities, predicted=event.predicted,
        line=(*view.line, (event.queries, event.probabilities[view.label])), queries=event.queries,
    )  # fmt: skip


@_fold.register
def _(event: WordPassed, view: AttackView) -> AttackView:
    view = _open(view, event.word)
    words = list(view.words)
    words[event.word] = replace(words[event.word], state="passed", reason=event.reason)
    return replace(view, words=tuple(words))


@_fold.register
def _(event: AttackFinished, view: AttackView) -> AttackView:
    return replace(
        _close(view), status=event.status, reason=event.reason, finished=event, text=event.text, word=None,
        predicted=event.predicted, queries=event.queries, label=event.label, original=view.original or event.text,
    )  # fmt: skip


def _open(view: AttackView, index: int) -> AttackView:
    """The view with word ``index`` under attack; its candidates start afresh if another one was."""
    if view.word == index:
        return view
    words = list(_close(view).words)
    if words[index].state != "swapped":
        words[index] = replace(words[index], state="under attack")
    return replace(view, words=tuple(words), word=index, candidates=())


def _close(view: AttackView) -> AttackView:
    """A word left without an outcome (a saliency attack only looks at first) waits again."""
    if view.word is None or view.words[view.word].state != "under attack":
        return view
    words = list(view.words)
    words[view.word] = replace(words[view.word], state="waiting")
    return replace(view, words=tuple(words))


def _mark(view: AttackView, replacement: str, verdict: Verdict, reason: str) -> AttackView:
    """The last look at ``replacement`` with another verdict."""
    places = [i for i, seen in enumerate(view.candidates) if seen.replacement == replacement]
    if not places:
        return view
    candidates = list(view.candidates)
    candidates[places[-1]] = replace(candidates[places[-1]], verdict=verdict, reason=reason)
    return replace(view, candidates=tuple(candidates))

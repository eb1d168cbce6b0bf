"""The searches of a group between two calls of the classifier: each goes on from its answers to its next question.

A search never holds a classifier, so who advances it may be this process or another; what comes of it is the same.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from core.attacks.events import AttackEvent, AttackFinished, failure
from core.attacks.flow import Answers, Flow, Query, Victim
from core.tasks import Example, Task

Item = Query | AttackEvent
FlowOf = Callable[[Example, int | None, Victim], Flow]
"""Makes the flow of one search; :meth:`core.attacks.attack.Attack.flow`."""


@dataclass(frozen=True)
class Start:
    """What a search begins with: a text of ``task``, its label, and what may be known of the classifier, or why not."""

    example: Example
    label: int | None
    task: Task
    victim: Victim | Exception

    def failed(self, error: Exception) -> AttackFinished:
        """The outcome of a search that could not go on."""
        text = getattr(self.example, self.task.perturb) or ""
        return failure(f"{type(error).__name__}: {error}", text, self.label)


class Searches(Protocol):
    """The searches of one group after another, by their places in it."""

    def begin(self, starts: Mapping[int, Start]) -> None:
        """A new group; the one before is forgotten."""
        ...

    def advance(self, answers: Mapping[int, Answers | None]) -> Iterator[tuple[int, Item]]:
        """(place, item) of the searches answered, one search after the other.

        Those that have a question yield it last, the others have ended. None for a search that has not asked yet.
        """
        ...


class SearchesHere:
    """Advanced in this process, as their items are read."""

    def __init__(self, flow: FlowOf) -> None:
        self._flow = flow

    def begin(self, starts: Mapping[int, Start]) -> None:
        """A new group, begun when first advanced."""
        self._starts = dict(starts)
        self._flows = {place: begun(self._flow, start) for place, start in starts.items()}

    def advance(self, answers: Mapping[int, Answers | None]) -> Iterator[tuple[int, Item]]:
        """Items as the searches make them."""
        for place, answer in answers.items():
            for item in advanced(self._flows[place], answer, self._starts[place]):
                yield place, item


def begun(flow: FlowOf, start: Start) -> Flow:
    """The flow, made when first advanced, so that what fails in the making fails there."""
    if isinstance(start.victim, Exception):
        raise start.victim
    yield from flow(start.example, start.label, start.victim)


def advanced(flow: Flow, answers: Answers | None, start: Start) -> Iterator[Item]:
    """Events up to the next query, which comes last; without one at the end. What a search raises is its outcome."""
    try:
        item = next(flow) if answers is None else flow.send(answers)
        while True:
            yield item
            if isinstance(item, Query):
                return
            item = next(flow)
    except StopIteration:
        return
    except Exception as error:
        yield start.failed(error)

"""The protocol between an attack and whoever drives it: the attack yields queries and events, and is sent answers.

An attack never holds a classifier. It yields a :class:`Query` and gets its predictions, or a :class:`Stop`; everything
else it yields is an event. So the same search runs one step at a time for the page, or hundreds together with shared
batches, and gives the same events (METHODS, section 8).
"""

import hashlib
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field

from core.attacks.events import AttackEvent
from core.attacks.presets import AttackConfig
from core.models.classifier import Prediction
from core.tasks import Example, Task


@dataclass(frozen=True)
class Query:
    """Examples to be classified, once for each of ``seeds``; the answers come seed by seed.

    Seeds matter to randomised classifiers only. ``deployed`` asks the classifier under attack itself, where the
    attacker may otherwise look at something else (an average of draws, the noise-free core).
    """

    examples: tuple[Example, ...]
    seeds: tuple[int, ...]
    deployed: bool = False


@dataclass(frozen=True)
class Stop:
    """Sent instead of answers: end here, with what there is."""

    reason: str


@dataclass(frozen=True)
class Victim:
    """What an attack may know about a classifier beforehand.

    ``words_read`` counts the words of the attacked text that the classifier reads before it cuts; None if it cannot
    say.
    """

    name: str
    task: Task
    randomised: bool
    words_read: int | None = None


Answers = list[Prediction] | Stop
Flow = Generator[Query | AttackEvent, Answers | None, None]


class Halt(Exception):  # noqa: N818 - a way out of the search, not an error
    """Ends the search from within; carries the status and the reason of the outcome."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


@dataclass
class Asker:
    """Keeps an attack's accounts: asks within its budgets, and a deterministic classifier nothing twice."""

    config: AttackConfig
    randomised: bool
    words: int
    clock: Callable[[], float] = time.monotonic
    queries: int = 0
    model_rows: int = 0
    _asked: int = 0
    _known: dict[Example, Prediction] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._start = self.clock()
        limits = [self.config.max_queries]
        if self.config.max_queries_per_word is not None:
            limits.append(self.config.max_queries_per_word * max(1, self.words))
        self.limit = min((limit for limit in limits if limit is not None), default=None)

    def ask(self, examples: Sequence[Example]) -> Generator[Query, Answers | None, list[Prediction]]:
        """Answers to ``examples`` in order; fewer when the query budget ends among them.

        Raises Halt when a budget is used up or the attack is stopped. A randomised classifier draws anew for every
        call, and nothing is remembered of it.
        """
        if self.randomised:
            return (yield from self._search(list(examples)))
        new = [e for e in dict.fromkeys(examples) if e not in self._known]
        if new:
            found = yield from self._search(new)
            self._known.update(zip(new, found, strict=False))
        cut = next((i for i, e in enumerate(examples) if e not in self._known), len(examples))
        return [self._known[e] for e in examples[:cut]]

    def _search(self, examples: list[Example]) -> Generator[Query, Answers | None, list[Prediction]]:
        limit = self.config.max_seconds
        if limit is not None and self.clock() - self._start >= limit:
            raise Halt("exhausted", f"The time budget of {limit:g} seconds was used up.")
        if self.limit is not None:
            examples = examples[: self.limit - self.queries]
            if not examples:
                raise Halt("exhausted", f"The budget of {self.limit} queries was used up.")
        self.queries += len(examples)
        return (yield from self.deploy(examples, ("search", self._asked), 1, deployed=False))

    def deploy(
        self, examples: Sequence[Example], purpose: tuple[str | int, ...], draws: int, deployed: bool = True
    ) -> Generator[Query, Answers | None, list[Prediction]]:
        """Answers outside the query budget: ``draws`` of each example, seed by seed, with its own seeds."""
        seeds = tuple(derived_seed(self.config.seed, *purpose, draw) for draw in range(draws))
        self._asked += 1
        self.model_rows += len(examples) * draws
        answers = yield Query(tuple(examples), seeds, deployed)
        if isinstance(answers, Stop):
            raise Halt("stopped", answers.reason)
        assert answers is not None, "a driver answers every query"
        return answers


def derived_seed(seed: int, *purpose: str | int) -> int:
    """A seed (31 bits) for a purpose; searches and checks never share one."""
    key = "\x1f".join(map(str, (seed, *purpose)))
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=4).digest(), "big") >> 1

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
from core.attacks.presets import OVER_SETS, AttackConfig
from core.models.classifier import Prediction
from core.models.slopes import Sloped, SlopeOf
from core.tasks import Example, Task


@dataclass(frozen=True)
class Query:
    """Examples to be classified, once for each of ``seeds``; the answers come seed by seed.

    Seeds matter to randomised classifiers only. ``deployed`` asks the classifier under attack itself, where the
    attacker may otherwise look at something else (an average of draws, the noise-free core). ``slopes``, one for each
    example, asks for gradients in the answers' place (:class:`core.models.slopes.Sloped`).
    """

    examples: tuple[Example, ...]
    seeds: tuple[int, ...]
    deployed: bool = False
    slopes: tuple[SlopeOf, ...] = ()


@dataclass(frozen=True)
class Stop:
    """Sent instead of answers: end here, with what there is."""

    reason: str


@dataclass(frozen=True)
class Victim:
    """What an attack may know about a classifier beforehand.

    ``words_read`` are the words of the attacked text that the classifier reads, where it cuts; None if it cannot say.
    ``price`` is how many questions an answer to the attacker costs: more than one where he asks for a mean.
    """

    name: str
    task: Task
    randomised: bool
    words_read: range | None = None
    price: int = 1


Answers = list[Prediction] | Stop
Flow = Generator[Query | AttackEvent, Answers | None, None]


class Halt(Exception):  # noqa: N818 - a way out of the search, not an error
    """Ends the search from within; carries the status and the reason of the outcome."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


TIMED_ROWS = 16
"""Model rows asked for between two looks at the clock, where time is limited."""


@dataclass
class Asker:
    """Keeps an attack's accounts: asks within its budgets, and a deterministic classifier nothing twice.

    ``queries`` and ``model_rows`` are the attacker's, as the answers say what they cost; ``fresh_draws`` and
    ``fresh_rows`` are those of confirmations and verdicts, which no budget limits.
    """

    config: AttackConfig
    victim: Victim
    words: int
    clock: Callable[[], float] = time.monotonic
    queries: int = 0
    model_rows: int = 0
    fresh_draws: int = 0
    fresh_rows: int = 0
    _asked: int = 0
    _rows_each: int = 1
    _known: dict[Example, Prediction] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.start_clock()
        limits = [self.config.max_queries]
        if self.config.max_queries_per_word is not None:
            limits.append(self.config.max_queries_per_word * max(1, self.words))
        if self.config.method in OVER_SETS:
            limits.append(self.config.search_budget)
        self.limit = min((limit for limit in limits if limit is not None), default=None)

    def start_clock(self) -> None:
        """The time budget begins here."""
        self._start = self.clock()

    def ask(self, examples: Sequence[Example]) -> Generator[Query, Answers | None, list[Prediction]]:
        """Answers to ``examples`` in order; fewer when a budget ends among them.

        Raises Halt when a budget is used up or the attack is stopped. A randomised classifier draws anew for every
        call, and nothing is remembered of it.
        """
        if self.victim.randomised:
            return (yield from self._search(list(examples)))
        new = [e for e in dict.fromkeys(examples) if e not in self._known]
        if new:
            found = yield from self._search(new)
            self._known.update(zip(new, found, strict=False))
        cut = next((i for i, e in enumerate(examples) if e not in self._known), len(examples))
        return [self._known[e] for e in examples[:cut]]

    def slopes(
        self, examples: Sequence[Example], asked: Sequence[SlopeOf]
    ) -> Generator[Query, Answers | None, list[Sloped]]:
        """Gradients at ``examples`` in order, each a question; as :meth:`ask`, and nothing is remembered."""
        found = yield from self._search(list(examples), asked)
        return [answer for answer in found if isinstance(answer, Sloped)]

    def _search(
        self, examples: list[Example], slopes: Sequence[SlopeOf] = ()
    ) -> Generator[Query, Answers | None, list[Prediction]]:
        found: list[Prediction] = []
        while len(found) < len(examples):
            spent = self._spent()
            if spent and found:
                break
            if spent:
                raise Halt("exhausted", spent)
            asked = examples[len(found) :][: self._affordable()]
            seed = derived_seed(self.config.seed, "search", self._asked)
            beside = tuple(slopes[len(found) :][: len(asked)])
            answers = yield from self._put(Query(tuple(asked), (seed,), slopes=beside))
            self.queries += sum(answer.questions for answer in answers)
            self.model_rows += sum(answer.rows for answer in answers)
            self._rows_each = max(1, *(answer.rows for answer in answers))
            found += answers
        return found

    def check_clock(self) -> None:
        """Raises Halt once the time is used up: before anything that takes time and asks nothing."""
        if late := self._late():
            raise Halt("exhausted", late)

    def _late(self) -> str:
        seconds = self.config.max_seconds
        if seconds is not None and self.clock() - self._start >= seconds:
            return f"The time budget of {seconds:g} seconds was used up."
        return ""

    def _spent(self) -> str:
        """Which budget is used up, in words; empty if there is something left."""
        if late := self._late():
            return late
        if self.limit is not None and self.limit - self.queries < self.victim.price:
            return f"The budget of {self.limit} queries was used up."
        return ""

    def _affordable(self) -> int | None:
        """How many examples may be asked before the budgets are looked at again; None for all."""
        sizes = [] if self.limit is None else [(self.limit - self.queries) // self.victim.price]
        sizes += [] if self.config.max_seconds is None else [max(1, TIMED_ROWS // self._rows_each)]
        return min(sizes, default=None)

    def fresh(self, example: Example, seeds: tuple[int, ...]) -> Generator[Query, Answers | None, list[Prediction]]:
        """An answer of the deployed classifier for each seed, outside the attacker's budget."""
        answers = yield from self._put(Query((example,), seeds, deployed=True))
        self.fresh_draws += len(answers)
        self.fresh_rows += sum(answer.rows for answer in answers)
        return answers

    def _put(self, query: Query) -> Generator[Query, Answers | None, list[Prediction]]:
        self._asked += 1
        answers = yield query
        if isinstance(answers, Stop):
            raise Halt("stopped", answers.reason)
        assert answers is not None, "a driver answers every query"
        return answers


def derived_seed(seed: int, *purpose: str | int) -> int:
    """A seed (31 bits) for a purpose; searches, confirmations and verdicts never share one."""
    key = "\x1f".join(map(str, (seed, *purpose)))
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=4).digest(), "big") >> 1

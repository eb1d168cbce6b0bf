"""Searches advanced by several processes: tags, candidates and sentence gates of a large group, where there are cores.

The classifier stays in this process. A search goes to one of the processes and stays there with what it has seen, so
only questions, answers and events travel.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.attacks.attack import Attack
from core.attacks.flow import Answers
from core.attacks.presets import AttackConfig
from core.attacks.searches import Item, Searches, SearchesHere, Start
from core.errors import ConfigError
from core.language.lexicon import Lexicon
from core.work.engine import Beside

Words = Callable[[], Lexicon]
"""Opens the sources of words in a process. Can be pickled."""


@dataclass(frozen=True)
class SpreadAttack(Attack):
    """An attack whose searches are advanced by ``gate_workers`` processes, each with words that ``words`` opens there.

    Its outcomes are those of the attack in one process. Starting the processes takes a few seconds once; they end with
    :meth:`close`, or with this process.
    """

    words: Words
    gate_workers: int
    _started: "list[SearchProcesses]" = field(default_factory=list, compare=False, repr=False)

    def searches(self) -> Searches:
        """Processes, started at first; the same ones serve one run after another."""
        if not self._started:
            self._started.append(SearchProcesses(SearchWork(self.config, self.words), self.gate_workers))
        return self._started[0]

    def close(self) -> None:
        """End the processes."""
        while self._started:
            self._started.pop().close()


class SearchProcesses:
    """Searches shared out among ``workers`` processes of one thread each, in turn by their places."""

    def __init__(self, work: "SearchWork", workers: int) -> None:
        """Starts the processes. Raises ConfigError for less than one."""
        if workers < 1:
            raise ConfigError(f"The number of gate workers must be 1 or more, was given {workers}.")
        self._processes = [Beside(work) for _ in range(workers)]
        self._failed: dict[int, Item] = {}

    def begin(self, starts: Mapping[int, Start]) -> None:
        """A new group. What failed before it began stays here, since not every error can travel."""
        self._failed = {p: s.failed(s.victim) for p, s in starts.items() if isinstance(s.victim, Exception)}
        for _ in self._shared(Begin, {p: s for p, s in starts.items() if p not in self._failed}):
            pass

    def advance(self, answers: Mapping[int, Answers | None]) -> Iterator[tuple[int, Item]]:
        """All processes at once; items in the order of ``answers``."""
        found: dict[int, list[Item]] = {place: [] for place in answers}
        for place in answers.keys() & self._failed:
            found[place].append(self._failed[place])
        for place, item in self._shared(Advance, {p: a for p, a in answers.items() if p not in self._failed}):
            found[place].append(item)
        for place, items in found.items():
            yield from ((place, item) for item in items)

    def close(self) -> None:
        """End the processes."""
        for process in self._processes:
            process.close()

    def _shared(self, job: "type[Begin] | type[Advance]", given: Mapping[int, Any]) -> Iterator[tuple[int, Item]]:
        """Every process gets its part; what they answer."""
        parts: list[dict[int, Any]] = [{} for _ in self._processes]
        for place, value in given.items():
            parts[place % len(parts)][place] = value
        asked = [one.do(job(part)) for one, part in zip(self._processes, parts, strict=True) if part]
        for future in asked:
            yield from future.result()


@dataclass(frozen=True)
class Begin:
    """Asks a process to begin its part of a group."""

    starts: Mapping[int, Start]


@dataclass(frozen=True)
class Advance:
    """Asks a process to go on with its searches that have answers."""

    answers: Mapping[int, Answers | None]


@dataclass(frozen=True)
class SearchWork:
    """Advancing searches of one configuration, in a process that opens its own words."""

    config: AttackConfig
    words: Words

    def __call__(self) -> Callable[[Begin | Advance], Iterable[tuple[int, Item]]]:
        """Opened: does a job."""
        here = SearchesHere(Attack(self.config, self.words()).flow)

        def do(job: Begin | Advance) -> Iterable[tuple[int, Item]]:
            if isinstance(job, Advance):
                return here.advance(job.answers)
            here.begin(job.starts)
            return ()

        return do

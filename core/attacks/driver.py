"""Who runs attacks: one, step by step, for the page; or hundreds together, with batches across samples.

Both drive the same flow and give the same events for a deterministic classifier, and for a randomised one whose draws
depend on (seed, text) alone. A sample that fails ends as its own AttackFinished with status "error"; it never ends the
run.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, count, islice
from typing import Protocol, runtime_checkable

from tokenizers import Encoding

from core.attacks.attack import Attack
from core.attacks.events import AttackEvent
from core.attacks.flow import Answers, Query, Stop, Victim
from core.attacks.searches import Searches, Start, advanced, begun
from core.datasets import Row
from core.errors import ModelError
from core.language.text import find_words
from core.models.classifier import Classifier, Prediction, draw_each, is_randomised
from core.models.slopes import SlopeOf, Wraps, slopes_of
from core.tasks import Example

TOGETHER, TOGETHER_ON_A_GPU = 64, 512
"""Attacks that advance together unless said otherwise; a GPU is filled by more."""
Round = dict[int, Answers | Exception | None]
STOPPED = "Stopped by you."


@runtime_checkable
class Encodes(Protocol):
    """A classifier that can say which characters it reads."""

    def encode(self, examples: Sequence[Example]) -> list[Encoding]:
        """Word-pieces of the examples, cut where the classifier cuts."""
        ...


@runtime_checkable
class Priced(Protocol):
    """What an attacker looks at, where an answer costs him more than one question."""

    price: int


@dataclass(frozen=True)
class Target:
    """What is attacked. ``deployed`` decides; the attacker looks at ``searched``, which is the same unless given."""

    deployed: Classifier
    searched: Classifier

    def victim(self, example: Example) -> Victim:
        """What an attack on ``example`` may know."""
        return Victim(
            self.deployed.name,
            self.deployed.task,
            is_randomised(self.deployed),
            words_read(self.deployed, example),
            self.searched.price if isinstance(self.searched, Priced) else 1,
        )

    def start(self, example: Example, label: int | None) -> Start:
        """What a search begins with."""
        task = self.deployed.task
        try:
            return Start(example, label, task, self.victim(example))
        except Exception as error:
            return Start(example, label, task, error)

    def answer(
        self, examples: Sequence[Example], seeds: Sequence[int], deployed: bool, slopes: Sequence[SlopeOf] = ()
    ) -> list[list[Prediction]]:
        """Predictions for each seed, where seeds matter; otherwise the same for each, asked once."""
        classifier = self.deployed if deployed else self.searched
        if slopes:
            drawn = [classifier.reseeded(seed) if is_randomised(classifier) else classifier for seed in seeds]
            return [list(slopes_of(one, examples, slopes)) for one in drawn]
        found = draw_each(classifier, examples, seeds)
        for answers in found:
            if len(answers) != len(examples):
                raise ModelError(f"{classifier.name} answered {len(answers)} of {len(examples)} examples.")
        return found

    def sharing(self, query: Query) -> tuple[tuple[int, ...], bool, bool]:
        """Queries with the same value can share a call: a classifier without draws does not see seeds."""
        classifier = self.deployed if query.deployed else self.searched
        seeds = query.seeds if is_randomised(classifier) else (0,) * len(query.seeds)
        return seeds, query.deployed, bool(query.slopes)


def words_read(classifier: Classifier, example: Example) -> range | None:
    """Which words of the perturbed text the classifier reads, where it cuts; None if it cannot say."""
    inner: object = classifier
    while not isinstance(inner, Encodes):
        if not isinstance(inner, Wraps):
            return None
        inner = inner.classifier
    (encoding,) = inner.encode([example])
    words = find_words(classifier.task.text(example))
    if not encoding.overflowing:
        return range(len(words))
    sequence = 0 if classifier.task.perturb == "text_a" else 1
    spans = [span for span, part in zip(encoding.offsets, encoding.sequence_ids, strict=True) if part == sequence]
    first, last = min((start for start, _ in spans), default=0), max((end for _, end in spans), default=0)
    read = [index for index, word in enumerate(words) if word.start < last and word.end > first]
    return range(read[0], read[-1] + 1) if read else range(0)


def step_attack(
    attack: Attack,
    classifier: Classifier,
    example: Example,
    label: int | None,
    searched: Classifier | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[AttackEvent]:
    """The events of one attack as they happen; pause by not asking for the next.

    ``stop`` is asked before each call of the classifier. ``searched`` is what the attacker looks at, where that is not
    the classifier itself (:mod:`core.attacks.adaptive`).
    """
    target = Target(classifier, searched or classifier)
    attack.check(target.searched)
    start = target.start(example, label)
    flow = begun(attack.flow, start)
    answers: Answers | None = None
    while True:
        query = None
        for item in advanced(flow, answers, start):
            if isinstance(item, Query):
                query = item
            else:
                yield item
        if query is None:
            return
        answers = Stop(STOPPED)
        if not stop():
            try:
                found = target.answer(query.examples, query.seeds, query.deployed, query.slopes)
                answers = list(chain.from_iterable(found))
            except Exception as error:
                yield start.failed(error)
                return


def attack_many(
    attack: Attack,
    classifier: Classifier,
    rows: Iterable[Row],
    together: int = TOGETHER,
    searched: Classifier | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[tuple[int, AttackEvent]]:
    """(index of the row, event) of all attacks, ``together`` at a time; events of one row are in order.

    Rows go in fixed groups of ``together``. A group takes turns in two halves: in each turn the queries of half the
    attacks make one call of the classifier, in a thread of its own, while the other half is searched and gated; so a
    user waits for the model alone. (A classifier that draws does its own searching and gets the whole group at once.)
    Grouping is part of the result's making: with other neighbours in its batch a row's answers may differ in the last
    digit, so a run is repeated exactly by the same grouping. Cost: the model's rows; time grows with their number.
    """
    target = Target(classifier, searched or classifier)
    attack.check(target.searched)
    searches = attack.searches()
    stream = iter(rows)
    for first in count(step=together):
        group = list(islice(stream, together))
        if not group or (first and stop()):
            return
        starts = {place: target.start(row.example, row.label) for place, row in enumerate(group)}
        yield from ((first + place, event) for place, event in _group(searches, target, starts, stop))


def _group(
    searches: Searches, target: Target, starts: Mapping[int, Start], stop: Callable[[], bool]
) -> Iterator[tuple[int, AttackEvent]]:
    """Two halves take turns: while a thread asks the classifier for one, the other is searched and gated here."""
    searches.begin(starts)
    turns = 1 if is_randomised(target.deployed) else 2
    halves = [range(first, len(starts), turns) for first in range(turns)]
    ready: deque[Round] = deque(dict.fromkeys(half) for half in halves if half)
    asked: deque[Future[Round]] = deque()
    worker = ThreadPoolExecutor(1, "classifier")
    try:
        while ready or asked:
            answers = ready.popleft() if ready else asked.popleft().result()
            waiting = yield from _advance_all(searches, answers, starts)
            if waiting and stop():
                ready.append(dict.fromkeys(waiting, Stop(STOPPED)))
            elif waiting:
                asked.append(worker.submit(_answer_all, target, waiting))
    finally:
        worker.shutdown(cancel_futures=True)


def _advance_all(
    searches: Searches, round_: Round, starts: Mapping[int, Start]
) -> Generator[tuple[int, AttackEvent], None, dict[int, Query]]:
    """The events of every attack in the round up to its next query; returns those queries."""
    waiting: dict[int, Query] = {}
    answers: dict[int, Answers | None] = {}
    for place, answer in round_.items():
        if isinstance(answer, Exception):
            yield place, starts[place].failed(answer)
        else:
            answers[place] = answer
    for place, item in searches.advance(answers):
        if isinstance(item, Query):
            waiting[place] = item
        else:
            yield place, item
    return waiting


def _answer_all(target: Target, waiting: dict[int, Query]) -> Round:
    """One call for all queries that share their seeds; a call that fails is made again query by query."""
    answers: Round = {}
    groups: dict[tuple[tuple[int, ...], bool, bool], list[int]] = {}
    for place, query in waiting.items():
        groups.setdefault(target.sharing(query), []).append(place)
    for (seeds, deployed, _), places in groups.items():
        batch = [example for place in places for example in waiting[place].examples]
        slopes = [one for place in places for one in waiting[place].slopes]
        try:
            found = [iter(one) for one in target.answer(batch, seeds, deployed, slopes)]
            for place in places:
                answers[place] = [p for one in found for p in islice(one, len(waiting[place].examples))]
        except Exception:
            for place in places:
                try:
                    own = waiting[place]
                    one_by_one = target.answer(own.examples, seeds, deployed, own.slopes)
                    answers[place] = list(chain.from_iterable(one_by_one))
                except Exception as error:
                    answers[place] = error
    return answers
